/** What functions can learn about who calls: the peer's address, or what a proxy on this machine says it is. */
import type { IncomingMessage } from "node:http";
import type { ClientInfo } from "../engine-messages.js";

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;

export function clientInfo({ socket, headers }: IncomingMessage): ClientInfo {
  const peer = socket.remoteAddress ?? null;
  const forwarded = headers["x-forwarded-for"];
  // Anybody can send the header; only a proxy beside the server is believed.
  const isProxied = peer !== null && LOOPBACK.test(peer) && typeof forwarded === "string";
  const ip = isProxied ? (forwarded.split(",")[0]?.trim() ?? peer) : peer;
  return { ip, userAgent: headers["user-agent"] ?? null };
}

/** The public command line, of whatever version. */
export function isFromCli({ headers }: IncomingMessage): boolean {
  return String(headers["convex-client"] ?? "").startsWith("npm-cli");
}
