/**
 * What the engine and an executor say to each other. An executor is a thread (default runtime) or a process ("use node")
 * that runs one action at a time; whatever the action asks of the deployment comes back here as a syscall.
 *
 *     engine                                   executor
 *       code ──────────────────────────────▶   loads modules when first needed
 *       run ───────────────────────────────▶   calls the handler
 *            ◀──────────── log, syscall ────   as often as the action does
 *       syscallReply ──────────────────────▶
 *            ◀───────────────── withheld ────   once, where not all lines were sent
 *            ◀───────────────────── done ────   exactly once for each run
 *
 * All of it can be copied by `postMessage` and by the "advanced" serialization of `process.send`.
 */
import type { FunctionFailure } from "../errors.js";
import type { ModuleCode } from "../sandbox/module-code.js";

/** Code of the default runtime: the same modules that queries and mutations have. */
export interface WorkerCode {
  readonly modules: ReadonlyMap<string, ModuleCode>;
  readonly environmentVariables: Readonly<Record<string, string>>;
  /** Environments of components, by their path. */
  readonly componentEnvironments: ComponentEnvironments;
}

export type ComponentEnvironments = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** Code of Node: a folder with the modules as files, their packages in its `node_modules`. */
export interface NodeCode {
  readonly folder: string;
  readonly environmentVariables: Readonly<Record<string, string>>;
  readonly componentEnvironments: ComponentEnvironments;
}

export interface ActionJob {
  readonly type: "action";
  /** "messages.js"; "@workpool/lib.js" where it is a component's. */
  readonly module: string;
  readonly name: string;
  /** JSON text of the arguments object; it was validated. */
  readonly args: string;
  readonly requestId: string;
}

/** An HTTP action. The response travels over the port that comes with it, see http-port.ts. */
export interface HttpActionJob {
  readonly type: "httpAction";
  /** Module whose default export is the router: "http.js", "@workpool/http.js". */
  readonly router: string;
  /** The path that the router looks up: without the prefix that it is mounted under. */
  readonly routedPath: string;
  readonly method: string;
  /** With the origin by which the client reached us. */
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: HttpRequestBody;
  readonly responseBytesMax: number;
  readonly requestId: string;
}

export type HttpRequestBody =
  | { readonly type: "none" }
  | { readonly type: "bytes"; readonly bytes: Uint8Array }
  /** Comes over the port. */
  | { readonly type: "stream" };

export type ExecutorJob = ActionJob | HttpActionJob;

export type ToExecutor<Code> =
  | { readonly type: "code"; readonly code: Code }
  /** `port` is a MessagePort, for HTTP actions only. */
  | { readonly type: "run"; readonly job: ExecutorJob; readonly port: unknown }
  | { readonly type: "syscallReply"; readonly id: number; readonly reply: SyscallReply };

export type SyscallReply =
  /** JSON text. */
  | { readonly ok: true; readonly value: string }
  /** `data` is the JSON text of a ConvexError's data. */
  | { readonly ok: false; readonly failure: FunctionFailure };

export type FromExecutor =
  /** Once, when "code" and "run" can be taken. */
  | { readonly type: "ready" }
  /** Lines as queries and mutations print them: "[LOG] 'hello'". */
  | { readonly type: "log"; readonly lines: readonly string[] }
  /** So many lines more were printed: see LineQuota. */
  | { readonly type: "withheld"; readonly lines: number }
  /** `op` and `args` as `Convex.asyncSyscall` gets them. */
  | { readonly type: "syscall"; readonly id: number; readonly op: string; readonly args: string }
  | { readonly type: "done"; readonly outcome: ActionOutcome; /** State of this run may be left behind: the executor is not to be used again. */ readonly isSpent: boolean };

export type ActionOutcome =
  /** JSON text of the result; not yet checked against the validator. "null" for HTTP actions. */
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly failure: FunctionFailure };
