/**
 * The state of a whole database as entries of the key space, without its history: what a backup holds, and what makes the same
 * database again in an empty store.
 */
import type { Entry, Reader, Store, WriteOp } from "../storage/store.js";
import { Catalog } from "./catalog.js";
import { edgeOfLog, encodeLogEntry } from "./commit-log.js";
import { Database } from "./database.js";
import { COMMIT_LOG_RANGE, DOCUMENT_RANGE, commitLogKey, prefixRange, SESSION_REQUEST_RANGE } from "./keys.js";

/** In key order. Of the commit log only an empty last entry: it tells the timestamp. Before documents there is only what the storage keeps for itself. */
export function* stateEntries(reader: Reader): Generator<Entry> {
  const last = edgeOfLog(reader, "last");
  yield* reader.entries({ start: DOCUMENT_RANGE.start, end: COMMIT_LOG_RANGE.start });
  if (last !== null) yield [commitLogKey(last.ts), encodeLogEntry(0, [], null).text];
  yield* reader.entries({ start: COMMIT_LOG_RANGE.end!, end: SESSION_REQUEST_RANGE.start });
  yield* reader.entries({ start: SESSION_REQUEST_RANGE.end!, end: undefined });
}

/** Microseconds since 1970; 0 where nothing was ever committed. */
export function timestampOf(reader: Reader): number {
  return edgeOfLog(reader, "last")?.ts ?? 0;
}

/**
 * Opens a store that holds a copy, as a database whose history begins now: after its last timestamp and after `laterThanMs`. What
 * was between is not known to it, so that whoever follows changes must begin anew, and is told so.
 */
export async function openCopy(store: Store, laterThanMs: number): Promise<Database> {
  const snapshot = store.snapshot();
  const lastMs = timestampOf(snapshot) / 1000;
  const ops = Array.from(snapshot.entries(COMMIT_LOG_RANGE), ([key]): WriteOp => [key, undefined]);
  snapshot.release();
  await store.write(ops);
  const database = new Database({ store, nowMs: () => Math.max(Date.now(), lastMs + 1, laterThanMs + 1) });
  database.advance();
  await database.idle();
  return database;
}

/** Texts of the documents of all tables of this name: the app's, and those of components. */
export function* documentTexts(reader: Reader, tableName: string): Generator<string> {
  for (const table of Catalog.load(reader).tables()) {
    if (table.name !== tableName) continue;
    for (const [, text] of reader.entries(prefixRange(table.documentPrefix))) yield text;
  }
}
