/**
 * What actions can ask of the deployment, by the names that `convex/server` uses ("1.0/actions/mutation"). Each part of the
 * server brings its own; the composition root puts them together.
 */
import type { FunctionFailure } from "../../functions/errors.js";
import type { UserIdentity } from "../../functions/execution.js";
import type { JsonValue } from "../../values/value.js";
import type { ClientInfo } from "../engine-messages.js";

/** The run of an action that asks. */
export interface ActionContext {
  /** "messages:send"; "GET /path" for HTTP actions. */
  readonly path: string;
  /** Of the action, and of what it asks for; "" is the app. */
  readonly componentPath: string;
  readonly identity: UserIdentity | null;
  /** The token that `identity` was read from. */
  readonly authToken: string | null;
  /** Why a token was not accepted; asking for the identity fails with it. HTTP actions only: other calls are refused themselves. */
  readonly authProblem: string | null;
  readonly requestId: string;
  /** Of this run, in the function log. */
  readonly executionId: string;
  readonly client: ClientInfo | null;
  /** Name of the admin key that it was called with. */
  readonly adminName: string | null;
  /** Set where the scheduler started it. */
  readonly scheduledJobId: string | null;
  /** 0 for what was called from outside, one more for each action that called another. */
  readonly depth: number;
}

export type SyscallArguments = Readonly<Record<string, JsonValue | undefined>>;

/** Resolves with JSON text, and only when what it tells is durable. Rejects with FunctionError or DatabaseError for what the action did wrong. */
export type ActionSyscall = (args: SyscallArguments, context: ActionContext) => Promise<string>;

export type ActionSyscalls = ReadonlyMap<string, ActionSyscall>;

/** What a function that an action called failed with, on its way to the action. */
export class SyscallFailure extends Error {
  override readonly name = "SyscallFailure";
  constructor(readonly failure: FunctionFailure) {
    super(failure.message);
  }
}
