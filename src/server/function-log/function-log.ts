/**
 * The newest executions with what they printed, for `GET /api/stream_function_logs` and `rivulet dev`. In memory and
 * bounded: older ones are gone, also for a reader who comes late.
 */
import { randomBytes } from "node:crypto";
import { displayedFunctionPath } from "../../functions/function-path.js";
import type { FunctionKind } from "../../functions/deployment.js";

/** Shape of the public CLI's log stream (FunctionExecutionJson, kind "Completion"). Times in seconds. */
export interface ExecutionRecord {
  readonly kind: "Completion";
  readonly udfType: "Query" | "Mutation" | "Action" | "HttpAction";
  readonly componentPath: string | null;
  /** "folder/messages:list", however the caller wrote it; "GET /path" for HTTP actions. */
  readonly identifier: string;
  readonly logLines: readonly LogLine[];
  readonly timestamp: number;
  /** When it began. */
  readonly executionTimestamp: number;
  readonly executionTime: number;
  readonly cachedResult: boolean;
  readonly caller: string;
  readonly error: string | null;
  readonly success: null | Record<string, never>;
  readonly requestId: string;
  readonly executionId: string;
  readonly identityType: string;
  readonly environment: "isolate" | "node";
  readonly willRetry: boolean;
  readonly parentExecutionId: null;
  readonly occInfo: null;
  /** Sizes in bytes; 0 for what is not measured. */
  readonly usageStats: Readonly<Record<string, number>>;
}

export interface LogLine {
  readonly messages: readonly string[];
  readonly isTruncated: boolean;
  /** Milliseconds. */
  readonly timestamp: number;
  readonly level: "DEBUG" | "ERROR" | "WARN" | "INFO" | "LOG";
}

export interface LoggedExecution {
  readonly kind: FunctionKind;
  /** Runtime of the function. */
  readonly environment: "isolate" | "node";
  readonly path: string;
  readonly componentPath: string;
  readonly logLines: readonly string[];
  readonly failure: string | null;
  readonly requestId: string;
  readonly durationMs: number;
  readonly caller: string;
  readonly isAdmin: boolean;
  readonly usage: { readonly bytesRead: number; readonly bytesWritten: number; readonly documentsRead: number; readonly documentsWritten: number } | null;
}

const UDF_TYPES: Readonly<Record<FunctionKind, ExecutionRecord["udfType"]>> = { query: "Query", mutation: "Mutation", action: "Action", httpAction: "HttpAction" };

/** Of the public type; what is not measured here. */
const UNMEASURED = {
  databaseIoReadBytes: 0, databaseIoWriteBytes: 0, databaseWriteIndexRows: 0, storageReadBytes: 0, storageWriteBytes: 0, vectorIndexReadBytes: 0, vectorIndexWriteBytes: 0,
  vectorIndexReadQueryBytes: 0, vectorIndexWriteQueryBytes: 0, textIndexQueryBytes: 0, textIndexWriteQueryBytes: 0, networkEgressBytes: 0, memoryUsedMb: 0,
} as const;

/** Tells the executions of this engine from those of another. */
const ENGINE_PREFIX = randomBytes(4).toString("hex");

const RECORDS_MAX = 1000;
/** Of the printed lines of all records together. */
const CHARS_MAX = 16 * 1024 * 1024;
const WAITERS_MAX = 100;

interface LogRecord {
  readonly cursor: number;
  /** Counts executions. */
  readonly number: number;
  readonly execution: LoggedExecution;
  readonly timestampMs: number;
}

interface Waiter {
  readonly wake: () => void;
}

export class FunctionLog {
  readonly #records: LogRecord[] = [];
  readonly #waiters = new Set<Waiter>();
  #lastCursor = 0;
  #count = 0;
  #chars = 0;

  /** `onAdd` is told of each execution as it ends. */
  constructor(
    private readonly nowMs: () => number,
    private readonly onAdd: (execution: LoggedExecution, timestampMs: number) => void = () => undefined,
  ) {}

  add(execution: LoggedExecution): void {
    const timestampMs = this.nowMs();
    // Cursors are times, so that a reader's old cursor still means something after a restart.
    this.#lastCursor = Math.max(this.#lastCursor + 1 / 1024, timestampMs);
    this.#records.push({ cursor: this.#lastCursor, number: ++this.#count, execution, timestampMs });
    this.#chars += charsOf(execution);
    while (this.#records.length > RECORDS_MAX || this.#chars > CHARS_MAX) this.#chars -= charsOf(this.#records.shift()!.execution);
    for (const waiter of [...this.#waiters]) waiter.wake();
    this.onAdd(execution, timestampMs);
  }

  /** Executions after `cursor`; waits up to `waitMs` for one. A first reader (cursor 0) gets what there is at once. */
  async read(cursor: number, waitMs: number): Promise<{ entries: ExecutionRecord[]; newCursor: number }> {
    if (cursor > 0 && this.#lastCursor <= cursor) await this.#wait(waitMs);
    const entries = this.#records.filter((record) => record.cursor > cursor).map(toRecord);
    return { entries, newCursor: Math.max(cursor, this.#lastCursor, cursor === 0 ? this.nowMs() : 0) };
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

function charsOf({ logLines }: LoggedExecution): number {
  let chars = 0;
  for (const line of logLines) chars += line.length;
  return chars;
}

function toRecord({ execution, timestampMs, number }: LogRecord): ExecutionRecord {
  const { usage } = execution;
  return {
    kind: "Completion",
    udfType: UDF_TYPES[execution.kind],
    componentPath: execution.componentPath === "" ? null : execution.componentPath,
    identifier: displayedFunctionPath(execution.path),
    logLines: execution.logLines.map((line) => toLogLine(line, Math.floor(timestampMs))),
    timestamp: timestampMs / 1000,
    executionTimestamp: (timestampMs - execution.durationMs) / 1000,
    executionTime: execution.durationMs / 1000,
    cachedResult: false,
    caller: execution.caller,
    error: execution.failure,
    success: execution.failure === null ? {} : null,
    requestId: execution.requestId,
    executionId: ENGINE_PREFIX + (number >>> 0).toString(16).padStart(8, "0"),
    identityType: execution.isAdmin ? "instance_admin" : "unknown",
    environment: execution.environment,
    willRetry: false,
    parentExecutionId: null,
    occInfo: null,
    usageStats: {
      ...UNMEASURED,
      databaseReadBytes: usage?.bytesRead ?? 0,
      databaseWriteBytes: usage?.bytesWritten ?? 0,
      databaseReadDocuments: usage?.documentsRead ?? 0,
      databaseWriteDocuments: usage?.documentsWritten ?? 0,
    },
  };
}

function toLogLine(line: string, timestamp: number): LogLine {
  const match = /^\[(DEBUG|ERROR|WARN|INFO|LOG)\] ([\s\S]*)$/.exec(line);
  const level = (match?.[1] ?? "LOG") as LogLine["level"];
  return { messages: [match?.[2] ?? line], isTruncated: false, timestamp, level };
}
