/**
 * The history of commits: for each timestamp the documents before and after, kept for a retention time and size. It feeds
 * reads at an earlier timestamp, index builds, followers and exports.
 *
 * An entry is JSON text: `[bytes, session, writes]`, where `bytes` is the running total of all entries ever written (so
 * that the log's size is a subtraction), `session` names the client request that the commit answers, if any (its stored
 * result goes when the entry goes), and a write is `[space of the table, id, before, after]`.
 */
import type { Key, Reader, WriteOp } from "../storage/store.js";
import { decodeTimestampKey } from "../values/key.js";
import { COMMIT_LOG_RANGE, HISTORY_START_KEY, LOG_TRIMMED_KEY, commitLogKey, sessionRequestKey } from "./keys.js";
import type { DocumentWrite } from "./write-overlay.js";

export interface LoggedWrite {
  /** Of the table; see Catalog.tableBySpace. None any more for a table that was replaced since. */
  readonly space: number;
  readonly id: string;
  /** Document text. */
  readonly before: string | null;
  readonly after: string | null;
}

export interface SessionRequest {
  readonly sessionId: string;
  readonly requestId: number;
}

export interface LogHead {
  readonly ts: number;
  /** Running total, this entry included. */
  readonly bytes: number;
  readonly request: SessionRequest | null;
}

export interface LogEntry extends LogHead {
  readonly writes: readonly LoggedWrite[];
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
  let list = "";
  for (const { table, id, before, after } of writes) list += `${list === "" ? "" : ","}[${table.space},"${id}",${before ?? "null"},${after ?? "null"}]`;
  const session = request === null ? "null" : JSON.stringify([request.sessionId, request.requestId]);
  const body = `,${session},[${list}]]`;
  const bytes = bytesBefore + body.length;
  return { text: `[${bytes}${body}`, bytes };
}

type EntryJson = [bytes: number, session: [string, number] | null, writes: [number, string, object | null, object | null][]];

export function decodeLogEntry(key: Key, text: string): LogEntry {
  const [bytes, session, writes] = JSON.parse(text) as EntryJson;
  return {
    ts: logTimestamp(key),
    bytes,
    request: requestOf(session),
    writes: writes.map(([space, id, before, after]) => ({ space, id, before: textOf(before), after: textOf(after) })),
  };
}

/** What an entry says of itself, read without parsing its documents. */
function decodeHead(text: string): Omit<LogHead, "ts"> {
  const head = text.slice(0, text.indexOf(",[["));
  const [bytes, session] = JSON.parse(head === "" ? text : `${head}]`) as [number, [string, number] | null];
  return { bytes, request: requestOf(session) };
}

function requestOf(session: [string, number] | null): SessionRequest | null {
  return session === null ? null : { sessionId: session[0], requestId: session[1] };
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

/** First or last entry of the log, without its writes, null when it is empty. */
export function edgeOfLog(reader: Reader, edge: "first" | "last"): LogHead | null {
  for (const [key, text] of reader.entries(COMMIT_LOG_RANGE, edge === "last")) return { ts: logTimestamp(key), ...decodeHead(text) };
  return null;
}

/**
 * Everything after this timestamp is in the log. Not the timestamp of the oldest entry, where it can be helped: who has seen what was
 * deleted last has missed nothing, however long nothing was written after it.
 */
export function logReachesBackTo(reader: Reader): number {
  const firstTs = edgeOfLog(reader, "first")?.ts ?? 0;
  const [deletedTs, keptTs] = JSON.parse(reader.get(LOG_TRIMMED_KEY) ?? "[0,0]") as [number, number];
  // Other than it was after the last trim: the database is a copy, with a log of its own.
  const reachesTs = keptTs === firstTs ? deletedTs : firstTs;
  return Math.max(reachesTs, Number(reader.get(HISTORY_START_KEY) ?? 0));
}

export interface Trim {
  readonly ops: WriteOp[];
  /** The oldest entry that stays. */
  readonly keptTs: number;
  /** More has outlived its retention than was asked for. */
  readonly hasMore: boolean;
}

/**
 * Deletes what has outlived its retention, oldest first from `oldestTs` on, at most `entriesMax` entries at a time. The
 * newest entry always stays: it tells the last timestamp after a restart.
 */
export function trimOps(reader: Reader, oldestTs: number, retention: LogRetention, nowMs: number, entriesMax: number): Trim {
  const ops: WriteOp[] = [];
  const last = edgeOfLog(reader, "last");
  if (last === null) return { ops, keptTs: oldestTs, hasMore: false };
  let count = 0;
  let deletedTs = 0;
  const trim = (keptTs: number, hasMore: boolean): Trim => {
    if (count > 0) ops.push([LOG_TRIMMED_KEY, JSON.stringify([deletedTs, keptTs])]);
    return { ops, keptTs, hasMore };
  };
  for (const [key, text] of reader.entries({ start: commitLogKey(oldestTs), end: commitLogKey(last.ts) })) {
    const ts = logTimestamp(key);
    const { bytes, request } = decodeHead(text);
    if (!hasOutlived(ts, bytes, last, retention, nowMs)) return trim(ts, false);
    if (count === entriesMax) return trim(ts, true);
    count++;
    deletedTs = ts;
    ops.push([key, undefined]);
    if (request !== null) ops.push([sessionRequestKey(request.sessionId, request.requestId), undefined]);
  }
  return trim(last.ts, false);
}

function hasOutlived(ts: number, bytes: number, last: LogHead, retention: LogRetention, nowMs: number): boolean {
  const ageMs = nowMs - ts / 1000;
  if (ageMs < retention.ageMsMin) return false;
  return ageMs > retention.ageMsMax || last.bytes - bytes > retention.bytesMax;
}
