/**
 * The layout of the key space: every durable record of a deployment is one entry of a {@link Store} under one of these
 * prefixes. Keys are binary strings (one code unit per byte), so that comparing strings compares bytes.
 *
 *     d <space:4> <id>                         document text, as it goes on the wire; a table's space is usually its number
 *     i <index:4> <field values> <creation> <id>   index entry; its value is the document id
     i <index:4> …                            entries of other kinds of indexes; see index-entries.ts
 *     l <ts:8>                                 commit log entry
 *     r <session> \0 <request:8>               result of a client session's mutation
 *     t <namespace> \0 <table name>            table record: number and indexes
 *     m <name>                                 deployment-wide facts (format, counters)
 *
 * Because everything is one ordered space, "what was read" is a set of keys and key ranges and "what was written" a list
 * of keys, whatever kind of read or write it was; see read-set.ts.
 */
import type { Key, KeyRange } from "../storage/store.js";
import { encodeTimestampKey, keySuccessor } from "../values/key.js";

function encodeUint32(n: number): Key {
  return String.fromCharCode(n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255);
}

export function documentPrefix(space: number): Key {
  return "d" + encodeUint32(space);
}

export function indexPrefix(indexId: number): Key {
  return "i" + encodeUint32(indexId);
}

/** Length of what {@link indexPrefix} and {@link documentPrefix} return. */
export const SPACE_PREFIX_LENGTH = 5;

/** The part of the key space that a key lies in: one table's documents, one index, or all records of another kind. */
export function spaceOf(key: Key): Key {
  return key.startsWith("d") || key.startsWith("i") ? key.slice(0, SPACE_PREFIX_LENGTH) : key.slice(0, 1);
}

export function isIndexKey(key: Key): boolean {
  return key.startsWith("i");
}

/** The space of documents that a document's key lies in (see {@link documentPrefix}); null for every other key. */
export function documentSpaceOf(key: Key): number | null {
  return key.startsWith("d") ? uint32At(key, 1) : null;
}

export const DOCUMENT_RANGE: KeyRange = { start: "d", end: "e" };
export const INDEX_RANGE: KeyRange = { start: "i", end: "j" };

/** The index that an index entry belongs to. */
export function indexIdOf(key: Key): number {
  return uint32At(key, 1);
}

function uint32At(key: Key, offset: number): number {
  return key.charCodeAt(offset) * 2 ** 24 + ((key.charCodeAt(offset + 1) << 16) | (key.charCodeAt(offset + 2) << 8) | key.charCodeAt(offset + 3));
}

export function commitLogKey(ts: number): Key {
  return "l" + encodeTimestampKey(ts);
}

export const COMMIT_LOG_RANGE: KeyRange = { start: "l", end: "m" };

export function sessionRequestPrefix(sessionId: string): Key {
  return "r" + sessionId + "\0";
}

export function sessionRequestKey(sessionId: string, requestId: number): Key {
  return sessionRequestPrefix(sessionId) + encodeTimestampKey(requestId);
}

export const SESSION_REQUEST_RANGE: KeyRange = { start: "r", end: "s" };

/** Table names are ASCII identifiers and namespaces component ids: both are valid binary strings as they are. */
export function tableRecordKey(namespace: string, tableName: string): Key {
  return "t" + namespace + "\0" + tableName;
}

export const TABLE_RECORD_RANGE: KeyRange = { start: "t", end: "u" };

export function metaKey(name: string): Key {
  return "m" + name;
}

/** `[last timestamp that was deleted, oldest that was kept]` of the commit log. */
export const LOG_TRIMMED_KEY = metaKey("log-trimmed");
/** Timestamp from which on the commit log tells every change; absent where it always did. */
export const HISTORY_START_KEY = metaKey("history-start");

/** Everything that starts with `prefix`. */
export function prefixRange(prefix: Key): KeyRange {
  return { start: prefix, end: keySuccessor(prefix) };
}

/** The smallest key greater than `key`. */
export function keyAfter(key: Key): Key {
  return key + "\0";
}
