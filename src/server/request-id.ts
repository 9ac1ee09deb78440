/** Names of requests, in error texts, logs and the header `X-Request-Id`. */
import { randomBytes } from "node:crypto";

/** Tells this thread's requests from those of every other. */
const PREFIX = randomBytes(4).toString("hex");
let requests = 0;

/** 16 hex digits. No secret, so it need not be random. */
export function newRequestId(): string {
  requests = (requests + 1) >>> 0;
  return PREFIX + requests.toString(16).padStart(8, "0");
}
