/**
 * Events of log streams, as the public documentation and the types of `@convex-dev/platform` have them. The engine makes them, as
 * JSON text, while there is a stream; the network thread sends them.
 */
import type { FunctionKind } from "../../functions/deployment.js";
import type { LoggedExecution, LoggedFunction, LogRecord } from "../function-log/log-record.js";

/** Topics of the public deployment API. */
export const LOG_TOPICS = [
  "verification",
  "console",
  "function_execution",
  "exception",
  "audit_log",
  "scheduler_stats",
  "scheduled_job_lag",
  "current_storage_usage",
  "concurrency_stats",
  "storage_api_bandwidth",
  "log_stream_egress",
  "custom_audit",
] as const;

export type LogTopic = (typeof LOG_TOPICS)[number];

/** Those that there are no events of here, and what to use instead. */
export const UNSERVED_TOPICS: Partial<Readonly<Record<LogTopic, string>>> = {
  exception: "It is for services that report exceptions, such as Sentry. Failures of functions are in function_execution: status and error_message.",
  current_storage_usage: "The sizes of single tables, indexes and files are not measured here. What a deployment takes on disk is in /metrics: rivulet_engine_disk_bytes and rivulet_engine_used_bytes.",
  log_stream_egress: "It is about the bill of Convex Cloud: nothing is charged for here.",
};

/** An event on its way: JSON text of one object. */
export interface LogEvent {
  /** Null for what every stream gets, whatever its topics. */
  readonly topic: LogTopic | null;
  readonly text: string;
}

export interface Concurrency {
  readonly num_running: number;
  readonly num_queued: number;
}

export interface DeploymentStats {
  readonly scheduler: { readonly lagSeconds: number; readonly running: number };
  readonly concurrency: Readonly<Record<"query" | "mutation" | "action" | "node_action", Concurrency>>;
}

const FUNCTION_TYPES: Readonly<Record<FunctionKind, string>> = { query: "query", mutation: "mutation", action: "action", httpAction: "http_action" };

/** Makes events of one deployment. */
export class LogEventMaker {
  /** The end of every event. */
  readonly #deployment: object;

  constructor(instanceName: string) {
    this.#deployment = { convex: { deployment_name: instanceName, deployment_type: "prod", project_name: instanceName, project_slug: instanceName } };
  }

  event(topic: LogTopic, timestampMs: number, fields: object): LogEvent {
    return { topic, text: JSON.stringify({ topic, timestamp: Math.floor(timestampMs), ...this.#deployment, ...fields }) };
  }

  /** What was printed, and then that it ran. */
  execution(record: LogRecord): LogEvent[] {
    const { timestampMs, lineTimesMs, execution } = record;
    const called = functionFields(execution);
    const lines = execution.logLines.map((line, i) => this.event("console", lineTimesMs?.[i] ?? timestampMs, { function: called, ...consoleFields(line) }));
    return record.type === "progress" ? lines : [...lines, this.event("function_execution", timestampMs, { function: called, ...outcomeFields(record.execution) })];
  }

  stats({ scheduler, concurrency }: DeploymentStats, timestampMs: number): LogEvent[] {
    return [
      this.event("scheduler_stats", timestampMs, { lag_seconds: scheduler.lagSeconds, num_running_jobs: scheduler.running }),
      this.event("scheduled_job_lag", timestampMs, { lag_seconds: scheduler.lagSeconds }),
      this.event("concurrency_stats", timestampMs, concurrency),
    ];
  }
}

function functionFields({ kind, path, componentPath, requestId }: LoggedFunction): object {
  return { type: FUNCTION_TYPES[kind], path, cached: kind === "query" ? false : null, request_id: requestId, component_path: componentPath === "" ? null : componentPath, mutation_queue_length: null, mutation_retry_count: null };
}

function consoleFields(line: string): object {
  const [, level = "LOG", message = line] = /^\[(DEBUG|ERROR|WARN|INFO|LOG)\] ([\s\S]*)$/.exec(line) ?? [];
  return { log_level: level, message, is_truncated: false, system_code: null };
}

function outcomeFields(execution: LoggedExecution): object {
  return {
    execution_time_ms: Math.round(execution.durationMs),
    status: execution.failure === null ? "success" : "failure",
    error_message: execution.failure,
    occ_info: null,
    scheduler_info: null,
    usage: usageFields(execution),
  };
}

/** What is not measured here is 0. */
function usageFields({ usage }: LoggedExecution): object {
  const bytesRead = usage?.bytesRead ?? 0;
  const bytesWritten = usage?.bytesWritten ?? 0;
  return {
    database_read_bytes: bytesRead,
    database_write_bytes: bytesWritten,
    database_io_read_bytes: bytesRead,
    database_io_write_bytes: bytesWritten,
    database_read_documents: usage?.documentsRead ?? 0,
    file_storage_read_bytes: 0,
    file_storage_write_bytes: 0,
    vector_storage_read_bytes: 0,
    vector_storage_write_bytes: 0,
    vector_search_query_bytes: 0,
    vector_search_write_query_bytes: 0,
    text_search_query_bytes: 0,
    text_search_write_query_bytes: 0,
    network_egress_bytes: 0,
    audit_log_egress_bytes: 0,
    action_memory_used_mb: null,
  };
}
