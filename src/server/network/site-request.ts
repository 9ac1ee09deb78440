/** The head of a request as an HTTP action sees it. */
import type { IncomingMessage } from "node:http";
import { RequestError } from "./replies.js";

/** Of one connection, not of the request; together with what the header Connection names. */
export const HOP_BY_HOP: ReadonlySet<string> = new Set(["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"]);

/** Where the client may have sent a name again, values are joined as HTTP says; of names that must be alone the first counts. */
export function forwardedHeaders({ headers }: IncomingMessage): [string, string][] {
  const named = new Set((headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase()));
  const pairs: [string, string][] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || HOP_BY_HOP.has(name) || named.has(name)) continue;
    for (const one of Array.isArray(value) ? value : [value]) pairs.push([name, one]);
  }
  return pairs;
}

const HOST = /^[\w.-]+(?::\d{1,5})?$|^\[[0-9A-Fa-f:.]+\](?::\d{1,5})?$/;

/** `pathname` as the app's router knows it. Throws RequestError 400. */
export function requestUrl({ url = "/", headers }: IncomingMessage, pathname: string, origin: string | null): string {
  const query = url.indexOf("?");
  const text = `${origin === null ? `http://${hostOf(headers.host)}` : new URL(origin).origin}${pathname}${query === -1 ? "" : url.slice(query)}`;
  if (!pathname.startsWith("/") || !URL.canParse(text)) throw new RequestError(400, "BadRequestTarget", "The address of the request must be a path, such as \"/webhook?id=1\".");
  return text;
}

function hostOf(host: string | undefined): string {
  if (host === undefined) return "localhost"; // HTTP/1.0
  if (!HOST.test(host)) throw new RequestError(400, "BadHost", "The Host header must be a name or an address, with a port or without.");
  return host;
}
