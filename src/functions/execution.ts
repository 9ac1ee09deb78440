/**
 * One run of a query or mutation, from its first instruction to its outcome: the transaction, what it printed, the clock
 * and randomness that it sees, and whether it looked at the caller's identity. For as long as it is the one that runs, the
 * sandbox asks it (see execution-host.ts).
 *
 * Functions called by functions (`ctx.runQuery`, `ctx.runMutation`) run in {@link CallFrame}s of the same execution, each
 * on a transaction of its own beneath that of its caller.
 */
import type { Transaction } from "../database/transaction.js";
import { PageJournal } from "../database/query/paginate.js";
import { CallQueue } from "./call-queue.js";
import { DeterministicRandom } from "./deterministic-random.js";
import type { RegisteredFunction } from "./deployment.js";
import { LogBuffer } from "./log-buffer.js";
import type { Replacements } from "./sandbox/replaced-globals.js";
import type { Sandbox } from "./sandbox/sandbox.js";
import type { TokenSigner } from "./sign-jwt.js";
import type { FileAccess, FileBytes } from "./stored-files.js";
import { AUDITS_MAX, auditBody, writeCustomAudit } from "./custom-audit.js";
import { FunctionError } from "./errors.js";

/** Claims of the caller as `ctx.auth.getUserIdentity()` returns them. */
export type UserIdentity = Readonly<Record<string, unknown>>;

/** Who called, for `ctx.meta.getRequestMetadata()`. */
export interface RequestMetadata {
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly requestId: string;
  readonly scheduledFunctionId: string | null;
  readonly authToken: string | null;
}

/** For `ctx.meta.getDeploymentMetadata()`. */
export interface DeploymentMetadata {
  readonly name: string;
  readonly region: string | null;
  /** Size of the machine in the public platform's classes; the least where it has no meaning. */
  readonly class: "s16";
}

export interface CallFrame {
  readonly function: RegisteredFunction;
  readonly transaction: Transaction;
  /** Path of the component that the function belongs to, and of its tables; "" is the app. */
  readonly namespace: string;
  /** 1 for the function that was called from outside. */
  readonly depth: number;
  readonly subMutations: CallQueue;
  /** Null for the function that was called from outside. */
  readonly caller: CallFrame | null;
  /** Functions that it has called and that have not returned. */
  running: number;
  /** Globals that it has replaced, while such functions run. */
  replacedGlobals: Replacements | null;
}

/** What is the same for all executions. */
export interface ExecutionSurroundings {
  readonly deploymentMetadata: DeploymentMetadata;
  readonly files: FileAccess;
  /** See {@link FileBytes}. */
  readonly fileBytes: FileBytes | null;
  readonly tokens: TokenSigner;
}

/** Who called, and with what. */
export interface ExecutionCaller {
  readonly identity: UserIdentity | null;
  readonly journal: string | null;
  readonly requestId: string;
  readonly client: { readonly ip: string | null; readonly userAgent: string | null } | null;
  readonly scheduledFunctionId?: string;
  readonly authToken?: string | null;
  /** Name of the admin key that was called with; null for anybody else. */
  readonly adminName?: string | null;
}

export interface ExecutionOptions {
  readonly sandbox: Sandbox;
  readonly surroundings: ExecutionSurroundings;
  readonly caller: ExecutionCaller;
  readonly nowMs: number;
  /** 32 random bits that everything "random" in the function follows from. */
  readonly seed: number;
  readonly environmentVariables: Readonly<Record<string, string>>;
}

export class Execution {
  readonly sandbox: Sandbox;
  readonly journal: PageJournal;
  readonly logs = new LogBuffer();
  readonly surroundings: ExecutionSurroundings;
  readonly nowMs: number;
  readonly environmentVariables: Readonly<Record<string, string>>;
  readonly #caller: ExecutionCaller;
  readonly #seed: number;
  #random: DeterministicRandom | null = null;
  /** Bodies of audit log entries that a query has made: JSON texts. */
  readonly audits: string[] = [];
  #auditCount = 0;
  #frames: CallFrame[] = [];
  #usedIdentity = false;

  constructor(options: ExecutionOptions) {
    this.sandbox = options.sandbox;
    this.surroundings = options.surroundings;
    this.nowMs = options.nowMs;
    this.environmentVariables = options.environmentVariables;
    this.journal = new PageJournal(options.caller.journal);
    this.#caller = options.caller;
    this.#seed = options.seed;
  }

  get requestMetadata(): RequestMetadata {
    const { client, requestId, scheduledFunctionId = null, authToken = null } = this.#caller;
    return { ip: client?.ip ?? null, userAgent: client?.userAgent ?? null, requestId, scheduledFunctionId, authToken };
  }

  get random(): DeterministicRandom {
    return (this.#random ??= new DeterministicRandom(this.#seed));
  }

  /** Whether the outcome depends on who called. */
  get usedIdentity(): boolean {
    return this.#usedIdentity;
  }

  identity(): UserIdentity | null {
    this.#usedIdentity = true;
    return this.#caller.identity;
  }

  /** `log.audit`, for the call of `frame`. */
  audit({ transaction }: CallFrame, body: unknown): void {
    if (++this.#auditCount > AUDITS_MAX) throw new FunctionError(`A function can write at most ${AUDITS_MAX} audit log entries. Put more into each.`);
    const { ip, userAgent, requestId } = this.requestMetadata;
    const { adminName = null } = this.#caller;
    const text = auditBody(body, { ip, userAgent, requestId, now: this.nowMs, convexActor: adminName === null ? null : { kind: "token", name: adminName } });
    if (transaction.writable) writeCustomAudit(transaction, text);
    else this.audits.push(text);
  }

  /** A component's innermost call that has not returned: what its `Convex.syscall` acts for. */
  frameOf(componentPath: string): CallFrame {
    const frame = this.#frames.findLast(({ namespace }) => namespace === componentPath);
    if (frame === undefined) throw new Error("The function has ended: what it does afterwards is lost. Await every call before you return.");
    return frame;
  }

  /** `caller` is null for the function that was called from outside. */
  newFrame(called: RegisteredFunction, transaction: Transaction, caller: CallFrame | null): CallFrame {
    const depth = (caller?.depth ?? 0) + 1;
    return { function: called, transaction, namespace: called.componentPath, depth, subMutations: new CallQueue(), caller, running: 0, replacedGlobals: null };
  }

  /** The function finds the globals as its modules left them, whatever its caller, or whoever ran before, has made of them. */
  enter(frame: CallFrame): void {
    this.#frames.push(frame);
    const { caller } = frame;
    const replaced = this.sandbox.globals.setAside();
    if (caller !== null && caller.running++ === 0) caller.replacedGlobals = replaced;
  }

  /** Also for a frame that was never entered. */
  leave(frame: CallFrame): void {
    // Usually the last: others leave later only where calls ran side by side.
    if (this.#frames.at(-1) === frame) this.#frames.pop();
    else if (this.#frames.includes(frame)) this.#frames = this.#frames.filter((entered) => entered !== frame);
    else return;
    const { caller } = frame;
    if (caller === null || --caller.running > 0) return;
    this.sandbox.globals.setAside();
    if (caller.replacedGlobals !== null) this.sandbox.globals.putBack(caller.replacedGlobals);
    caller.replacedGlobals = null;
  }
}
