/**
 * What the server sends over the sync socket, written as text: results are spliced in as the JSON text that they are kept
 * as, so that a value read by a thousand clients is printed once.
 */
import type { QueryId } from "./client-message.js";
import type { QueryResult } from "./live-query.js";

/** What a client has: version of its query set, timestamp of its results, version of its identity. */
export interface StateVersion {
  readonly querySet: number;
  /** Microseconds, as in the database; see {@link wireTimestamp}. */
  readonly ts: number;
  readonly identity: number;
}

const scratch = new DataView(new ArrayBuffer(8));
const scratchBytes = Buffer.from(scratch.buffer);
let lastWireTs = 0;
let lastWireText = "AAAAAAAAAAA=";

/** On the wire a timestamp is nanoseconds, 64 bits little-endian in base64. */
export function wireTimestamp(ts: number): string {
  if (ts === lastWireTs) return lastWireText;
  scratch.setBigUint64(0, BigInt(ts) * 1000n, true);
  lastWireTs = ts;
  lastWireText = scratchBytes.toString("base64");
  return lastWireText;
}

const NO_LINES = "[]";

/** Most functions print nothing. */
function linesText(logLines: readonly string[]): string {
  return logLines.length === 0 ? NO_LINES : JSON.stringify(logLines);
}

/** Microseconds; the reverse of {@link wireTimestamp}. Null where the text is none. */
export function parseWireTimestamp(text: string): number | null {
  const bytes = Buffer.from(text, "base64");
  return bytes.length === 8 ? Number(bytes.readBigUInt64LE() / 1000n) : null;
}

function versionText({ querySet, ts, identity }: StateVersion): string {
  return `{"querySet":${querySet},"ts":"${wireTimestamp(ts)}","identity":${identity}}`;
}

/** By which a client can tell how long a transition was under way, and how long its token has. */
export interface Clocks {
  /** How far the client's clock is ahead, as far as its first message could tell. */
  readonly clientSkewMs: number;
  readonly nowMs: number;
}

/** `clocks`: given where the client has use for it; without it the text is the same for all that have the same to be told. */
export function transition(start: StateVersion, end: StateVersion, modifications: readonly string[], clocks: Clocks | null): string {
  const time = clocks === null ? "" : `,"clientClockSkew":${clocks.clientSkewMs},"serverTs":${Math.round(clocks.nowMs * 1e6)}`;
  return `{"type":"Transition","startVersion":${versionText(start)},"endVersion":${versionText(end)},"modifications":[${modifications.join(",")}]${time}}`;
}

export function queryRemoved(queryId: QueryId): string {
  return `{"type":"QueryRemoved","queryId":${queryId}}`;
}

/** The part of a QueryUpdated or QueryFailed that all subscribers share; {@link queryModification} completes it. */
export function resultText(result: QueryResult): string {
  const shared = `"logLines":${linesText(result.logLines)},"journal":${JSON.stringify(result.journal)}}`;
  if (result.ok) return `,"value":${result.value},${shared}`;
  const data = result.failure.data === null ? "" : `"errorData":${result.failure.data},`;
  return `,"errorMessage":${JSON.stringify(result.failure.message)},${data}${shared}`;
}

export function queryModification(queryId: QueryId, isOk: boolean, text: string): string {
  return `{"type":"${isOk ? "QueryUpdated" : "QueryFailed"}","queryId":${queryId}${text}`;
}

/** What is stored with a committed mutation, to be answered again when the client asks again. */
export function mutationAnswer(valueText: string, logLines: readonly string[]): string {
  return `"result":${valueText},"logLines":${linesText(logLines)}}`;
}

export function mutationSuccess(requestId: number, ts: number, answer: string): string {
  return `{"type":"MutationResponse","requestId":${requestId},"success":true,"ts":"${wireTimestamp(ts)}",${answer}`;
}

export function actionSuccess(requestId: number, valueText: string, logLines: readonly string[]): string {
  return `{"type":"ActionResponse","requestId":${requestId},"success":true,"result":${valueText},"logLines":${JSON.stringify(logLines)}}`;
}

export function callFailure(type: "MutationResponse" | "ActionResponse", requestId: number, failure: { readonly message: string; readonly data: string | null }, logLines: readonly string[]): string {
  const data = failure.data === null ? "" : `,"errorData":${failure.data}`;
  return `{"type":"${type}","requestId":${requestId},"success":false,"result":${JSON.stringify(failure.message)},"logLines":${JSON.stringify(logLines)}${data}}`;
}

/** `authUpdateAttempted`: the answer to an Authenticate of `baseVersion`; otherwise the identity that followed it is lost. */
export function authError(error: string, baseVersion: number, authUpdateAttempted: boolean): string {
  return JSON.stringify({ type: "AuthError", error, baseVersion, authUpdateAttempted });
}

export function fatalError(error: string): string {
  return JSON.stringify({ type: "FatalError", error });
}

/** Clients put chunks together again; proxies and phones cope better with several frames than with one huge one. */
const CHUNK_CHARS_MAX = 5 * 1024 * 1024;

export function inChunks(message: string, transitionId: string): string[] {
  if (message.length <= CHUNK_CHARS_MAX) return [message];
  const parts = splitText(message, CHUNK_CHARS_MAX);
  return parts.map((chunk, partNumber) => JSON.stringify({ type: "TransitionChunk", chunk, partNumber, totalParts: parts.length, transitionId }));
}

/** Pieces of at most `length` code units that never cut a surrogate pair. */
function splitText(text: string, length: number): string[] {
  const parts: string[] = [];
  let start = 0;
  while (start < text.length) {
    let end = Math.min(start + length, text.length);
    const last = text.charCodeAt(end - 1);
    if (end < text.length && last >= 0xd800 && last <= 0xdbff) end--;
    parts.push(text.slice(start, end));
    start = end;
  }
  return parts;
}
