/**
 * One log stream: a queue, a place to deliver to, and patience. What can't be delivered waits and is tried again, later each time;
 * what the queue has no room for is lost, and counted.
 *
 *     idle ──event──▶ gathering (a moment) ──▶ delivering ──▶ idle, or the next batch at once
 *                                                  └─ failed ──pause──▶ delivering the same again
 */
import type { Logger } from "../network/logger.js";
import { EventQueue } from "./event-queue.js";
import type { LogEvent } from "./log-event.js";
import type { LogSink } from "./log-sink.js";
import type { LogStreamConfig } from "./stream-config.js";

export type LogStreamStatus = { readonly type: "pending" | "active" } | { readonly type: "failed"; readonly reason: string };

export interface LogStreamOptions {
  readonly config: LogStreamConfig;
  readonly sink: LogSink;
  readonly log: Logger;
  readonly eventsMax?: number;
  readonly charsMax?: number;
  /** Pause after the n-th failure in a row, in milliseconds. */
  readonly retryMs?: (failures: number) => number;
}

const EVENTS_MAX = 20_000;
const CHARS_MAX = 16 * 1024 * 1024;
/** Events that come together are delivered together. */
const GATHER_MS = 100;
const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 60_000;
/** At the end, for what still waits. */
const LAST_MS_MAX = 2_000;

export class LogStream {
  readonly #options: LogStreamOptions;
  readonly #queue: EventQueue;
  readonly #closing = new AbortController();
  #status: LogStreamStatus = { type: "pending" };
  /** Taken from the queue and not delivered yet. */
  #batch: string[] = [];
  #failures = 0;
  #lost = 0;
  #timer: NodeJS.Timeout | null = null;
  #delivering: Promise<void> | null = null;

  constructor(options: LogStreamOptions) {
    this.#options = options;
    this.#queue = new EventQueue(options.eventsMax ?? EVENTS_MAX, options.charsMax ?? CHARS_MAX);
  }

  get config(): LogStreamConfig {
    return this.#options.config;
  }

  get status(): LogStreamStatus {
    return this.#status;
  }

  /** Events that were lost since the stream was made, for want of room. */
  get lost(): number {
    return this.#lost;
  }

  /** Never waits, and never fails. */
  push(events: readonly LogEvent[]): void {
    const { topics } = this.config;
    for (const { topic, text } of events) if (topic === null || topics === null || topics.includes(topic)) this.#queue.push(text);
    if (this.#queue.size > 0) this.#deliverIn(GATHER_MS);
  }

  /** Delivers what waits, for a little while, and ends. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const timeout = setTimeout(() => this.#closing.abort(new Error("the server is stopping")), LAST_MS_MAX);
    await this.#delivering;
    this.#delivering = null;
    while (!this.#closing.signal.aborted && this.#failures === 0 && this.#batch.length + this.#queue.size > 0) await this.#deliver();
    clearTimeout(timeout);
    this.#closing.abort(new Error("the stream was ended"));
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#options.sink.close();
  }

  #deliverIn(delayMs: number): void {
    if (this.#timer !== null || this.#delivering !== null || this.#closing.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#delivering = this.#deliver().then(() => {
        this.#delivering = null;
        if (this.#failures > 0) this.#deliverIn((this.#options.retryMs ?? retryMs)(this.#failures));
        else if (this.#queue.size > 0) this.#deliverIn(0);
      });
    }, delayMs).unref();
  }

  async #deliver(): Promise<void> {
    const { sink } = this.#options;
    if (this.#batch.length === 0) this.#batch = [...this.#lostEvents(), ...this.#queue.take(sink.eventsMax, sink.charsMax)];
    try {
      await sink.deliver(this.#batch, this.#closing.signal);
    } catch (error) {
      this.#failed(error as Error);
      return;
    }
    this.#batch = [];
    if (this.#failures > 0) this.#options.log.log("info", "A log stream delivers again.", { stream: this.config.id });
    this.#failures = 0;
    this.#status = { type: "active" };
  }

  #failed(error: Error): void {
    const reason = `The last delivery failed: ${error.message}.`;
    if (this.#failures === 0) this.#options.log.log("warn", "A log stream can't deliver; events wait, and the oldest are lost where they have no room.", { stream: this.config.id, reason });
    this.#failures++;
    this.#status = { type: "failed", reason };
  }

  /** Says how many events are missing, where they are missing. */
  #lostEvents(): string[] {
    const lost = this.#queue.takeLost();
    if (lost === 0) return [];
    this.#lost += lost;
    this.#options.log.log("warn", "A log stream lost events: they came faster than they could be delivered.", { stream: this.config.id, events: lost });
    return [JSON.stringify({ topic: "log_stream_loss", timestamp: Date.now(), events_lost: lost })];
  }
}

/** Doubles up to a minute, and is never the same for all streams. */
function retryMs(failures: number): number {
  return Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(failures - 1, 16)) * (0.5 + Math.random() / 2);
}
