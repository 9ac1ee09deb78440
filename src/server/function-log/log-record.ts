/**
 * What the function log keeps: an execution that ended, or lines of one that still runs. A record is plain data, so that it can be
 * written as JSON; what readers get is made of it when they ask (execution-record.ts).
 */
import type { FunctionKind } from "../../functions/deployment.js";

/** A run of a function, by what is known when it begins. */
export interface LoggedFunction {
  readonly kind: FunctionKind;
  /** Runtime of the function. */
  readonly environment: "isolate" | "node";
  readonly path: string;
  readonly componentPath: string;
  readonly requestId: string;
  readonly caller: string;
  readonly isAdmin: boolean;
  /** Of the action that called it. */
  readonly parentExecutionId: string | null;
}

export interface LoggedUsage {
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly documentsRead: number;
  readonly documentsWritten: number;
}

export interface LoggedExecution extends LoggedFunction {
  /** `[LEVEL] message`, but for those that were told while it ran. */
  readonly logLines: readonly string[];
  readonly failure: string | null;
  readonly durationMs: number;
  readonly usage: LoggedUsage | null;
}

/** Some lines of a run that goes on. */
export interface LoggedProgress extends LoggedFunction {
  readonly logLines: readonly string[];
}

interface RecordBase {
  /** Milliseconds, and larger than that of every record before: what a reader has seen. */
  readonly cursor: number;
  readonly timestampMs: number;
  /** The same for all records of an execution. */
  readonly executionId: string;
  /** When each line was printed, in milliseconds; where it is not known, `timestampMs`. */
  readonly lineTimesMs?: readonly number[];
}

export interface CompletionRecord extends RecordBase {
  readonly type: "completion";
  readonly execution: LoggedExecution;
}

export interface ProgressRecord extends RecordBase {
  readonly type: "progress";
  readonly execution: LoggedProgress;
}

export type LogRecord = CompletionRecord | ProgressRecord;
