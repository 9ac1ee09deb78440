/**
 * What the network thread and the engine thread say to each other. Messages travel in arrays, one array per turn of the
 * sender's event loop, never one by one, and packed: see packed-batch.ts.
 *
 *     network thread                                   engine thread
 *     sockets, HTTP framing, CORS, brotli    ─────▶    database, functions, subscriptions, deploys
 *                                            ◀─────    frames and replies, held back until durable
 */

import type { MessagePort } from "node:worker_threads";
import type { HttpActionJob } from "../functions/actions/executor-messages.js";
import type { AuditActor, AuditEvent } from "./audit/deployment-audit.js";
import type { LogEvent } from "./log-streams/log-event.js";
import type { FileKey, FileRequest } from "./files/file-messages.js";
import type { ExportRequest, ImportRequest } from "./transfer/transfer-messages.js";

/** Who a request acts as. Admin keys are checked where the request comes in; tokens of users in the engine. */
export type Credentials =
  | { readonly type: "none" }
  | { readonly type: "user"; readonly token: string }
  | { readonly type: "admin"; readonly keyName: string; readonly actingAs: Readonly<Record<string, unknown>> | null };

/** Who is at the other end, as the network sees it: functions can ask. */
export interface ClientInfo {
  readonly ip: string | null;
  readonly userAgent: string | null;
}

export type FunctionKind = "query" | "mutation" | "action";

/** Calls answered once by {@link FromEngine} "reply". */
export type EngineCall =
  | {
      readonly kind: "runFunction";
      /** "any": whatever the function is (`POST /api/function`). */
      readonly functionKind: FunctionKind | "any";
      /** As the client wrote it: "messages:list", "messages.js:list", "folder/messages:list". */
      readonly path: string;
      readonly componentPath: string;
      /** JSON text of the arguments object. */
      readonly args: string;
      readonly credentials: Credentials;
      /** Wire timestamp (decimal nanoseconds) of a consistent read; queries only. */
      readonly atTs: string | null;
      readonly client: ClientInfo;
      /** 16 hex digits; names the request in error texts and logs. */
      readonly requestId: string;
    }
  /** Newest durable timestamp as decimal nanoseconds → `{ ts }`. */
  | { readonly kind: "queryTs" }
  /** A route of the deploy API and its JSON body (text); admin was checked. */
  | { readonly kind: "deploy"; readonly route: DeployRoute; readonly body: string; readonly actor: AuditActor }
  | { readonly kind: "updateEnvironment"; readonly body: string; readonly actor: AuditActor }
  /** One more entry of the audit log. */
  | { readonly kind: "audit"; readonly event: AuditEvent }
  /** Entries of the audit log from a time on, in milliseconds → `{ items, pagination }`; `after` is the cursor of the page before. */
  | { readonly kind: "listAudit"; readonly fromMs: number; readonly after: number; readonly limit: number }
  /** Server log lines of function executions after a cursor → `{ entries, newCursor }`; waits up to `waitMs` for one. */
  | { readonly kind: "streamLogs"; readonly cursor: number; readonly waitMs: number }
  | { readonly kind: "files"; readonly request: FileRequest }
  | { readonly kind: "import"; readonly request: ImportRequest }
  | { readonly kind: "export"; readonly request: ExportRequest }
  | HttpActionCall
  | InlineQueryCall
  /** What the tables of the app, or of a component, seem to hold → a validator by table, null for an empty one. */
  | { readonly kind: "tableShapes"; readonly componentPath: string }
  /** Whether the app has an HTTP action for this → `{ isRouted }`. */
  | { readonly kind: "isRouted"; readonly method: string; readonly pathname: string }
  /** The test clock was moved: what waits for a time may be due. */
  | { readonly kind: "clockMoved" }
  /** Counters and gauges of the engine → {@link EngineMetrics}. */
  | { readonly kind: "metrics" }
  /** Finishes what was begun and makes it durable; the engine answers nothing afterwards. */
  | { readonly kind: "shutdown" };

/** A query that an admin wrote on the spot. The reply is a function's, and `ok` where the query fails too. */
export interface InlineQueryCall {
  readonly kind: "inlineQuery";
  /** An ES module whose default export is the query. */
  readonly source: string;
  /** "testQuery.js": how it is called in stack traces and logs. */
  readonly modulePath: string;
  readonly componentPath: string;
  /** JSON text of the arguments object. */
  readonly args: string;
  /** Claims of the user that the admin acts as. */
  readonly actingAs: Readonly<Record<string, unknown>> | null;
  readonly client: ClientInfo;
  readonly requestId: string;
}

/**
 * An HTTP action. Its bodies go over the port between network thread and executor, and do not pass the engine; the reply
 * tells how the run ended. What goes wrong before the response's head is for the network thread to answer.
 */
export interface HttpActionCall extends Omit<HttpActionJob, "type" | "router" | "routedPath"> {
  readonly kind: "httpAction";
  readonly credentials: Credentials;
  readonly client: ClientInfo;
  /** Moves with the message. */
  readonly port: MessagePort;
}

/** Code of the refusal of an HTTP action where the app defines none. */
export const NO_HTTP_ACTIONS = "NoHttpActions";

export type DeployRoute =
  | "get_config_hashes"
  | "get_config"
  | "evaluate_push"
  | "evaluate_schema"
  | "start_push"
  | "wait_for_schema"
  | "finish_push"
  | "report_push_completed";

