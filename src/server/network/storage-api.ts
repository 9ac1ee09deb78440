/**
 * The HTTP face of file storage: `POST /api/storage/upload?token=…` and `GET`, `HEAD /api/storage/<name>`. Bytes go between
 * socket and {@link FileStore} on this thread; the engine is asked what is allowed and told what has come.
 *
 *     upload:    beginUpload ──▶ body ──▶ store (hashed on the way) ──▶ finishUpload ──▶ {storageId}, durable
 *     download:  info ──▶ store ──▶ socket
 *
 * Whatever ends an upload before its document is durable leaves at most bytes that no document speaks of; they are removed
 * here, or by the sweeper when the process did not live to do so.
 */
import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { EngineReply } from "../engine-messages.js";
import { answerRange, matchesEtag, rangeHolds } from "../files/byte-range.js";
import { etagOf, fileHeaders } from "../files/file-headers.js";
import type { FileInfo, FileKey, FileRequest } from "../files/file-messages.js";
import { FileStoreError, type ByteRange, type FileStore } from "../files/file-store.js";
import { announcedSha256, fileTooLarge, UploadBody } from "../files/upload-body.js";
import { dropRest } from "./body.js";
import type { EngineCaller } from "./function-api.js";
import type { Logger } from "./logger.js";
import { JSON_TYPE, refusal, RequestError, type HttpReply } from "./replies.js";

export const STORAGE_PREFIX = "/api/storage/";
const UPLOAD_PATH = `${STORAGE_PREFIX}upload`;

export interface StorageApiOptions {
  readonly engine: EngineCaller;
  readonly store: FileStore;
  readonly bytesMax: number;
  /** Bytes of a file that have left, of a download that was broken off too. */
  readonly onSent: (storageId: string, bytes: number) => void;
  readonly log: Logger;
}

/** A peer that neither sends nor takes a byte for this long is gone. */
const IDLE_MS_MAX = 120_000;
const KEY_BYTES = 16;

export class StorageApi {
  readonly #options: StorageApiOptions;
  /** Stored, and their documents not certain yet: not to be swept. */
  readonly #unfinished = new Set<FileKey>();

  constructor(options: StorageApiOptions) {
    this.#options = options;
  }

  isUnfinished(key: FileKey): boolean {
    return this.#unfinished.has(key);
  }

  /** Bytes for a document that is still to be made; they are not swept until {@link settled}. */
  async keep(key: FileKey, body: AsyncIterable<Uint8Array>, size: number): Promise<void> {
    this.#unfinished.add(key);
    await this.#options.store.put(key, body, size);
  }

  /** It is certain now which of them have documents. */
  settled(keys: readonly FileKey[]): void {
    for (const key of keys) this.#unfinished.delete(key);
  }

  /** `path` begins with {@link STORAGE_PREFIX}. Answers whatever happens. */
  async answer(incoming: IncomingMessage, outgoing: ServerResponse, path: string): Promise<void> {
    try {
      if (path === UPLOAD_PATH) await this.#answerUpload(incoming, outgoing);
      else await this.#answerDownload(incoming, outgoing, path.slice(STORAGE_PREFIX.length));
    } catch (error) {
      this.#fail(error, incoming, outgoing);
    }
  }

