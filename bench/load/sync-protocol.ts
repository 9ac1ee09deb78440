/** The messages of the sync protocol that the loads send and look at, as text. See `convex/browser`, sync/protocol. */
import { randomUUID } from "node:crypto";

export const SYNC_ROUTE = "/api/1.48.0/sync";

export function connectMessage(sessionId: string = randomUUID(), connectionCount = 0, lastCloseReason = "InitialConnect"): string {
  return JSON.stringify({ type: "Connect", sessionId, connectionCount, lastCloseReason, clientTs: Date.now() });
}

export function mutationMessage(requestId: number, udfPath: string, args: object): string {
  return JSON.stringify({ type: "Mutation", requestId, udfPath, args: [args] });
}

/** Subscribes to one query, as the first change of a connection's query set. */
export function subscribeMessage(udfPath: string, args: object): string {
  const modifications = [{ type: "Add", queryId: 0, udfPath, args: [args] }];
  return JSON.stringify({ type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications });
}

/** "Mutation" itself matches too: an echo server's answer. */
const ANSWER = /^\{"type":"Mutation(?:Response)?","requestId":(\d+),/;
const FAILED = '"success":false';

/**
 * Which mutation a frame answers; null for a frame that answers none. Throws the server's words for a failed mutation and
 * for a connection that the server gives up.
 */
export function answeredRequest(frame: string): number | null {
  const match = ANSWER.exec(frame);
  if (match === null) {
    if (frame.startsWith('{"type":"Transition') || frame.startsWith('{"type":"Ping')) return null;
    throw new Error(`The server sent what no mutation expects: ${frame.slice(0, 500)}`);
  }
  if (frame.includes(FAILED)) throw new Error(`A mutation failed: ${frame.slice(0, 500)}`);
  return Number(match[1]);
}

const UPDATED_NUMBER = /"type":"QueryUpdated".*?"value":(-?[\d.e+-]+)/;

/** The new result of the one query of a connection, where it is a number; null for frames that bring none. */
export function updatedNumber(frame: string): number | null {
  const match = UPDATED_NUMBER.exec(frame);
  if (match !== null) return Number(match[1]);
  if (frame.includes('"QueryFailed"') || frame.startsWith('{"type":"FatalError"')) throw new Error(`A query failed: ${frame.slice(0, 500)}`);
  return null;
}
