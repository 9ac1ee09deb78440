/**
 * Executions with what they printed, for `GET /api/stream_function_logs` and `rivulet dev`: the newest in memory, and older ones in
 * files where there is a history. Both are bounded.
 *
 *     query, mutation     add ─────────────────────────────▶ completion
 *     action              start ── print ── print ── end     progress, progress, …, completion
 *
 * Nobody waits for the files: what is new in memory is handed over now and then, but what has left memory by then, and of executions
 * with nothing to tell the newest only. So it takes the same time however much runs.
 */
import { randomBytes } from "node:crypto";
import { Fifo } from "../../functions/fifo.js";
import { executionJson } from "./execution-json.js";
import type { LogHistory } from "./log-history.js";
import type { LoggedExecution, LoggedFunction, LogRecord } from "./log-record.js";
import { RunningExecution } from "./running-execution.js";

export interface FunctionLogOptions {
  readonly nowMs: () => number;
  /** Told of each record as it comes. */
  readonly onAdd?: (record: LogRecord) => void;
  readonly history?: LogHistory | null;
}

/** Tells the executions of this engine from those of another. */
const ENGINE_PREFIX = randomBytes(4).toString("hex");

const RECORDS_MAX = 1000;
/** Of the printed lines of all records together. */
const CHARS_MAX = 16 * 1024 * 1024;
const WAITERS_MAX = 100;
/** What one reader gets at once. */
const PAGE_RECORDS_MAX = 10_000;
/** So many records are made JSON before others get their turn. */
const SLICE = 256;
/** Between two batches for the history. */
const WRITE_MS = 500;
/** In one batch, of executions that printed nothing and did not fail. */
const SILENT_WRITTEN_MAX = 250;

interface Waiter {
  readonly wake: () => void;
}

export class FunctionLog {
  readonly #nowMs: () => number;
  readonly #onAdd: (record: LogRecord) => void;
  readonly #history: LogHistory | null;
  readonly #records = new Fifo<LogRecord>();
  readonly #waiters = new Set<Waiter>();
  #lastCursor = 0;
  /** Memory has all that came after; before it, the history is to be asked. */
  #completeAfter: number;
  #writtenCursor = 0;
  #writeTimer: NodeJS.Timeout | null = null;
  #isClosed = false;
  #executions = 0;
  #chars = 0;

  constructor({ nowMs, onAdd = () => undefined, history = null }: FunctionLogOptions) {
    this.#nowMs = nowMs;
    this.#onAdd = onAdd;
    this.#history = history;
    this.#completeAfter = nowMs();
    this.#lastCursor = this.#completeAfter;
  }

  /** An execution that has ended. */
  add(execution: LoggedExecution): void {
    const timestampMs = this.#nowMs();
    this.#push({ type: "completion", cursor: this.#nextCursor(timestampMs), timestampMs, executionId: this.#newExecutionId(), execution });
  }

  /** An execution whose lines are told while it runs. */
  start(execution: LoggedFunction): RunningExecution {
    const executionId = this.#newExecutionId();
    return new RunningExecution(execution, executionId, {
      nowMs: this.#nowMs,
      onLines: (progress, lineTimesMs) => {
        const timestampMs = this.#nowMs();
        this.#push({ type: "progress", cursor: this.#nextCursor(timestampMs), timestampMs, executionId, execution: progress, lineTimesMs });
      },
      onEnd: (ended, lineTimesMs) => {
        const timestampMs = this.#nowMs();
        this.#push({ type: "completion", cursor: this.#nextCursor(timestampMs), timestampMs, executionId, execution: ended, lineTimesMs });
      },
    });
  }

