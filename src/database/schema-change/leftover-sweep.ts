/**
 * Deletes entries of indexes that no table has any more, and documents of tables that were dropped or replaced, in slices.
 * What is left over is found in the key space itself, by skipping from one to the next, so nothing has to be remembered over a
 * restart.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Key, KeyRange, WriteOp } from "../../storage/store.js";
import type { Database } from "../database.js";
import { DOCUMENT_RANGE, INDEX_RANGE, SPACE_PREFIX_LENGTH, indexIdOf, keyAfter, prefixRange } from "../keys.js";

/** One slice is a few milliseconds of work: what is deleted is read, too. */
const SLICE_ENTRIES_MAX = 1_000;
const SLICE_CHARS_MAX = 512 * 1024;

/** Ends when nothing is left over, or when `isStopped` says so. */
export async function sweepLeftovers(database: Database, isStopped: () => boolean): Promise<void> {
  while (!isStopped()) {
    const prefix = firstLeftover(database);
    if (prefix === null) return;
    await sweepPrefix(database, prefix, isStopped);
  }
}

/** Goes on behind what it has deleted: until that is on disk, to come upon it again would take ever longer. */
async function sweepPrefix(database: Database, prefix: Key, isStopped: () => boolean): Promise<void> {
  const { start, end } = prefixRange(prefix);
  for (let next: Key | undefined = start; next !== undefined; ) {
    await nextTurn();
    await database.roomForUnseen();
    if (isStopped()) return;
    const ops = deleteSlice(database, { start: next, end });
    database.applyUnseen(ops);
    next = ops.length === 0 ? undefined : keyAfter(ops.at(-1)![0]);
  }
}

/** Whether there is anything to sweep. */
export function hasLeftovers(database: Database): boolean {
  return firstLeftover(database) !== null;
}

function firstLeftover(database: Database): Key | null {
  for (const prefix of leftoverPrefixes(database)) return prefix;
  return null;
}

function deleteSlice(database: Database, range: KeyRange): WriteOp[] {
  const ops: WriteOp[] = [];
  let chars = 0;
  for (const [key, value] of database.reader.entries(range)) {
    ops.push([key, undefined]);
    chars += value.length;
    if (ops.length >= SLICE_ENTRIES_MAX || chars >= SLICE_CHARS_MAX) break;
  }
  return ops;
}

/**
 * Keeps the numbers of leftover indexes from being given to new ones, which would take the old entries for theirs. To be
 * called when the database was opened, before the first transaction.
 */
export function reserveLeftoverIndexIds(database: Database): void {
  let highest = 0;
  for (const prefix of leftovers(database, INDEX_RANGE, prefixesInUse(database))) highest = Math.max(highest, indexIdOf(prefix));
  while (highest > 0 && database.catalog.allocateIndexId() < highest) continue;
}

function* leftoverPrefixes(database: Database): Generator<Key> {
  const inUse = prefixesInUse(database);
  yield* leftovers(database, INDEX_RANGE, inUse);
  yield* leftovers(database, DOCUMENT_RANGE, inUse);
}

/** Of documents and indexes of all tables. */
function prefixesInUse(database: Database): ReadonlySet<Key> {
  const inUse = new Set<Key>();
  for (const table of database.catalog.tables()) {
    inUse.add(table.documentPrefix);
    for (const { prefix } of [...table.indexes, ...table.entryIndexes]) inUse.add(prefix);
  }
  return inUse;
}

function* leftovers(database: Database, range: KeyRange, inUse: ReadonlySet<Key>): Generator<Key> {
  for (let key = firstKey(database, range); key !== undefined; ) {
    const prefix = key.slice(0, SPACE_PREFIX_LENGTH);
    if (!inUse.has(prefix)) yield prefix;
    const { end } = prefixRange(prefix);
    key = end === undefined ? undefined : firstKey(database, { start: end, end: range.end });
  }
}

function firstKey(database: Database, range: KeyRange): Key | undefined {
  for (const [key] of database.reader.entries(range)) return key;
  return undefined;
}
