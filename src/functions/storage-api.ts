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
    get: (storageId: unknown) => scope.attempt(() => blobOf(scope, files().content(storageId))),
    store: (blob: unknown, options?: { readonly sha256?: unknown }) => scope.attempt(() => files().store({ ...contentOf(scope, blob), sha256: options?.sha256 })),
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
    case "1.0/storageGet": {
      requireMutation(scope, "get");
      const content = files().content(args["storageId"]);
      return JSON.stringify(content === null ? null : { blob: Buffer.from(content.bytes).toString("base64"), contentType: content.contentType });
    }
    case "1.0/storageStore":
      requireMutation(scope, "store");
      return JSON.stringify(files().store({ bytes: Buffer.from(String(args["blob"] ?? ""), "base64"), contentType: contentTypeOf(args["contentType"]), sha256: args["sha256"] }));
    default:
      return null;
  }
}

/** Made when first used: most functions never touch a file. */
function storedFiles({ frame, execution }: ReadScope): () => StoredFiles {
  let files: StoredFiles | null = null;
  return () => (files ??= new StoredFiles(frame.transaction, frame.namespace, execution.surroundings.files, execution.surroundings.fileBytes));
}

function metadata(scope: ReadScope, files: StoredFiles, storageId: unknown): unknown {
  const found = files.metadata(storageId);
  return found === null ? null : scope.object(found);
}

function requireMutation({ frame }: ReadScope, method: string): void {
  if (!frame.transaction.writable) throw new FunctionError(`\`storage.${method}\` can only be used in mutations and actions, not in a query.`);
}

function blobOf(scope: ReadScope, content: ReturnType<StoredFiles["content"]>): unknown {
  return content === null ? null : scope.execution.sandbox.blobs.make(content.bytes, content.contentType ?? "");
}

function contentOf(scope: ReadScope, blob: unknown): { readonly bytes: Uint8Array; readonly contentType: string } {
  const content = scope.execution.sandbox.blobs.contentOf(blob);
  if (content !== undefined) return { bytes: content.bytes, contentType: contentTypeOf(content.type) };
  throw new FunctionError("`storage.store` expects a Blob: `new Blob([text or bytes], { type })`.");
}

/** As in HTTP: visible ASCII and spaces, so that it can be sent as a header. */
const CONTENT_TYPE = /^[\x21-\x7e][\x20-\x7e]{0,254}$/;

function contentTypeOf(type: unknown): string {
  const text = typeof type === "string" ? type : "";
  if (text === "" || CONTENT_TYPE.test(text)) return text;
  throw new FunctionError('The type of a Blob for `storage.store` must be at most 255 visible ASCII characters, such as "image/png". Give another, or none.');
}
