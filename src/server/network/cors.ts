/**
 * Cross-origin rules. Browser clients of any origin may call the API: they carry no cookies, only tokens that they were
 * given, so an origin proves nothing here and every one is let in.
 */
import type { IncomingMessage, ServerResponse } from "node:http";

const ALLOWED_HEADERS = "Content-Type, Authorization, Convex-Client, Digest, Content-Digest, Repr-Digest, Range, If-Range, If-None-Match";
const EXPOSED_HEADERS = "X-Request-Id, Digest, ETag, Accept-Ranges, Content-Range, Content-Length";
const MAX_AGE_SECONDS = "86400";

export function setCorsHeaders(outgoing: ServerResponse): void {
  outgoing.setHeader("Access-Control-Allow-Origin", "*");
  outgoing.setHeader("Access-Control-Expose-Headers", EXPOSED_HEADERS);
}

export function isPreflight(incoming: IncomingMessage): boolean {
  return incoming.method === "OPTIONS" && incoming.headers["access-control-request-method"] !== undefined;
}

/**
 * `navigator.sendBeacon` always asks as if it carried cookies, and then no wildcard will do: pages of another origin could not
 * leave word as they close. So the question is answered with the origin's name, and the replies themselves stay without
 * credentials: whatever a proxy in front lets in by a cookie, no page of another origin reads it.
 */
export function answerPreflight(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { origin } = incoming.headers;
  if (origin !== undefined) {
    outgoing.setHeader("Access-Control-Allow-Origin", origin);
    outgoing.setHeader("Access-Control-Allow-Credentials", "true");
    outgoing.setHeader("Vary", "Origin");
  }
  outgoing.setHeader("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS");
  outgoing.setHeader("Access-Control-Allow-Headers", ALLOWED_HEADERS);
  outgoing.setHeader("Access-Control-Max-Age", MAX_AGE_SECONDS);
  outgoing.writeHead(204).end();
}
