/**
 * Deletes entries of indexes that no table has any more, in slices. What is left over is found in the key space itself,
 * by skipping from index to index, so nothing has to be remembered over a restart.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Key, WriteOp } from "../../storage/store.js";
import { assert } from "../errors.js";
import type { Database } from "../database.js";
import { SPACE_PREFIX_LENGTH, indexPrefix, prefixRange } from "../keys.js";

const SLICE_ENTRIES_MAX = 2_000;
/** Every index entry starts with it; see keys.ts. */
const INDEX_SPACE: Key = "i";

/** Ends when nothing is left over, or when `isStopped` says so. */
export async function sweepLeftovers(database: Database, isStopped: () => boolean): Promise<void> {
  for (;;) {
    await nextTurn();
    if (isStopped()) return;
    const id = firstLeftover(database);
    if (id === null) return;
    database.applyUnseen(deleteSlice(database, id));
  }
}

/** Whether there is anything to sweep. */
export function hasLeftovers(database: Database): boolean {
  return firstLeftover(database) !== null;
}

function firstLeftover(database: Database): number | null {
  for (const id of leftoverIndexIds(database)) return id;
  return null;
}

function deleteSlice(database: Database, indexId: number): WriteOp[] {
  const ops: WriteOp[] = [];
  for (const [key] of database.reader.entries(prefixRange(indexPrefix(indexId)))) {
    ops.push([key, undefined]);
    if (ops.length >= SLICE_ENTRIES_MAX) break;
  }
  return ops;
}

/**
 * Keeps the numbers of leftover indexes from being given to new ones, which would take the old entries for theirs. To be
 * called when the database was opened, before the first transaction.
 */
export function reserveLeftoverIndexIds(database: Database): void {
  let highest = 0;
  for (const id of leftoverIndexIds(database)) highest = Math.max(highest, id);
  while (highest > 0 && database.catalog.allocateIndexId() < highest) continue;
}

function* leftoverIndexIds(database: Database): Generator<number> {
  const inUse = new Set<number>();
  for (const table of database.catalog.tables()) for (const index of [...table.indexes, ...table.entryIndexes]) inUse.add(index.record.id);
  for (let key = firstKey(database, INDEX_SPACE); key !== undefined; ) {
    const id = indexIdOf(key);
    if (!inUse.has(id)) yield id;
    const { end } = prefixRange(key.slice(0, SPACE_PREFIX_LENGTH));
    key = end === undefined ? undefined : firstKey(database, end);
  }
}

function firstKey(database: Database, start: Key): Key | undefined {
  const { end } = prefixRange(INDEX_SPACE);
  for (const [key] of database.reader.entries({ start, end })) return key;
  return undefined;
}

function indexIdOf(key: Key): number {
  const [a, b, c, d] = [1, 2, 3, 4].map((i) => key.charCodeAt(i)) as [number, number, number, number];
  const id = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  assert(key.startsWith(indexPrefix(id)), "an index entry without an index");
  return id;
}
