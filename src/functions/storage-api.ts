/** `ctx.storage` of queries and mutations. Actions have that of their own convex package; see actions/storage-syscalls.ts. */
import type { JsonValue } from "../values/value.js";
import { FunctionError } from "./errors.js";
import type { ReadScope } from "./read-scope.js";
import { StoredFiles } from "./stored-files.js";

export function storageReader(scope: ReadScope): object {
  const files = storedFiles(scope);
  return {
    getUrl: (storageId: unknown) => scope.attempt(() => files().url(storageId)),
    getMetadata: (storageId: unknown) => scope.attempt(() => metadata(scope, files(), storageId)),
  };
}

export function storageWriter(scope: ReadScope): object {
  const files = storedFiles(scope);
  return {
    getUrl: (storageId: unknown) => scope.attempt(() => files().url(storageId)),
    getMetadata: (storageId: unknown) => scope.attempt(() => metadata(scope, files(), storageId)),
    generateUploadUrl: () => scope.attempt(() => files().uploadUrl(scope.execution.nowMs)),
    delete: (storageId: unknown) => scope.attempt(() => files().delete(storageId)),
    get: () => scope.attempt(() => refuseBytes("get")),
    store: () => scope.attempt(() => refuseBytes("store")),
  };
}

/** The same by way of `Convex.asyncSyscall`; null for an operation that is not about files. */
export function storageSyscall(scope: ReadScope, op: string, args: Readonly<Record<string, JsonValue | undefined>>): string | null {
  const files = storedFiles(scope);
  switch (op) {
    case "1.0/storageGetUrl":
      return JSON.stringify(files().url(args["storageId"]));
    case "1.0/storageGetMetadata":
      return JSON.stringify(files().metadata(args["storageId"]));
    case "1.0/storageGenerateUploadUrl":
      requireMutation(scope, "generateUploadUrl");
      return JSON.stringify(files().uploadUrl(scope.execution.nowMs));
    case "1.0/storageDelete":
      requireMutation(scope, "delete");
      files().delete(args["storageId"]);
      return "null";
    case "1.0/storageGet":
      return refuseBytes("get");
    case "1.0/storageStore":
      return refuseBytes("store");
    default:
      return null;
  }
}

/** Made when first used: most functions never touch a file. */
function storedFiles({ frame, execution }: ReadScope): () => StoredFiles {
  let files: StoredFiles | null = null;
  return () => (files ??= new StoredFiles(frame.transaction, frame.namespace, execution.files));
}

function metadata(scope: ReadScope, files: StoredFiles, storageId: unknown): unknown {
  const found = files.metadata(storageId);
  return found === null ? null : scope.object(found);
}

function requireMutation({ frame }: ReadScope, method: string): void {
  if (!frame.transaction.writable) throw new FunctionError(`\`storage.${method}\` can only be used in mutations and actions, not in a query.`);
}

/** Mutations run from start to end without waiting for anything, so that they never conflict; bytes would have to be waited for. */
function refuseBytes(method: "get" | "store"): never {
  throw new FunctionError(`\`storage.${method}\` can't be used in queries and mutations on this server, because they do no input or output. Call it in an action; for uploads from a client use \`storage.generateUploadUrl\`.`);
}
