/**
 * The history of commits: for each timestamp the documents before and after, kept for a retention time and size. It feeds
 * reads at an earlier timestamp, index builds, followers and exports.
 *
 * An entry is JSON text: `[bytes, writes, session]`, where `bytes` is the running total of all entries ever written (so
 * that the log's size is a subtraction), a write is `[table number, id, before, after]`, and `session` names the client
 * request that the commit answers, if any: its stored result goes when the entry goes.
 */
import type { Key, Reader, WriteOp } from "../storage/store.js";
import { decodeTimestampKey } from "../values/key.js";
import { COMMIT_LOG_RANGE, commitLogKey, sessionRequestKey } from "./keys.js";
import type { DocumentWrite } from "./write-overlay.js";

export interface LoggedWrite {
  readonly tableNumber: number;
  readonly id: string;
  /** Document text. */
  readonly before: string | null;
  readonly after: string | null;
}

export interface SessionRequest {
  readonly sessionId: string;
  readonly requestId: number;
}

export interface LogEntry {
  readonly ts: number;
  /** Running total, this entry included. */
  readonly bytes: number;
  readonly writes: readonly LoggedWrite[];
  readonly request: SessionRequest | null;
}

export interface LogRetention {
  readonly ageMsMax: number;
  readonly bytesMax: number;
  /** Kept whatever the size: clients that lost their connection resend unanswered mutations within this time. */
  readonly ageMsMin: number;
}

export const DEFAULT_LOG_RETENTION: LogRetention = {
  ageMsMax: 24 * 60 * 60 * 1000,
  bytesMax: 4 * 1024 ** 3,
  ageMsMin: 10 * 60 * 1000,
};

/** Documents are spliced in as the JSON text that they are stored as. */
export function encodeLogEntry(bytesBefore: number, writes: readonly DocumentWrite[], request: SessionRequest | null): { text: string; bytes: number } {
  const list = writes.map(({ table, id, before, after }) => `[${table.number},"${id}",${before ?? "null"},${after ?? "null"}]`).join(",");
  const session = request === null ? "null" : JSON.stringify([request.sessionId, request.requestId]);
  const body = `[${list}],${session}]`;
  const bytes = bytesBefore + body.length;
  return { text: `[${bytes},${body}`, bytes };
}

export function decodeLogEntry(key: Key, text: string): LogEntry {
  const [bytes, writes, session] = JSON.parse(text) as [number, [number, string, object | null, object | null][], [string, number] | null];
  return {
    ts: logTimestamp(key),
    bytes,
    writes: writes.map(([tableNumber, id, before, after]) => ({ tableNumber, id, before: textOf(before), after: textOf(after) })),
    request: session === null ? null : { sessionId: session[0], requestId: session[1] },
  };
}

function textOf(document: object | null): string | null {
  return document === null ? null : JSON.stringify(document);
}

export function logTimestamp(key: Key): number {
  return decodeTimestampKey(key.slice(1));
}

/** Entries with `after < ts <= upTo`, newest first or oldest first. */
export function* readLog(reader: Reader, after: number, upTo: number, reverse: boolean): Generator<LogEntry> {
  const range = { start: commitLogKey(after + 1), end: commitLogKey(upTo + 1) };
  for (const [key, text] of reader.entries(range, reverse)) yield decodeLogEntry(key, text);
}

/** First or last entry of the log, null when it is empty. */
export function edgeOfLog(reader: Reader, edge: "first" | "last"): LogEntry | null {
  for (const [key, text] of reader.entries(COMMIT_LOG_RANGE, edge === "last")) return decodeLogEntry(key, text);
  return null;
}

/**
 * Deletes what has outlived its retention, oldest first, at most `entriesMax` entries at a time. The newest entry always
 * stays: it tells the last timestamp after a restart.
 */
export function trimOps(reader: Reader, retention: LogRetention, nowMs: number, entriesMax: number): WriteOp[] {
  const last = edgeOfLog(reader, "last");
  if (last === null) return [];
  const ops: WriteOp[] = [];
  let count = 0;
  for (const [key, text] of reader.entries(COMMIT_LOG_RANGE)) {
    const entry = decodeLogEntry(key, text);
    if (entry.ts === last.ts || count++ >= entriesMax || !hasOutlived(entry, last, retention, nowMs)) break;
    ops.push([key, undefined]);
    if (entry.request !== null) ops.push([sessionRequestKey(entry.request.sessionId, entry.request.requestId), undefined]);
  }
  return ops;
}

function hasOutlived(entry: LogEntry, last: LogEntry, retention: LogRetention, nowMs: number): boolean {
  const ageMs = nowMs - entry.ts / 1000;
  if (ageMs < retention.ageMsMin) return false;
  return ageMs > retention.ageMsMax || last.bytes - entry.bytes > retention.bytesMax;
}