export type EngineReply =
  | { readonly ok: true; /** JSON text. */ readonly body: string }
  /** A function's own failure: HTTP 560 with the public error body. */
  | { readonly ok: false; readonly failure: "function"; readonly body: string }
  /** The request is at fault (or the server, at 5xx): `{code, message}`. */
  | { readonly ok: false; readonly failure: "request"; readonly status: number; readonly code: string; readonly message: string };

/** All numbers count since the engine started, unless they say otherwise. */
export interface EngineMetrics {
  readonly counters: Readonly<Record<string, number>>;
  readonly gauges: Readonly<Record<string, number>>;
}

export type ToEngine =
  | { readonly type: "socketOpened"; readonly socket: number; readonly client: ClientInfo }
  /** One text frame of the sync protocol, unparsed. */
  | { readonly type: "frame"; readonly socket: number; readonly text: string }
  | { readonly type: "socketClosed"; readonly socket: number }
  /** The socket's send buffer is over (true) or back under (false) its bound: no transitions are made for it meanwhile. */
  | { readonly type: "socketSlow"; readonly socket: number; readonly slow: boolean }
  | { readonly type: "call"; readonly id: number; readonly call: EngineCall };

export type FromEngine =
  /** Sent once, when requests can be answered. */
  | { readonly type: "ready" }
  | { readonly type: "send"; readonly socket: number; readonly text: string }
  /** `reason` starts with an error code that clients know, e.g. "InternalServerError: …". */
  | { readonly type: "close"; readonly socket: number; readonly code: number; readonly reason: string }
  | { readonly type: "reply"; readonly id: number; readonly reply: EngineReply }
  /** What happened, for log streams. */
  | { readonly type: "logEvents"; readonly events: readonly LogEvent[] }
  /** Their deletion is durable: the bytes may go. */
  | { readonly type: "filesDeleted"; readonly keys: readonly FileKey[] }
  | { readonly type: "log"; readonly level: "debug" | "info" | "warn" | "error"; readonly message: string; readonly fields: Readonly<Record<string, unknown>> };

/**
 * Shared memory by which the host learns what the engine was running when its thread died (out of memory): the index of
 * the execution, written by the engine before it calls user code. Layout: Int32Array, `RUNNING_SLOT` → execution number,
 * 0 when none. The execution's name is in the engine's last "log"-free side channel: a 1 KiB UTF-8 text after the slots.
 */
export const RUNNING_SLOTS = 4;
export const RUNNING_NAME_BYTES = 4096;

/**
 * Whether the thread may open the store yet, in shared memory: it starts, and loads its modules, while the data folder is
 * still being locked and checked. Int32Array of one of the values below.
 */
export const OPENING_WAITS = 0;
export const OPENING_ALLOWED = 1;
/** The folder cannot be had: the thread ends without touching it. */
export const OPENING_REFUSED = 2;

/** `workerData` of the engine thread. */
export interface EngineWorkerData extends EngineOptions {
  readonly opening: SharedArrayBuffer;
}

/** Everything the engine needs. */
export interface EngineOptions {
  readonly dataFolder: string;
  readonly cloudOrigin: string;
  readonly siteOrigin: string;
  /** Where the bytes of files are; null where they are not on this machine. */
  readonly filesFolder: string | null;
  /** Where this machine reaches the server, whatever stands before it: "http://127.0.0.1:3210". */
  readonly internalOrigin: string;
  readonly instanceName: string;
  /** Ordinary errors of functions reach clients as "Server Error" only. */
  readonly redactErrors: boolean;
  readonly limits: EngineLimits;
  /** What a TestClock shares; none where the clock can't be moved. */
  readonly testClock?: SharedArrayBuffer;
  readonly logRetention: { readonly ageMsMax: number; readonly bytesMax: number; readonly ageMsMin: number };
  /** Of the function log on disk; 0 or absent where there is none. */
  readonly logHistoryBytesMax?: number;
  /** None where nobody can listen to events. */
  readonly streaming?: StreamingOptions;
  /** See {@link RUNNING_SLOTS}. */
  readonly running: SharedArrayBuffer;
  /** Executions that killed an earlier engine thread: refused with a clear error, not run again for a while. */
  readonly poisoned: readonly PoisonedExecution[];
}

export interface StreamingOptions {
  /** See log-streams/streaming-flag.ts. */
  readonly flag: SharedArrayBuffer;
  readonly statsIntervalMs: number;
}

export interface PoisonedExecution {
  /** Function path and canonical arguments: see `executionName` in the engine. */
  readonly name: string;
  readonly untilMs: number;
  readonly message: string;
}

/** Every limit is a setting; defaults are the public limits where there is one. Sizes in bytes, times in milliseconds. */
export interface EngineLimits {
  readonly bytesReadMax: number;
  readonly documentsReadMax: number;
  readonly rangesReadMax: number;
  readonly bytesWrittenMax: number;
  readonly documentsWrittenMax: number;
  readonly scheduledFunctionsMax: number;
  readonly scheduledArgumentBytesMax: number;
  readonly filesReadMax: number;
  readonly fileBytesReadMax: number;
  readonly filesWrittenMax: number;
  readonly fileBytesWrittenMax: number;
  readonly functionMsMax: number;
  readonly argumentBytesMax: number;
  readonly resultBytesMax: number;
  readonly heapMbMax: number;
  /** Actions of the default runtime at once; the others wait. */
  readonly actionsMax: number;
  /** Actions of Node at once; the others wait. */
  readonly nodeActionsMax: number;
  readonly actionMsMax: number;
  readonly actionMemoryMbMax: number;
  readonly nodeActionMemoryMbMax: number;
  /** How long a query result without subscribers is kept warm. */
  readonly warmQueryMs: number;
  readonly subscriptionsPerSocketMax: number;
}
