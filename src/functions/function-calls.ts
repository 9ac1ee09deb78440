/**
 * Calling functions within an execution: the outermost one, and those that it calls through `ctx.runQuery` and
 * `ctx.runMutation`. Arguments and results are checked and copied at each border, as they would be between machines.
 *
 * A called query reads on a read-only sub-transaction; a called mutation writes on one that is absorbed by its caller's
 * when it returns and dropped when it throws, so that a caller who catches the error goes on as if it had not been called.
 */
import { encodeValue, parseValue, type Value } from "../values/value.js";
import type { Transaction } from "../database/transaction.js";
import { TableNames } from "../database/table-names.js";
import { formatArgumentError, formatReturnError, type Validator } from "../values/validator.js";
import { createFunctionHandle, schedulableFunction, type SchedulableFunction } from "./deployed-functions.js";
import { FunctionError } from "./errors.js";
import type { Deployment, RegisteredFunction } from "./deployment.js";
import type { CallFrame, Execution } from "./execution.js";
import { mutationContext, queryContext } from "./function-context.js";
import { formatFunctionPath } from "./function-path.js";
import { targetOf, type FunctionTarget } from "./function-reference.js";
import { transactionLimitsOf, type NestedLimits } from "./nested-limits.js";
import { ReadScope } from "./read-scope.js";
import { errorInRealm } from "./realm-error.js";
import { TableQuery, TableQueryInitializer } from "./table-query.js";

export interface CallLimits {
  readonly argumentBytesMax: number;
  readonly resultBytesMax: number;
}

/** The third argument of `ctx.runQuery` and `ctx.runMutation`. */
export interface CallOptions {
  readonly useStaleSnapshot?: boolean;
  readonly transactionLimits?: NestedLimits;
}

/** A call from within a function. Exactly one of the callbacks is called. */
export interface NestedCall {
  readonly kind: "query" | "mutation";
  readonly caller: CallFrame;
  readonly target: () => FunctionTarget;
  readonly argsText: string;
  readonly limits: NestedLimits | undefined;
  /** A query that reads the snapshot on which the mutation began, as if beside it. */
  readonly isStale: boolean;
  readonly onOk: (text: string) => void;
  readonly onError: (error: unknown) => void;
}

/** Calls within calls. Deeper is endless recursion, which should fail before the stack does. */
const DEPTH_MAX = 64;

export class FunctionCalls {
  constructor(
    private readonly execution: Execution,
    private readonly deployment: Deployment,
    private readonly limits: CallLimits,
  ) {}

  /** Calls `frame`'s function; exactly one of the callbacks is called, with the result as JSON text or what was thrown. */
  invoke(frame: CallFrame, argsText: string, onOk: (resultText: string) => void, onError: (error: unknown) => void): void {
    const scope = new ReadScope(this.execution, frame);
    const fail = (error: unknown): void => {
      this.execution.leave(frame);
      onError(error);
    };
    const succeed = (value: unknown): void => {
      let text: string;
      try {
        text = this.#encodeResult(scope, value);
      } catch (error) {
        fail(error);
        return;
      }
      this.execution.leave(frame);
      onOk(text);
    };
    try {
      const args = this.#decodeArguments(scope, argsText);
      const context = frame.function.kind === "query" ? queryContext(scope, this) : mutationContext(scope, this);
      this.execution.enter(frame);
      this.execution.sandbox.call(frame.function.handler, [context, args], succeed, fail);
    } catch (error) {
      fail(error);
    }
  }

  /** `ctx.runQuery` and `ctx.runMutation`: a promise of the sandbox's realm. */
  call(kind: "query" | "mutation", caller: CallFrame, reference: unknown, args: unknown, { transactionLimits: limits, useStaleSnapshot }: CallOptions = {}): Promise<unknown> {
    const { realm } = this.execution.sandbox;
    const { promise, resolve, reject } = realm.defer();
    const fail = (error: unknown): void => reject(errorInRealm(realm, error));
    try {
      const argsText = encodeValue(args ?? {}, { commitTimestamps: isInMutation(caller) });
      this.callText({ kind, caller, target: () => targetOf(reference, caller.namespace), argsText, limits, isStale: useStaleSnapshot === true, onOk: (text) => resolve(parseValue(text, realm.documents)), onError: fail });
    } catch (error) {
      fail(error);
    }
    return promise;
  }

