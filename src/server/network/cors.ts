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

export function answerPreflight(outgoing: ServerResponse): void {
  outgoing.setHeader("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS");
  outgoing.setHeader("Access-Control-Allow-Headers", ALLOWED_HEADERS);
  outgoing.setHeader("Access-Control-Max-Age", MAX_AGE_SECONDS);
  outgoing.writeHead(204).end();
}