  /**
   * Records after `cursor`, oldest first, as JSON text of `{entries, newCursor}`; waits up to `waitMs` for one. A first reader (cursor 0)
   * gets what there is at once.
   */
  async read(cursor: number, waitMs: number): Promise<string> {
    let seen = cursor;
    if (seen < this.#completeAfter) {
      // Before the history is asked: meanwhile memory goes on.
      const [newest, newCursor] = [[...this.#records], this.#lastCursor];
      const older = await this.#readHistory(seen);
      if (seen === 0 || older.length + newest.length > 0) return pageJson([...older, ...newest], newCursor);
      seen = newCursor;
    }
    if (this.#lastCursor <= seen) await this.#wait(waitMs);
    return pageJson(this.#recordsAfter(seen), Math.max(seen, this.#lastCursor));
  }

  /** Writes to the history what is in memory and not there yet; otherwise that happens twice a second. */
  async flush(): Promise<void> {
    if (this.#writeTimer !== null) clearTimeout(this.#writeTimer);
    const records = this.#unwritten();
    this.#writtenCursor = this.#lastCursor;
    if (records.length > 0) await this.#history?.write(records);
    this.#writeTimer = null;
    if (this.#lastCursor > this.#writtenCursor) this.#writeSoon();
  }

  /** After a last {@link flush}. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.flush();
    await this.#history?.close();
  }

  #push(record: LogRecord): void {
    this.#records.push(record);
    this.#chars += charsOf(record);
    while (this.#records.length > RECORDS_MAX || this.#chars > CHARS_MAX) this.#forgetOldest();
    if (this.#waiters.size > 0) for (const waiter of [...this.#waiters]) waiter.wake();
    if (this.#history !== null && this.#writeTimer === null) this.#writeSoon();
    this.#onAdd(record);
  }

  #recordsAfter(cursor: number): LogRecord[] {
    const after: LogRecord[] = [];
    for (const record of this.#records) if (record.cursor > cursor) after.push(record);
    return after;
  }

  #forgetOldest(): void {
    const record = this.#records.shift()!;
    this.#chars -= charsOf(record);
    this.#completeAfter = record.cursor;
  }

  #unwritten(): LogRecord[] {
    const records = this.#recordsAfter(this.#writtenCursor);
    let leftOut = records.filter(isSilent).length - SILENT_WRITTEN_MAX;
    return leftOut <= 0 ? records : records.filter((record) => !isSilent(record) || leftOut-- <= 0);
  }

  #writeSoon(): void {
    if (!this.#isClosed) this.#writeTimer = setTimeout(() => void this.flush(), WRITE_MS).unref();
  }

  /** What came after `cursor` and is not in memory: the newest of it. */
  async #readHistory(cursor: number): Promise<readonly LogRecord[]> {
    if (this.#history === null) return [];
    let [records, chars] = [0, 0];
    return await this.#history.read(cursor, this.#completeAfter, (record) => {
      chars += charsOf(record);
      return ++records <= PAGE_RECORDS_MAX - RECORDS_MAX && chars <= CHARS_MAX;
    });
  }

  /** Cursors are times, so that a reader's old cursor still means something after a restart. */
  #nextCursor(timestampMs: number): number {
    this.#lastCursor = Math.max(this.#lastCursor + 1 / 1024, timestampMs);
    return this.#lastCursor;
  }

  #newExecutionId(): string {
    return ENGINE_PREFIX + ((++this.#executions % 2 ** 32) + 2 ** 32).toString(16).slice(1);
  }

  #wait(waitMs: number): Promise<void> {
    if (this.#waiters.size >= WAITERS_MAX) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        resolve();
      };
      const timer = setTimeout(wake, waitMs);
      const waiter = { wake };
      this.#waiters.add(waiter);
    });
  }
}

function charsOf({ execution: { logLines } }: LogRecord): number {
  let chars = 0;
  for (const line of logLines) chars += line.length;
  return chars;
}

function isSilent(record: LogRecord): boolean {
  return record.type === "completion" && record.execution.failure === null && record.execution.logLines.length === 0;
}

async function pageJson(records: readonly LogRecord[], newCursor: number): Promise<string> {
  const entries: string[] = [];
  for (const [i, record] of records.entries()) {
    if (i > 0 && i % SLICE === 0) await new Promise((resolve) => setImmediate(resolve));
    entries.push(JSON.stringify(executionJson(record)));
  }
  return `{"entries":[${entries.join(",")}],"newCursor":${newCursor}}`;
}
