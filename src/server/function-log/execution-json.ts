/** Records of the function log in the form of the public CLI's log stream (`FunctionExecutionJson`). Times in seconds, where not said. */
import type { FunctionKind } from "../../functions/deployment.js";
import { displayedFunctionPath } from "../../functions/function-path.js";
import type { CompletionRecord, LogRecord, ProgressRecord } from "./log-record.js";

interface ExecutionJsonBase {
  readonly udfType: "Query" | "Mutation" | "Action" | "HttpAction";
  readonly componentPath: string | null;
  /** "folder/messages:list", however the caller wrote it; "GET /path" for HTTP actions. */
  readonly identifier: string;
  readonly logLines: readonly LogLineJson[];
  readonly timestamp: number;
  readonly requestId: string;
  readonly executionId: string;
}

/** Lines of an action that runs. Readers print the lines of every entry, so each is in one entry only. */
export interface ProgressJson extends ExecutionJsonBase {
  readonly kind: "Progress";
}

export interface CompletionJson extends ExecutionJsonBase {
  readonly kind: "Completion";
  /** When it began. */
  readonly executionTimestamp: number;
  readonly executionTime: number;
  readonly cachedResult: boolean;
  readonly caller: string;
  readonly error: string | null;
  readonly success: null | Record<string, never>;
  readonly identityType: string;
  readonly environment: "isolate" | "node";
  readonly willRetry: boolean;
  readonly parentExecutionId: string | null;
  readonly occInfo: null;
  /** Sizes in bytes; 0 for what is not measured. */
  readonly usageStats: Readonly<Record<string, number>>;
}

export type ExecutionJson = ProgressJson | CompletionJson;

export interface LogLineJson {
  readonly messages: readonly string[];
  readonly isTruncated: boolean;
  /** Milliseconds. */
  readonly timestamp: number;
  readonly level: "DEBUG" | "ERROR" | "WARN" | "INFO" | "LOG";
}

const UDF_TYPES: Readonly<Record<FunctionKind, ExecutionJson["udfType"]>> = { query: "Query", mutation: "Mutation", action: "Action", httpAction: "HttpAction" };

/** Of the public type; what is not measured here. */
const UNMEASURED = {
  databaseIoReadBytes: 0, databaseIoWriteBytes: 0, databaseWriteIndexRows: 0, storageReadBytes: 0, storageWriteBytes: 0, vectorIndexReadBytes: 0, vectorIndexWriteBytes: 0,
  vectorIndexReadQueryBytes: 0, vectorIndexWriteQueryBytes: 0, textIndexQueryBytes: 0, textIndexWriteQueryBytes: 0, networkEgressBytes: 0, memoryUsedMb: 0,
} as const;

export function executionJson(record: LogRecord): ExecutionJson {
  return record.type === "progress" ? progressJson(record) : completionJson(record);
}

function progressJson(record: ProgressRecord): ProgressJson {
  return { kind: "Progress", ...baseJson(record) };
}

function completionJson(record: CompletionRecord): CompletionJson {
  const { execution, timestampMs } = record;
  const { usage } = execution;
  return {
    kind: "Completion",
    ...baseJson(record),
    executionTimestamp: (timestampMs - execution.durationMs) / 1000,
    executionTime: execution.durationMs / 1000,
    cachedResult: false,
    caller: execution.caller,
    error: execution.failure,
    success: execution.failure === null ? {} : null,
    identityType: execution.isAdmin ? "instance_admin" : "unknown",
    environment: execution.environment,
    willRetry: false,
    parentExecutionId: execution.parentExecutionId,
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

function baseJson({ execution, timestampMs, executionId, lineTimesMs }: LogRecord): ExecutionJsonBase {
  const { kind, path, componentPath, requestId, logLines } = execution;
  return {
    udfType: UDF_TYPES[kind],
    componentPath: componentPath === "" ? null : componentPath,
    identifier: displayedFunctionPath(path),
    logLines: logLines.map((line, i) => logLineJson(line, lineTimesMs?.[i] ?? timestampMs)),
    timestamp: timestampMs / 1000,
    requestId,
    executionId,
  };
}

function logLineJson(line: string, timeMs: number): LogLineJson {
  const match = /^\[(DEBUG|ERROR|WARN|INFO|LOG)\] ([\s\S]*)$/.exec(line);
  const level = (match?.[1] ?? "LOG") as LogLineJson["level"];
  return { messages: [match?.[2] ?? line], isTruncated: false, timestamp: Math.floor(timeMs), level };
}
