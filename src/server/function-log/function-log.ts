/**
 * The newest executions with what they printed, for `GET /api/stream_function_logs` and `rivulet dev`. In memory and
 * bounded: older ones are gone, also for a reader who comes late.
 *
 *     query, mutation     add ─────────────────────────────▶ completion
 *     action              start ── print ── print ── end     progress, progress, …, completion
 */
import { randomBytes } from "node:crypto";
import { executionJson, type ExecutionJson } from "./execution-json.js";
import type { LoggedExecution, LoggedFunction, LogRecord } from "./log-record.js";
import { RunningExecution } from "./running-execution.js";

/** Tells the executions of this engine from those of another. */
const ENGINE_PREFIX = randomBytes(4).toString("hex");

const RECORDS_MAX = 1000;
/** Of the printed lines of all records together. */
const CHARS_MAX = 16 * 1024 * 1024;
const WAITERS_MAX = 100;

interface Waiter {
  readonly wake: () => void;
}

export class FunctionLog {
  readonly #records: LogRecord[] = [];
  readonly #waiters = new Set<Waiter>();
  #lastCursor = 0;
  #executions = 0;
  #chars = 0;

  /** `onAdd` is told of each record as it comes. */
  constructor(
    private readonly nowMs: () => number,
    private readonly onAdd: (record: LogRecord) => void = () => undefined,
  ) {}

  /** An execution that has ended. */
  add(execution: LoggedExecution): void {
    const timestampMs = this.nowMs();
    this.#push({ type: "completion", cursor: this.#nextCursor(timestampMs), timestampMs, executionId: this.#newExecutionId(), execution });
  }

  /** An execution whose lines are told while it runs. */
  start(execution: LoggedFunction): RunningExecution {
    const executionId = this.#newExecutionId();
    return new RunningExecution(execution, executionId, {
      nowMs: this.nowMs,
      onLines: (progress, lineTimesMs) => {
        const timestampMs = this.nowMs();
        this.#push({ type: "progress", cursor: this.#nextCursor(timestampMs), timestampMs, executionId, execution: progress, lineTimesMs });
      },
      onEnd: (ended, lineTimesMs) => {
        const timestampMs = this.nowMs();
        this.#push({ type: "completion", cursor: this.#nextCursor(timestampMs), timestampMs, executionId, execution: ended, lineTimesMs });
      },
    });
  }

  /** Records after `cursor`; waits up to `waitMs` for one. A first reader (cursor 0) gets what there is at once. */
  async read(cursor: number, waitMs: number): Promise<{ entries: ExecutionJson[]; newCursor: number }> {
    if (cursor > 0 && this.#lastCursor <= cursor) await this.#wait(waitMs);
    const entries = this.#records.filter((record) => record.cursor > cursor).map(executionJson);
    return { entries, newCursor: Math.max(cursor, this.#lastCursor, cursor === 0 ? this.nowMs() : 0) };
  }

  #push(record: LogRecord): void {
    this.#records.push(record);
    this.#chars += charsOf(record);
    while (this.#records.length > RECORDS_MAX || this.#chars > CHARS_MAX) this.#chars -= charsOf(this.#records.shift()!);
    for (const waiter of [...this.#waiters]) waiter.wake();
    this.onAdd(record);
  }

  /** Cursors are times, so that a reader's old cursor still means something after a restart. */
  #nextCursor(timestampMs: number): number {
    this.#lastCursor = Math.max(this.#lastCursor + 1 / 1024, timestampMs);
    return this.#lastCursor;
  }

  #newExecutionId(): string {
    return ENGINE_PREFIX + (++this.#executions >>> 0).toString(16).padStart(8, "0");
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
