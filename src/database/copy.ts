/**
 * The state of a whole database as entries of the key space, without its history: what a backup holds, and what makes the same
 * database again in an empty store.
 */
import type { Entry, Reader } from "../storage/store.js";
import { Catalog } from "./catalog.js";
import { edgeOfLog, encodeLogEntry } from "./commit-log.js";
import { COMMIT_LOG_RANGE, commitLogKey, prefixRange, SESSION_REQUEST_RANGE } from "./keys.js";

/** In key order. Of the commit log only an empty last entry: it tells the timestamp. */
export function* stateEntries(reader: Reader): Generator<Entry> {
  const last = edgeOfLog(reader, "last");
  yield* reader.entries({ start: "", end: COMMIT_LOG_RANGE.start });
  if (last !== null) yield [commitLogKey(last.ts), encodeLogEntry(0, [], null).text];
  yield* reader.entries({ start: COMMIT_LOG_RANGE.end!, end: SESSION_REQUEST_RANGE.start });
  yield* reader.entries({ start: SESSION_REQUEST_RANGE.end!, end: undefined });
}

/** Microseconds since 1970; 0 where nothing was ever committed. */
export function timestampOf(reader: Reader): number {
  return edgeOfLog(reader, "last")?.ts ?? 0;
}

/** Texts of the documents of all tables of this name: the app's, and those of components. */
export function* documentTexts(reader: Reader, tableName: string): Generator<string> {
  for (const table of Catalog.load(reader).tables()) {
    if (table.name !== tableName) continue;
    for (const [, text] of reader.entries(prefixRange(table.documentPrefix))) yield text;
  }
}
