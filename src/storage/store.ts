/**
 * What the database needs of storage: an ordered map from binary keys to text, consistent snapshots, and atomic,
 * durable groups of writes. It knows no tables, documents or transactions. `memory.ts` (tests) and `lmdb.ts` (disk)
 * implement it; `store.suite.ts` is the contract they share, `docs/spec/storage.md` its numbered text. `journal.ts` makes
 * small groups durable for less than a store does.
 *
 * Reads are synchronous, so that a transaction never yields to the event loop; only durability is waited for.
 */

/**
 * A binary string: every code unit is 0..255, one byte each, so that `<` on keys is byte order and no buffer is
 * allocated for a key. Never empty when it names an entry; `""` is allowed as the bound of a range. Up to 1 MiB.
 */
export type Key = string;

/** `start <= key < end`; `end: undefined` reaches to the last key. Empty when `end <= start`. */
export interface KeyRange {
  readonly start: Key;
  readonly end: Key | undefined;
}

/** The value is well-formed text (no lone surrogates), possibly empty; kept as UTF-8 on disk. */
export type Entry = readonly [key: Key, value: string];

/** `undefined` deletes; deleting an absent key is no error. Of two writes to one key in a group the later counts. */
export type WriteOp = readonly [key: Key, value: string | undefined];

export interface Reader {
  get(key: Key): string | undefined;
  /**
   * Entries in key order, or against it; to be iterated once. Lazy: reads as it is consumed, so stopping early costs
   * nothing more.
   * Breaking out of a `for…of` releases the cursor; a caller that drives the iterator by hand must call `return()`.
   */
  entries(range: KeyRange, reverse?: boolean): Iterable<Entry>;
}

/** One moment of the store. Holds back the reuse of disk pages until released, so it must always be released. */
export interface Snapshot extends Reader {
  /** Idempotent. Reads after it throw `StorageError` "closed"; unfinished iterations of it must have ended before. */
  release(): void;
}

export interface StoreStats {
  /** Bytes that the store takes on disk; 0 for one that has no disk. */
  readonly diskBytes: number;
  /** Bytes that the entries take; what else is in `diskBytes` is free for later writes. */
  readonly usedBytes: number;
  /** Upper bound of `usedBytes`, at which writes are refused as full; `Infinity` when the disk is the only limit. */
  readonly usedBytesMax: number;
  readonly entries: number;
  /** Snapshots not yet released: a number that only grows is a leak. */
  readonly snapshots: number;
  /** Calls of `get` since the store was opened. */
  readonly lookups: number;
}

/** What reading takes. */
export interface SnapshotSource {
  /** A consistent view of everything whose `write()` has resolved, and perhaps of more. Costs microseconds, but see `shared-store.ts`. */
  snapshot(): Snapshot;
}

export interface Store extends SnapshotSource {
  /**
   * Applies all of `ops` or nothing, ordered after every earlier `write()`. Resolves once synced to disk. Rejects with
   * `StorageFullError` or `StorageError`, and then nothing of it was applied; later writes are not affected.
   * `ops` must not be changed until it settles.
   */
  write(ops: readonly WriteOp[]): Promise<void>;
  /** Waits for the writes under way. Every snapshot must be released before; writes after it reject as "closed". */
  close(): Promise<void>;
  stats(): StoreStats;
}
