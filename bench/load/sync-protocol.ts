/** The messages of the sync protocol that the loads send and look at, as text. See `convex/browser`, sync/protocol. */
import { randomUUID } from "node:crypto";

export const SYNC_ROUTE = "/api/1.48.0/sync";

export function connectMessage(sessionId: string = randomUUID(), connectionCount = 0, lastCloseReason = "InitialConnect"): string {
  return JSON.stringify({ type: "Connect", sessionId, connectionCount, lastCloseReason, clientTs: Date.now() });
}

export function mutationMessage(requestId: number, udfPath: string, args: object): string {
  return JSON.stringify({ type: "Mutation", requestId, udfPath, args: [args] });
}

/** A function with its arguments. */
export interface Call {
  readonly udfPath: string;
  readonly args: object;
}

/** Subscribes to queries, as the first change of a connection's query set; their ids are their indexes. */
export function subscribeMessage(queries: readonly Call[]): string {
  const modifications = queries.map(({ udfPath, args }, queryId) => ({ type: "Add", queryId, udfPath, args: [args] }));
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

export interface NumberUpdate {
  /** Of the query, in the order of {@link subscribeMessage}. */
  readonly index: number;
  readonly value: number;
}

const UPDATED_NUMBER = /"type":"QueryUpdated","queryId":(\d+),"value":(?:\{"newest":)?(-?[\d.e+-]+)/g;

/** The new results of a connection, where they are numbers, or objects that begin with a number "newest". Throws for a query that failed. */
export function updatedNumbers(frame: string): readonly NumberUpdate[] {
  if (frame.includes('"QueryFailed"') || frame.startsWith('{"type":"FatalError"')) throw new Error(`A query failed: ${frame.slice(0, 500)}`);
  return Array.from(frame.matchAll(UPDATED_NUMBER), ([, queryId, value]) => ({ index: Number(queryId), value: Number(value) }));
}
