/**
 * `ctx.storage.store` and `get` of actions, in both runtimes: bytes go between the executor and the server's own port, over
 * HTTP, never through the engine.
 */
import { internalHttp, type InternalReply } from "./internal-http.js";

export interface StorageSyscallsOptions {
  /** That of user code's realm, taken before user code could change it. */
  readonly Blob: typeof globalThis.Blob;
  /** Where the executor reaches the server: the public origin may be one that only clients can reach. */
  readonly internalOrigin: string;
}

/** Asks the engine; resolves with JSON text. */
export type AskEngine = (op: string, jsonArgs: string) => Promise<string>;

/** `Convex.jsSyscall` of an action. */
export type StorageSyscalls = (op: string, args: unknown, ask: AskEngine) => Promise<unknown>;

interface StoreArguments {
  readonly blob?: unknown;
  readonly options?: { readonly sha256?: unknown };
}

interface LocatedFile {
  /** The file's name in URLs. */
  readonly storageId: string;
  readonly contentType: string | null;
}

/** In which the paths of URLs that the engine makes begin, whatever the public origin. */
const PATH_START = "/api/storage/";
const STATUS_OK = 200;
const STATUS_NOT_FOUND = 404;

export function storageSyscalls(options: StorageSyscallsOptions): StorageSyscalls {
  return async (op, args, ask) => {
    switch (op) {
      case "storage/storeBlob":
        return await storeBlob(options, args as StoreArguments, ask);
      case "storage/getBlob":
        return await getBlob(options, (args as { readonly storageId?: unknown }).storageId, ask);
      default:
        throw new Error(`Unknown operation ${op}: this version of Rivulet does not have it.`);
    }
  };
}

/** The new file's id. */
async function storeBlob(options: StorageSyscallsOptions, { blob, options: wanted }: StoreArguments, ask: AskEngine): Promise<string> {
  const body = await ownBlob(blob, options.Blob);
  const headers = digestHeader(wanted?.sha256);
  const url = JSON.parse(await ask("1.0/storageGenerateUploadUrl", "{}")) as string;
  const type: Record<string, string> = body.type === "" ? {} : { "Content-Type": body.type };
  const reply = await internalHttp({ method: "POST", url: options.internalOrigin + url.slice(url.lastIndexOf(PATH_START)), headers: { ...headers, ...type }, body });
  if (reply.status !== STATUS_OK) throw refusal(reply, "store");
  return (JSON.parse(reply.body.toString()) as { storageId: string }).storageId;
}

/** Null for a file that is not there. */
async function getBlob(options: StorageSyscallsOptions, storageId: unknown, ask: AskEngine): Promise<Blob | null> {
  if (storageId === undefined) throw new TypeError("Must provide arg 1 `storageId` to `get`");
  const file = JSON.parse(await ask("storage/locate", JSON.stringify({ storageId }))) as LocatedFile | null;
  if (file === null) return null;
  const reply = await internalHttp({ method: "GET", url: options.internalOrigin + PATH_START + file.storageId });
  if (reply.status === STATUS_NOT_FOUND) return null; // deleted meanwhile
  if (reply.status !== STATUS_OK) throw refusal(reply, "get");
  return new options.Blob([reply.body], { type: file.contentType ?? "" });
}

/** Blobs of packages are taken as well. */
async function ownBlob(value: unknown, OwnBlob: typeof Blob): Promise<Blob> {
  if (value instanceof OwnBlob) return value;
  const { size, type, arrayBuffer } = (value ?? {}) as Partial<Blob>;
  if (typeof size === "number" && typeof type === "string" && typeof arrayBuffer === "function") return new OwnBlob([await (value as Blob).arrayBuffer()], { type });
  throw new Error("`storage.store` expects a Blob. Of a Request or a Response take `await request.blob()`, of bytes `new Blob([bytes])`.");
}

/** The server compares it with what arrives. */
function digestHeader(sha256: unknown): Record<string, string> {
  if (sha256 === undefined || sha256 === null) return {};
  if (typeof sha256 === "string" && /^[A-Za-z0-9+/=_-]+$/.test(sha256)) return { Digest: `sha-256=${sha256}` };
  throw new Error("The option `sha256` of `storage.store` must be the SHA-256 of the Blob as base64 or hexadecimal text.");
}

function refusal({ status, body }: InternalReply, method: string): Error {
  const { message } = JSON.parse(body.toString()) as { message: string };
  return new Error(`\`storage.${method}\` failed (${status}): ${message}`);
}