  /** The same with arguments and result as JSON text. */
  callText(call: NestedCall): void {
    const { kind, caller, target, argsText, onOk, onError } = call;
    const run = (done: () => void): void => {
      const fail = (error: unknown): void => {
        onError(error);
        done();
      };
      try {
        const called = this.#resolve(kind, target());
        const transaction = this.#beginNested(call, called);
        this.#callOn(caller, called, transaction, argsText, (text) => (onOk(text), done()), fail);
      } catch (error) {
        fail(error);
      }
    };
    // Sub-mutations of one caller run one after another, also when it starts them together.
    if (kind === "mutation") caller.subMutations.run(run);
    else run(() => undefined);
  }

  #beginNested({ caller, limits, isStale }: NestedCall, called: RegisteredFunction): Transaction {
    if (caller.depth >= DEPTH_MAX) {
      throw new FunctionError(`Functions call each other more than ${DEPTH_MAX} deep (last: ${formatFunctionPath(called.path)}). Look for endless recursion.`);
    }
    const nested = transactionLimitsOf(limits);
    return caller.transaction.child({ writable: called.kind === "mutation", detached: isStale, ...(nested === null ? {} : { limits: nested }) });
  }

  #callOn(caller: CallFrame, called: RegisteredFunction, transaction: Transaction, argsText: string, onOk: (text: string) => void, onError: (error: unknown) => void): void {
    const frame = this.execution.newFrame(called, transaction, caller);
    const finish = (text: string): void => {
      if (called.kind === "mutation") caller.transaction.absorb(transaction);
      else transaction.finish();
      onOk(text);
    };
    this.invoke(frame, argsText, finish, (error) => {
      if (called.kind === "mutation") transaction.drop();
      else transaction.finish();
      onError(error);
    });
  }

  /** Throws {@link FunctionError} for a function that can't be scheduled. */
  schedulable(target: FunctionTarget): SchedulableFunction {
    return schedulableFunction(this.deployment.deployed, target);
  }

  /** Throws {@link FunctionError} for a function that is not there or not in reach. */
  handleOf(target: FunctionTarget): string {
    return createFunctionHandle(this.deployment.deployed, target);
  }

  #resolve(kind: "query" | "mutation", target: FunctionTarget): RegisteredFunction {
    const found = this.deployment.function(target);
    if (found.kind !== kind) throw wrongKind(found, kind);
    return found;
  }

  #decodeArguments({ frame }: ReadScope, text: string): Value {
    if (text.length > this.limits.argumentBytesMax) {
      throw new FunctionError(`Arguments for ${formatFunctionPath(frame.function.path)} are too large (actual: ${text.length} bytes, limit: ${this.limits.argumentBytesMax} bytes). Split the call, or store the data in a file.`);
    }
    const { realm } = this.execution.sandbox;
    // Within a mutation's transaction a function may be handed the commit timestamp; from outside it can't come.
    const args = parseValue(text, frame.caller !== null && isInMutation(frame) ? realm.documents : realm);
    if (typeof args !== "object" || args === null || Array.isArray(args)) {
      throw new FunctionError("The arguments to a Convex function must be an object.");
    }
    check(frame.function.args, args, frame, formatArgumentError);
    return args;
  }

  #encodeResult({ frame }: ReadScope, value: unknown): string {
    const result = value === undefined ? null : value;
    refuseQuery(result);
    const text = encodeValue(result, { commitTimestamps: isInMutation(frame) });
    if (text.length > this.limits.resultBytesMax) {
      throw new FunctionError(`The return value of ${formatFunctionPath(frame.function.path)} is too large (actual: ${text.length} bytes, limit: ${this.limits.resultBytesMax} bytes). Return less, for example with pagination.`);
    }
    check(frame.function.returns, result, frame, formatReturnError);
    return text;
  }
}

export function wrongKind(found: Pick<RegisteredFunction, "path" | "kind">, expected: string): FunctionError {
  const title = (kind: string): string => kind.charAt(0).toUpperCase() + kind.slice(1);
  return new FunctionError(`Trying to execute ${found.path.module}:${found.path.name} as ${title(expected)}, but it is defined as ${title(found.kind)}.`);
}

/** Whether what the frame's function does is part of a mutation, which has a commit timestamp. */
function isInMutation(frame: CallFrame): boolean {
  return frame.caller === null ? frame.function.kind === "mutation" : isInMutation(frame.caller);
}

function check(validator: Validator | null, value: unknown, frame: CallFrame, format: typeof formatArgumentError): void {
  const failure = validator?.check(value, new TableNames(frame.transaction, frame.namespace)) ?? null;
  if (failure !== null) throw new FunctionError(format(failure));
}

function refuseQuery(value: unknown): void {
  if (value instanceof TableQuery || value instanceof TableQueryInitializer) {
    throw new FunctionError("Return value is a Query. Results must be retrieved with `.collect()`, `.take(n), `.unique()`, or `.first()`.");
  }
}
