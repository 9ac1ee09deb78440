/**
 * Which log streams there are: those of the settings, which last as long as the server runs, and those in `log-streams.json` in the
 * data folder, which the admin API and the command line change. Like the file of admin keys it is replaced whole, is for its owner's
 * eyes (it holds the webhooks' secrets), and is read again when it changed.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { lazySchema } from "../lazy-schema.js";
import { fileVersion, replacePrivateFile } from "../private-file.js";
import { LOG_TOPICS, UNSERVED_TOPICS, type LogTopic } from "./log-event.js";

export type WebhookFormat = "json" | "jsonl";

export interface WebhookStreamConfig {
  readonly type: "webhook";
  readonly id: string;
  readonly url: string;
  readonly format: WebhookFormat;
  readonly hmacSecret: string;
  /** Null for all, also those to come. */
  readonly topics: readonly LogTopic[] | null;
}

export interface FileStreamConfig {
  readonly type: "file";
  readonly id: string;
  readonly path: string;
  /** A file that has reached it is set aside. */
  readonly bytesMax: number;
  /** Files that were set aside and are kept. */
  readonly filesMax: number;
  readonly topics: readonly LogTopic[] | null;
}

export type LogStreamConfig = WebhookStreamConfig | FileStreamConfig;

export class LogStreamConfigError extends Error {
  override readonly name = "LogStreamConfigError";
}

export const LOG_STREAMS_FILE = "log-streams.json";
const STREAMS_MAX = 16;
const URL_CHARS_MAX = 2_048;
const SECRET_BYTES = 32;

const FILE_SCHEMA = lazySchema((z) => {
  const common = { id: z.string(), topics: z.array(z.enum(LOG_TOPICS)).nullable() };
  const webhook = z.object({ type: z.literal("webhook"), url: z.string(), format: z.enum(["json", "jsonl"]), hmacSecret: z.string(), ...common });
  const file = z.object({ type: z.literal("file"), path: z.string(), bytesMax: z.number(), filesMax: z.number(), ...common });
  return z.object({ streams: z.array(z.discriminatedUnion("type", [webhook, file])).max(STREAMS_MAX) });
});

export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString("hex");
}

/** Throws {@link LogStreamConfigError}. */
export function checkWebhookUrl(text: string): string {
  const url = URL.canParse(text) && text.length <= URL_CHARS_MAX ? new URL(text) : null;
  if (url !== null && /^https?:$/.test(url.protocol)) return url.href;
  throw new LogStreamConfigError("The URL of a webhook must be an http or https URL of at most 2,048 characters.");
}

/** Throws {@link LogStreamConfigError}. */
export function checkTopics(topics: readonly unknown[] | null): readonly LogTopic[] | null {
  const unknown = topics?.find((topic) => !LOG_TOPICS.includes(topic as LogTopic));
  const served = LOG_TOPICS.filter((topic) => UNSERVED_TOPICS[topic] === undefined);
  if (unknown !== undefined) throw new LogStreamConfigError(`There is no topic ${JSON.stringify(unknown).slice(0, 64)}. Topics are ${served.join(", ")}.`);
  const unserved = (topics as readonly LogTopic[] | null)?.find((topic) => !served.includes(topic));
  if (unserved !== undefined) throw new LogStreamConfigError(`The topic ${unserved} is not supported. ${UNSERVED_TOPICS[unserved]}`);
  return topics as readonly LogTopic[] | null;
}

/** The streams in the file. */
export class LogStreamFile {
  #streams: readonly LogStreamConfig[] = [];
  #version: string | null = null;

  constructor(private readonly folder: string) {}

  /** Throws {@link LogStreamConfigError} for a file that is not ours. */
  list(): readonly LogStreamConfig[] {
    const version = fileVersion(this.#path);
    if (version !== this.#version) {
      this.#streams = version === null ? [] : this.#read();
      this.#version = version;
    }
    return this.#streams;
  }

  add(stream: WebhookStreamConfig | FileStreamConfig): void {
    const streams = this.list();
    if (streams.length >= STREAMS_MAX) throw new LogStreamConfigError(`There are ${STREAMS_MAX} log streams, and no more are possible. Remove one first.`);
    this.#write([...streams, stream]);
  }

  replace(stream: LogStreamConfig): void {
    this.#write(this.list().map((other) => (other.id === stream.id ? stream : other)));
  }

  /** Whether there was one. */
  remove(id: string): boolean {
    const rest = this.list().filter((stream) => stream.id !== id);
    const found = rest.length < this.list().length;
    if (found) this.#write(rest);
    return found;
  }

  newId(): string {
    return randomBytes(8).toString("hex");
  }

  get #path(): string {
    return join(this.folder, LOG_STREAMS_FILE);
  }

  #read(): readonly LogStreamConfig[] {
    const advice = "Restore it, or delete it and make the log streams anew.";
    try {
      const parsed = FILE_SCHEMA.parse(JSON.parse(readFileSync(this.#path, "utf8")));
      if (parsed.ok) return parsed.data.streams;
    } catch (error) {
      throw new LogStreamConfigError(`${this.#path} is not readable. ${advice}`, { cause: error });
    }
    throw new LogStreamConfigError(`${this.#path} does not hold log streams. ${advice}`);
  }

  #write(streams: readonly LogStreamConfig[]): void {
    mkdirSync(this.folder, { recursive: true });
    replacePrivateFile(this.#path, JSON.stringify({ streams }, null, 2) + "\n");
  }
}