  async #answerUpload(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    if (incoming.method !== "POST") throw methodNotAllowed(outgoing, "POST");
    incoming.setTimeout(IDLE_MS_MAX, () => incoming.destroy());
    const storageId = await this.#receive(incoming, tokenOf(incoming));
    outgoing.writeHead(200, { "Content-Type": JSON_TYPE }).end(storageId);
  }

  /** The reply's body. */
  async #receive(incoming: IncomingMessage, token: string): Promise<string> {
    const { store, bytesMax } = this.#options;
    const size = announcedSize(incoming, bytesMax);
    const body = new UploadBody(incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>, { bytesMax, sha256: announcedSha256(incoming.headers) });
    await this.#ask({ type: "beginUpload", token });
    const key = randomBytes(KEY_BYTES).toString("hex");
    this.#unfinished.add(key);
    try {
      await store.put(key, body, size);
      const contentType = contentTypeOf(incoming);
      return await this.#finish({ type: "finishUpload", token, key, sha256: body.sha256, size: body.size, contentType });
    } finally {
      this.#unfinished.delete(key);
    }
  }

  async #finish(request: FileRequest & { type: "finishUpload" }): Promise<string> {
    const reply = await this.#options.engine.call({ kind: "files", request });
    if (reply.ok) return reply.body;
    // Where the engine died nobody knows whether the document is there; the sweeper will.
    if (isCertain(reply)) await this.#options.store.delete(request.key);
    throw refusalOf(reply);
  }

  async #answerDownload(incoming: IncomingMessage, outgoing: ServerResponse, name: string): Promise<void> {
    if (incoming.method !== "GET" && incoming.method !== "HEAD") throw methodNotAllowed(outgoing, "GET, HEAD");
    const file = JSON.parse(await this.#ask({ type: "info", name })) as FileInfo;
    const etag = etagOf(file.sha256);
    for (const [header, value] of Object.entries(fileHeaders(file))) outgoing.setHeader(header, value);
    if (matchesEtag(incoming.headers["if-none-match"], etag)) {
      outgoing.writeHead(304).end();
      return;
    }
    const isGet = incoming.method === "GET";
    const wanted = isGet && rangeHolds(incoming.headers["if-range"] as string | undefined, etag) ? incoming.headers.range : undefined;
    const answer = answerRange(wanted, file.size);
    if (answer.type === "unsatisfiable") {
      outgoing.setHeader("Content-Range", `bytes */${file.size}`);
      throw new RequestError(416, "RangeNotSatisfiable", `The file has ${file.size} bytes; the range asked for begins behind its end.`);
    }
    const range = answer.type === "part" ? answer.range : { start: 0, end: file.size - 1 };
    if (answer.type === "part") outgoing.setHeader("Content-Range", `bytes ${range.start}-${range.end}/${file.size}`);
    await this.#send(outgoing, file, range, answer.type === "part" ? 206 : 200, isGet);
  }

  async #send(outgoing: ServerResponse, file: FileInfo, range: ByteRange, status: number, withBody: boolean): Promise<void> {
    const length = range.end - range.start + 1;
    outgoing.setHeader("Content-Length", length);
    if (!withBody || length === 0) {
      outgoing.writeHead(status).end();
      return;
    }
    const bytes = await this.#options.store.read(file.key, range, file.size);
    if (bytes === null) throw new FileStoreError("unavailable", `The bytes of the file ${file.key} are gone, and the database still speaks of it. Restore them from a backup.`);
    outgoing.setTimeout(IDLE_MS_MAX, () => outgoing.destroy());
    outgoing.writeHead(status);
    let sent = 0;
    bytes.on("data", (chunk: Buffer) => void (sent += chunk.length));
    try {
      await pipeline(bytes, outgoing);
    } finally {
      this.#options.onSent(file.storageId, sent);
    }
  }

  async #ask(request: FileRequest): Promise<string> {
    const reply = await this.#options.engine.call({ kind: "files", request });
    if (reply.ok) return reply.body;
    throw refusalOf(reply);
  }

  #fail(error: unknown, incoming: IncomingMessage, outgoing: ServerResponse): void {
    dropRest(incoming);
    const isPeerGone = outgoing.destroyed || incoming.errored !== null || !(outgoing.socket?.writable ?? false);
    const reply = this.#replyTo(error, isPeerGone);
    if (outgoing.headersSent || isPeerGone) outgoing.destroy();
    else writeRefusal(outgoing, reply);
  }

  #replyTo(error: unknown, isPeerGone: boolean): HttpReply {
    if (error instanceof RequestError) return refusal(error);
    if (!isPeerGone) this.#options.log.log("error", "Storing or reading a file failed.", { error: String((error as Error).stack ?? error) });
    if (error instanceof FileStoreError && error.kind === "full") return refusal({ status: 507, code: "StorageFull", message: error.message });
    return refusal({ status: 503, code: "FileStorageUnavailable", message: "The file storage of this server failed; its log says why. Try again." });
  }
}

function tokenOf({ url = "" }: IncomingMessage): string {
  const token = new URLSearchParams(url.slice(url.indexOf("?") + 1)).get("token");
  if (token !== null && token !== "") return token;
  throw new RequestError(400, "MissingUploadToken", "The upload URL has no token. Get one with `storage.generateUploadUrl` and use it as it is.");
}

/** Null where it is not announced (chunked). Bodies are kept as they come, so they must not be compressed for the way. */
function announcedSize({ headers }: IncomingMessage, bytesMax: number): number | null {
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") throw new RequestError(415, "UnsupportedEncoding", `Content-Encoding "${encoding}" is not supported for uploads: files are stored as they are sent. Send the file itself.`);
  if (headers["content-length"] === undefined) return null;
  const size = Number(headers["content-length"]);
  if (size > bytesMax) throw fileTooLarge(bytesMax);
  return size;
}

type Failure = EngineReply & { readonly ok: false };

/** Whether nothing came of the request for certain. */
function isCertain(reply: Failure): boolean {
  return reply.failure === "request" && reply.status < 500;
}

function refusalOf(reply: Failure): RequestError {
  if (reply.failure === "function") throw new Error("Rivulet bug: a function answered for file storage");
  return new RequestError(reply.status, reply.code, reply.message);
}

function methodNotAllowed(outgoing: ServerResponse, allowed: string): RequestError {
  outgoing.setHeader("Allow", allowed);
  return new RequestError(405, "MethodNotAllowed", `This address answers ${allowed} only.`);
}

/** Pages send an empty one with a `File` whose type the browser does not know: then there is none. */
function contentTypeOf({ headers }: IncomingMessage): string | null {
  const type = headers["content-type"];
  return type === undefined || type === "" ? null : type;
}

/** Of the headers meant for the file only those stay that hold for the refusal. */
function writeRefusal(outgoing: ServerResponse, { status, contentType, body }: HttpReply): void {
  for (const header of ["Cache-Control", "Digest", "ETag", "Content-Security-Policy"]) outgoing.removeHeader(header);
  outgoing.writeHead(status, { "Content-Type": contentType, "Content-Length": Buffer.byteLength(body), "Cache-Control": "no-store" }).end(body);
}
