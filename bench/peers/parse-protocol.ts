/** The public protocols of Parse Server, as far as the load speaks them: REST for writes, LiveQuery over a socket for what changed. */

export const PARSE_APPLICATION = "bench";
export const PARSE_CLASS = "Account";
export const PARSE_ROUTE = "/parse";
export const PARSE_HEADERS = { "X-Parse-Application-Id": PARSE_APPLICATION, "Content-Type": "application/json" };

/** Path of an object; of the class, to make one, without an id. */
export function objectPath(id = ""): string {
  return `${PARSE_ROUTE}/classes/${PARSE_CLASS}${id === "" ? "" : `/${id}`}`;
}

export function connectRequest(): string {
  return JSON.stringify({ op: "connect", applicationId: PARSE_APPLICATION });
}

export function subscribeRequest(objectId: string): string {
  return JSON.stringify({ op: "subscribe", requestId: 1, query: { className: PARSE_CLASS, where: { objectId } } });
}

export type LiveMessage = { readonly op: "connected" } | { readonly op: "subscribed" } | { readonly op: "update"; readonly balance: number };

/** Throws the server's words for an error, and for what was not asked for. */
export function readLiveMessage(frame: string): LiveMessage {
  const message = JSON.parse(frame) as { readonly op?: unknown; readonly object?: { readonly balance?: unknown } };
  const balance = message.object?.balance;
  if (message.op === "connected") return { op: "connected" };
  if (message.op === "subscribed") return { op: "subscribed" };
  if (message.op === "update" && typeof balance === "number") return { op: "update", balance };
  throw new Error(`Parse Server sent what a subscriber does not expect: ${frame.slice(0, 500)}`);
}
