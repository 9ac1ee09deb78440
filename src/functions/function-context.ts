/** `ctx`: what a query or mutation receives as its first argument. Plain objects, because libraries spread them. */
import { databaseReader, databaseWriter } from "./database-api.js";
import type { FunctionCalls } from "./function-calls.js";
import { functionMetadata } from "./function-metadata.js";
import type { NestedLimits } from "./nested-limits.js";
import type { ReadScope } from "./read-scope.js";
import type { Realm } from "./sandbox/realm.js";
import { storageReader, storageWriter } from "./storage-api.js";

interface RunOptions {
  readonly useStaleSnapshot?: boolean;
  readonly transactionLimits?: NestedLimits;
}

export function queryContext(scope: ReadScope, calls: FunctionCalls): object {
  return {
    db: databaseReader(scope),
    auth: auth(scope),
    storage: storageReader(scope),
    meta: functionMetadata(scope),
    runQuery: (reference: unknown, args?: unknown, options?: RunOptions) => {
      if (options?.useStaleSnapshot === true) return scope.attempt(refuseStaleSnapshot);
      return calls.call("query", scope.frame, reference, args, options?.transactionLimits);
    },
  };
}

function refuseStaleSnapshot(): never {
  throw new Error("`useStaleSnapshot` is only supported in mutations, not queries.");
}

export function mutationContext(scope: ReadScope, calls: FunctionCalls): object {
  return {
    db: databaseWriter(scope),
    auth: auth(scope),
    storage: storageWriter(scope),
    scheduler: unavailableParts(scope.realm).scheduler,
    meta: functionMetadata(scope),
    // The newest state is as cheap to read as a stale one, and never conflicts.
    runQuery: (reference: unknown, args?: unknown, options?: RunOptions) => calls.call("query", scope.frame, reference, args, options?.transactionLimits),
    runMutation: (reference: unknown, args?: unknown, options?: RunOptions) => calls.call("mutation", scope.frame, reference, args, options?.transactionLimits),
  };
}

function auth(scope: ReadScope): object {
  return {
    getUserIdentity: () => scope.attempt(() => scope.copy(scope.execution.identity())),
  };
}

/** Parts of the API that this version does not have answer with what is missing, not with "undefined is no function". */
interface UnavailableParts {
  readonly scheduler: object;
}

/** The same for every call in a realm, so made once. */
const unavailableByRealm = new WeakMap<Realm, UnavailableParts>();

function unavailableParts(realm: Realm): UnavailableParts {
  let parts = unavailableByRealm.get(realm);
  if (parts === undefined) {
    parts = {
      scheduler: unavailable(realm, "scheduler", "Scheduled functions are", ["runAfter", "runAt", "cancel"]),
    };
    unavailableByRealm.set(realm, parts);
  }
  return parts;
}

function unavailable(realm: Realm, name: string, subject: string, methods: readonly string[]): object {
  const refuse = (method: string) => () => realm.reject(realm.makeError(`${subject} not available in this version of Rivulet yet: \`ctx.${name}.${method}\` can't be called.`));
  return Object.fromEntries(methods.map((method) => [method, refuse(method)]));
}
