/**
 * The code tables of the indexes that were searched lately. They show the newest state of the database: whoever owns them
 * tells them of every write, and clears them when writes were undone. They are loaded from the store when first asked for,
 * and thrown away, the least used first, when together they grow too large.
 */
import type { Key, Reader, WriteOp } from "../../storage/store.js";
import { SPACE_PREFIX_LENGTH, keyAfter, prefixRange } from "../keys.js";
import { CodeTable } from "./code-table.js";
import type { VectorIndex } from "./vector-index.js";

interface CachedTable {
  readonly table: CodeTable;
  /** Loaded up to and with this key; null when all is loaded. */
  loadedTo: Key | null;
}

/** Prefix of the codes' keys: that of the index, and one byte. */
const PREFIX_LENGTH = SPACE_PREFIX_LENGTH + 1;

export class VectorCaches {
  /** Least recently used first. */
  readonly #tables = new Map<Key, CachedTable>();

  constructor(private readonly bytesMax: number) {}

  /** The whole table of an index. `reader` shows the newest state. Valid until the caller yields. */
  table(index: VectorIndex, reader: Reader): CodeTable {
    this.load(index, reader, Infinity);
    const { table } = this.#tables.get(index.codesPrefix)!;
    this.#evict();
    return table;
  }

  /** Loads so many more codes, and says whether all are loaded; for those who can wait, before they ask for the table. */
  load(index: VectorIndex, reader: Reader, codesMax: number): boolean {
    const cached = this.#touch(index);
    if (cached.loadedTo === null) return true;
    let loaded = 0;
    for (const [key] of reader.entries({ ...prefixRange(index.codesPrefix), start: keyAfter(cached.loadedTo) })) {
      cached.table.add(key);
      cached.loadedTo = key;
      if (++loaded >= codesMax) return false;
    }
    cached.loadedTo = null;
    return true;
  }

  /** Of every commit, and of housekeeping that no transaction sees. */
  apply(ops: readonly WriteOp[]): void {
    if (this.#tables.size === 0) return;
    for (const [key, value] of ops) {
      const cached = this.#tables.get(key.slice(0, PREFIX_LENGTH));
      if (cached === undefined || (cached.loadedTo !== null && key > cached.loadedTo)) continue;
      if (value === undefined) cached.table.remove(key);
      else cached.table.add(key);
    }
  }

  clear(): void {
    this.#tables.clear();
  }

  #touch(index: VectorIndex): CachedTable {
    const prefix = index.codesPrefix;
    const cached = this.#tables.get(prefix) ?? { table: new CodeTable(index), loadedTo: prefix };
    this.#tables.delete(prefix);
    this.#tables.set(prefix, cached);
    return cached;
  }

  /** The one that was asked for last goes too where it alone is too large: then every search loads it anew. */
  #evict(): void {
    let bytes = [...this.#tables.values()].reduce((sum, { table }) => sum + table.byteLength, 0);
    for (const [prefix, { table }] of this.#tables) {
      if (bytes <= this.bytesMax) return;
      bytes -= table.byteLength;
      this.#tables.delete(prefix);
    }
  }
}
