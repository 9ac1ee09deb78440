/** Writes what an HTTP action answers to its client, at the speed of the client. */
import type { ServerResponse } from "node:http";
import { isLength, type IncomingBody, type ResponseHead } from "../../functions/actions/http-port.js";
import { HOP_BY_HOP } from "./site-request.js";

/** Statuses whose responses end with the head. */
const HEAD_ONLY: ReadonlySet<number> = new Set([204, 304]);

/** A length that is announced is the body's own: the executor sees to it. */
export function writeHead(outgoing: ServerResponse, { status, statusText, headers }: ResponseHead, body: IncomingBody): void {
  const kept = headers.filter(([name, value]) => !HOP_BY_HOP.has(name) && (name !== "content-length" || isLength(value)));
  for (const [name] of kept) outgoing.removeHeader(name);
  for (const [name, value] of kept) outgoing.appendHeader(name, value);
  const endsWithHead = outgoing.req.method === "HEAD" || HEAD_ONLY.has(status);
  if (!endsWithHead && body.completeBytes !== null && !outgoing.hasHeader("content-length")) outgoing.setHeader("Content-Length", body.completeBytes);
  if (statusText !== "") outgoing.statusMessage = statusText;
  outgoing.writeHead(status);
  // What is here already leaves in the same write.
  if (body.completeBytes === null) outgoing.flushHeaders();
}

/** Rejects where the body ends early: the connection is to be cut. */
export async function writeBody(outgoing: ServerResponse, body: IncomingBody, idleMsMax: number): Promise<void> {
  for (let chunk = await body.next(); chunk !== null; chunk = await body.next()) {
    if (body.completeBytes === 0) {
      outgoing.end(chunk);
      return;
    }
    if (!outgoing.write(chunk)) await drained(outgoing, idleMsMax);
  }
  outgoing.end();
}

/** Resolves when the client has taken what was written, or is gone. */
function drained(outgoing: ServerResponse, idleMsMax: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => outgoing.destroy(), idleMsMax);
    const done = (): void => {
      clearTimeout(timer);
      outgoing.off("drain", done).off("close", done);
      resolve();
    };
    outgoing.on("drain", done).on("close", done);
  });
}
