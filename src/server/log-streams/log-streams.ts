/**
 * All log streams of a server: made from the settings and from the file, which is looked at again and again, and fed with the
 * engine's events. Runs on the network thread; the engine only learns whether anybody listens.
 */
import { isDeepStrictEqual } from "node:util";
import { SYSTEM_ACTOR, type AuditAction, type AuditActor, type AuditEvent } from "../audit/deployment-audit.js";
import type { Logger } from "../network/logger.js";
import { FileSink } from "./file-sink.js";
import { LogEventMaker, type LogEvent } from "./log-event.js";
import { LogStream } from "./log-stream.js";
import { LogStreamFile, type LogStreamConfig } from "./stream-config.js";
import { setStreaming, streamingFlag, type StreamingFlag } from "./streaming-flag.js";
import { WebhookSink } from "./webhook-sink.js";

export interface LogStreamsOptions {
  readonly dataFolder: string;
  readonly instanceName: string;
  /** Of the settings. */
  readonly fixed: readonly LogStreamConfig[];
  /** See streaming-flag.ts. */
  readonly flag: SharedArrayBuffer;
  readonly log: Logger;
  /** For the audit log. Not called for what a server finds when it starts. */
  readonly onChanged: (event: AuditEvent) => void;
}

const LOOK_MS = 1_000;
const VERIFICATION = "This message confirms that the log stream works.";

export class LogStreams {
  readonly #options: LogStreamsOptions;
  readonly file: LogStreamFile;
  readonly #streams = new Map<string, LogStream>();
  readonly #maker: LogEventMaker;
  readonly #flag: StreamingFlag;
  readonly #timer: NodeJS.Timeout;
  /** Streams that are being ended. */
  readonly #ending = new Set<Promise<void>>();
  #problem: string | null = null;

  constructor(options: LogStreamsOptions) {
    this.#options = options;
    this.#flag = streamingFlag(options.flag);
    this.file = new LogStreamFile(options.dataFolder);
    this.#maker = new LogEventMaker(options.instanceName);
    this.#look(null);
    this.#timer = setInterval(() => this.look(SYSTEM_ACTOR), LOOK_MS).unref();
  }

  streams(): readonly LogStream[] {
    return [...this.#streams.values()];
  }

  get(id: string): LogStream | undefined {
    return this.#streams.get(id);
  }

  isFixed(id: string): boolean {
    return this.#options.fixed.some((config) => config.id === id);
  }

  push(events: readonly LogEvent[]): void {
    for (const stream of this.#streams.values()) stream.push(events);
  }

  /** Bytes of a file that were downloaded. */
  fileSent(storageId: string, bytes: number): void {
    if (this.#streams.size > 0) this.push([this.#maker.event("storage_api_bandwidth", Date.now(), { storage_id: storageId, egress_bytes: bytes })]);
  }

  /** Makes, changes and ends streams as the file says, which `actor` has changed. */
  look(actor: AuditActor): void {
    this.#look(actor);
  }

  /** Null where the streams are not new. */
  #look(actor: AuditActor | null): void {
    const configs = this.#configs();
    if (configs === null) return;
    const before = new Set(this.#streams.keys());
    for (const [id, stream] of this.#streams) {
      if (configs.some((config) => isDeepStrictEqual(config, stream.config))) continue;
      this.#end(id, stream);
      if (!configs.some((config) => config.id === id)) this.#changed("delete_integration", stream.config, actor);
    }
    for (const config of configs) {
      if (this.#streams.has(config.id)) continue;
      this.#begin(config, actor !== null);
      this.#changed(before.has(config.id) ? "update_integration" : "create_integration", config, actor);
    }
    setStreaming(this.#flag, this.#streams.size > 0);
  }

  /** Secrets are left out, and the URL, which may hold one. */
  #changed(action: AuditAction, { type, id, topics }: LogStreamConfig, actor: AuditActor | null): void {
    if (actor !== null) this.#options.onChanged({ action, actor, metadata: { type, id, topics } });
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    setStreaming(this.#flag, false);
    for (const [id, stream] of this.#streams) this.#end(id, stream);
    await Promise.all(this.#ending);
  }

  /** Null while the file can't be read: then everything stays as it is. */
  #configs(): readonly LogStreamConfig[] | null {
    try {
      const configs = [...this.#options.fixed, ...this.file.list()];
      this.#problem = null;
      return configs;
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.#problem) this.#options.log.log("error", "The log streams could not be read; they stay as they were.", { error: message });
      this.#problem = message;
      return null;
    }
  }

  #begin(config: LogStreamConfig, verifies: boolean): void {
    const sink = config.type === "webhook" ? new WebhookSink(config) : new FileSink(config);
    const stream = new LogStream({ config, sink, log: this.#options.log });
    this.#streams.set(config.id, stream);
    if (verifies) stream.push([{ ...this.#maker.event("verification", Date.now(), { message: VERIFICATION }), topic: null }]);
  }

  #end(id: string, stream: LogStream): void {
    this.#streams.delete(id);
    const ending = stream.close().catch((error: Error) => this.#options.log.log("error", "A log stream could not be ended.", { stream: id, error: error.message }));
    this.#ending.add(ending);
    void ending.then(() => this.#ending.delete(ending));
  }
}
