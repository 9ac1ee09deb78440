/**
 * `POST /echo`: sends back what it is sent. The public CLI measures the way to a deployment by it (`convex network-test`);
 * it names neither itself nor a key there, so anybody may, and no more than a few chunks are in memory.
 *
 * An app may have an HTTP action of this path, and then that one answers.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { chunksOf, dropRest } from "./body.js";
import { setCorsHeaders } from "./cors.js";
import type { EngineCaller } from "./function-api.js";
import { refusal, RequestError, writeReply } from "./replies.js";

const ECHO_PATH = "/echo";
/** What the CLI sends for a speed test. */
const BYTES_MAX = 64 * 1024 * 1024;
const IDLE_MS_MAX = 30_000;

/** Whether the server itself is to answer. */
export async function isForEcho({ method }: IncomingMessage, pathname: string, engine: EngineCaller): Promise<boolean> {
  const reply = await engine.call({ kind: "isRouted", method: method ?? "", pathname });
  return reply.ok && !(JSON.parse(reply.body) as { isRouted: boolean }).isRouted;
}

export function mayBeForEcho({ method }: IncomingMessage, pathname: string): boolean {
  return method === "POST" && pathname === ECHO_PATH;
}

/** Answers whatever happens. */
export async function echo(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  setCorsHeaders(outgoing);
  const { "content-length": length, "content-type": type } = incoming.headers;
  if (Number(length ?? 0) > BYTES_MAX) {
    dropRest(incoming);
    writeReply(outgoing, refusal(new RequestError(413, "RequestTooLarge", `The request body is larger than ${BYTES_MAX} bytes, all that is echoed. Send less.`)));
    return;
  }
  outgoing.writeHead(200, { "Content-Type": type ?? "application/octet-stream", ...(length === undefined ? {} : { "Content-Length": length }) });
  try {
    await pipeline(Readable.from(bounded(incoming)), outgoing);
  } catch {
    // The client is gone, or sent too much of what it had not announced: an answer that has begun can only be cut.
    outgoing.destroy();
    incoming.destroy();
  }
}

async function* bounded(incoming: IncomingMessage): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of chunksOf(incoming, IDLE_MS_MAX)) {
    bytes += chunk.length;
    if (bytes > BYTES_MAX) throw new RequestError(413, "RequestTooLarge", `More than ${BYTES_MAX} bytes were sent.`);
    yield chunk;
  }
}
