/** Reads a request's body as text: decompressed, and bounded before and after, so that no request can take the memory. */
import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import { RequestError } from "./replies.js";

/** From a body's beginning to its end: a client that takes longer has its connection cut. */
const BODY_MS_MAX = 300_000;
const DECOMPRESS = { br: promisify(brotliDecompress), gzip: promisify(gunzip), deflate: promisify(inflate) } as const;

/** Throws RequestError 400, 413 or 415. `bytesMax` bounds what is received and what it decompresses to. */
export async function readBody(incoming: IncomingMessage, bytesMax: number): Promise<string> {
  const encoding = (incoming.headers["content-encoding"] ?? "identity").toLowerCase();
  const received = await receive(incoming, bytesMax);
  return (await decompress(received, encoding, bytesMax)).toString("utf8");
}

/** By events: iteration costs several times as much, and most bodies are one chunk. What was received is let go of when it is over. */
function receive(incoming: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => incoming.destroy(), BODY_MS_MAX);
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > bytesMax) refuse();
    };
    const finish = (): void => {
      const received = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
      settle();
      resolve(received);
    };
    const fail = (): void => {
      settle();
      reject(incoming.errored ?? new Error("The request ended before its body did."));
    };
    const refuse = (): void => {
      settle();
      // What is still to come is read and dropped: a connection cut now would hide the refusal from its client.
      incoming.resume();
      reject(tooLarge(bytesMax));
    };
    const settle = (): void => {
      clearTimeout(timer);
      chunks = [];
      incoming.off("data", take).off("end", finish).off("close", fail);
    };
    if (incoming.destroyed) fail();
    else if (Number(incoming.headers["content-length"] ?? 0) > bytesMax) refuse();
    else incoming.on("data", take).once("end", finish).once("close", fail);
    // "close" follows, and tells.
    incoming.on("error", () => {});
  });
}

async function decompress(received: Buffer, encoding: string, bytesMax: number): Promise<Buffer> {
  if (encoding === "identity" || encoding === "") return received;
  if (encoding !== "br" && encoding !== "gzip" && encoding !== "deflate") {
    throw new RequestError(415, "UnsupportedEncoding", `Content-Encoding "${encoding}" is not supported; use br, gzip, deflate or none.`);
  }
  try {
    return await DECOMPRESS[encoding](received, { maxOutputLength: bytesMax });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(bytesMax);
    throw new RequestError(400, "BadBodyEncoding", `The request body is not valid ${encoding} data: ${(error as Error).message}.`, { cause: error });
  }
}

function tooLarge(bytesMax: number): RequestError {
  return new RequestError(413, "RequestTooLarge", `The request body is larger than ${bytesMax} bytes, the limit of this server. Send less, or raise the limit (rivulet start --help).`);
}

/** What is read and dropped of a refused body, so that its client sees the refusal; past it the connection is cut. */
const DROPPED_BYTES_MAX = 64 * 1024 * 1024;

/** Nobody reads the rest of the body. A connection cut at once would hide the answer from its client. */
export function dropRest(incoming: IncomingMessage): void {
  let left = DROPPED_BYTES_MAX;
  incoming.on("data", (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) incoming.destroy();
  });
}

/** The body as it comes, uncompressed or not. A client that sends nothing for `idleMsMax` is cut off. Throws where it ends early. */
export async function* chunksOf(incoming: IncomingMessage, idleMsMax: number): AsyncGenerator<Buffer> {
  const chunks = incoming.iterator({ destroyOnReturn: false });
  try {
    for (;;) {
      const timer = setTimeout(() => incoming.destroy(), idleMsMax);
      const next = await chunks.next().finally(() => clearTimeout(timer));
      if (next.done === true) return;
      yield next.value as Buffer;
    }
  } finally {
    // Lets go of the stream: others may read on.
    await chunks.return?.();
  }
}

/** The body as a JSON object. Throws RequestError 400 that names the cause. */
export function parseJsonObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RequestError(400, "BadJsonBody", `The request body is not valid JSON: ${(error as Error).message}`, { cause: error });
  }
  if (!isObject(value)) throw new RequestError(400, "BadJsonBody", "The request body must be a JSON object.");
  return value;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
