/** `ctx`: what a query or mutation receives as its first argument. Plain objects, because libraries spread them. */
import { databaseReader, databaseWriter } from "./database-api.js";
import type { FunctionCalls } from "./function-calls.js";
import { functionMetadata } from "./function-metadata.js";
import type { NestedLimits } from "./nested-limits.js";
import type { ReadScope } from "./read-scope.js";
import { scheduler } from "./scheduler-api.js";
import { signJwt } from "./sign-jwt.js";
import { storageReader, storageWriter } from "./storage-api.js";
import { vectorSearch } from "./vector-search-api.js";

interface RunOptions {
  readonly useStaleSnapshot?: boolean;
  readonly transactionLimits?: NestedLimits;
}

export function queryContext(scope: ReadScope, calls: FunctionCalls): object {
  return {
    db: databaseReader(scope),
    auth: auth(scope),
    storage: storageReader(scope),
    vectorSearch: vectorSearch(scope),
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
    auth: mutationAuth(scope),
    storage: storageWriter(scope),
    vectorSearch: vectorSearch(scope),
    scheduler: scheduler(scope, calls),
    meta: functionMetadata(scope),
    // The newest state is as cheap to read as a stale one, and never conflicts.
    runQuery: (reference: unknown, args?: unknown, options?: RunOptions) => calls.call("query", scope.frame, reference, args, options?.transactionLimits),
    runMutation: (reference: unknown, args?: unknown, options?: RunOptions) => calls.call("mutation", scope.frame, reference, args, options?.transactionLimits),
  };
}

function auth(scope: ReadScope): object {
  return {
    getUserIdentity: () => scope.attempt(() => scope.copy(scope.identity())),
  };
}

function mutationAuth(scope: ReadScope): object {
  return {
    getUserIdentity: () => scope.attempt(() => scope.copy(scope.identity())),
    signJwt: (options: unknown) => scope.attempt(() => signJwt(scope, options)),
  };
}
