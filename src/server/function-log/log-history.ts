/**
 * The function log on disk, for what a restart takes from memory: records as lines of JSON in files of the data folder, for its
 * owner's eyes, the oldest deleted when there is no room. Written in batches, without a sync: a kill loses the last moment of it, and
 * may leave half a line, which is skipped.
 *
 *     logs/functions.jsonl   .1   .2   …   .15      each a sixteenth of the whole
 *     newest ◀──────────────────────── oldest
 */
import { readFile, rm, stat } from "node:fs/promises";
import { FileSink } from "../log-streams/file-sink.js";
import type { LogRecord } from "./log-record.js";

export interface LogHistoryOptions {
  readonly path: string;
  readonly bytesMax: number;
  /** Older records are not read, and their files are deleted. */
  readonly ageMsMax: number;
  readonly nowMs: () => number;
  /** It can't be written, or can again. */
  readonly onProblem: (message: string) => void;
}

export const LOG_HISTORY_FILE = "functions.jsonl";

const FILES = 16;
/** Smaller files would only be many. */
const FILE_BYTES_MIN = 16 * 1024;
/** Between two looks at what has become too old. */
const SWEEP_MS = 3_600_000;
/** So many records are made of lines before others get their turn. */
const SLICE = 256;

export class LogHistory {
  readonly #options: LogHistoryOptions;
  readonly #sink: FileSink;
  readonly #sweeps: NodeJS.Timeout;
  /** Files are moved and deleted: one thing after another. */
  #last: Promise<unknown> = Promise.resolve();
  #isFailing = false;

  constructor(options: LogHistoryOptions) {
    this.#options = options;
    this.#sink = new FileSink({ path: options.path, bytesMax: Math.max(FILE_BYTES_MIN, Math.floor(options.bytesMax / FILES)), filesMax: FILES - 1 });
    this.#sweeps = setInterval(() => void this.#inTurn(() => this.#sweep()), SWEEP_MS).unref();
    void this.#inTurn(() => this.#sweep());
  }

  /** Resolves when they are written, or given up where the disk refuses them. */
  write(records: readonly LogRecord[]): Promise<void> {
    return this.#inTurn(async () => {
      try {
        await this.#sink.deliver(records.map((record) => JSON.stringify(record)));
        if (this.#isFailing) this.#options.onProblem("The history of function logs is written again.");
        this.#isFailing = false;
      } catch (error) {
        if (!this.#isFailing) this.#options.onProblem(`The history of function logs can't be written: ${(error as Error).message}. Lines are shown live, and lost with a restart.`);
        this.#isFailing = true;
      }
    });
  }

  /** The newest records after one cursor and up to another, oldest first. `take` says whether one more may come; where not, it was the last. */
  read(after: number, upTo: number, take: (record: LogRecord) => boolean): Promise<LogRecord[]> {
    return this.#inTurn(async () => {
      const found: LogRecord[] = [];
      const oldestMs = this.#options.nowMs() - this.#options.ageMsMax;
      for (const path of this.#paths()) {
        const lines = (await readIfThere(path)).split("\n");
        for (let i = lines.length - 1; i >= 0; i--) {
          if (i % SLICE === 0) await new Promise((resolve) => setImmediate(resolve));
          const record = parseRecord(lines[i]!);
          if (record === null || record.cursor > upTo) continue;
          if (record.cursor <= after || record.timestampMs < oldestMs || !take(record)) return found.reverse();
          found.push(record);
        }
      }
      return found.reverse();
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeps);
    await this.#inTurn(() => this.#sink.close());
  }

  /** Newest first. */
  #paths(): string[] {
    const { path } = this.#options;
    return [path, ...Array.from({ length: FILES - 1 }, (_, i) => `${path}.${i + 1}`)];
  }

  async #sweep(): Promise<void> {
    const oldestMs = this.#options.nowMs() - this.#options.ageMsMax;
    await this.#sink.close();
    for (const path of this.#paths()) if ((await writtenMs(path)) < oldestMs) await rm(path, { force: true });
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#last.then(step);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

/** Null for what is no record: half a line, or one of another version. */
function parseRecord(line: string): LogRecord | null {
  if (line === "") return null;
  try {
    const record = JSON.parse(line) as Partial<LogRecord> | null;
    return isRecord(record) ? record : null;
  } catch {
    return null;
  }
}

/** As far as its being shown depends on it. */
function isRecord(record: Partial<LogRecord> | null): record is LogRecord {
  const { cursor, timestampMs, type, execution } = record ?? {};
  if (typeof cursor !== "number" || typeof timestampMs !== "number" || typeof execution !== "object") return false;
  return (type === "completion" || type === "progress") && typeof execution.path === "string" && Array.isArray(execution.logLines) && execution.logLines.every((line) => typeof line === "string");
}

/** Infinity where there is no such file. */
async function writtenMs(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return Infinity;
  }
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return "";
  }
}
