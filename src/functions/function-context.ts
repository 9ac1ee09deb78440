/** `ctx`: what a query or mutation receives as its first argument. Plain objects, because libraries spread them. */
import { databaseReader, databaseWriter } from "./database-api.js";
import type { CallOptions, FunctionCalls } from "./function-calls.js";
import { mutationMetadata, queryMetadata } from "./function-metadata.js";
import type { ReadScope } from "./read-scope.js";
import { scheduler } from "./scheduler-api.js";
import { signJwt } from "./sign-jwt.js";
import { storageReader, storageWriter } from "./storage-api.js";
import { vectorSearch } from "./vector-search-api.js";

export function queryContext(scope: ReadScope, calls: FunctionCalls): object {
  return {
    db: databaseReader(scope),
    auth: auth(scope),
    storage: storageReader(scope),
    vectorSearch: vectorSearch(scope),
    meta: queryMetadata(scope),
    runQuery: (reference: unknown, args?: unknown, options?: CallOptions) => {
      if (options?.useStaleSnapshot === true) return scope.attempt(refuseStaleSnapshot);
      return calls.call("query", scope.frame, reference, args, options);
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
    meta: mutationMetadata(scope),
    runQuery: (reference: unknown, args?: unknown, options?: CallOptions) => calls.call("query", scope.frame, reference, args, options),
    runMutation: (reference: unknown, args?: unknown, options?: CallOptions) => calls.call("mutation", scope.frame, reference, args, { ...options, useStaleSnapshot: false }),
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
