/**
 * The Store on disk: one LMDB file, memory-mapped, single writer, many readers in any thread. This module owns opening,
 * writing, closing and what errors mean; `lmdb-snapshot.ts` reads, `lmdb-keys.ts` fits keys, `lmdb-values.ts` values,
 * `lmdb-room.ts` makes room in the file, `folder.ts` guards the folder. Why LMDB, and why these options, with the evidence: `docs/decisions/0001-lmdb.md`.
 *
 * Several threads of one process may open the same path; each write of any of them is seen by snapshots that all of
 * them take later. Other processes are kept out by `folder.ts`. A thread closes its store before it ends: terminating
 * one that is in LMDB can take the process along.
 */
import { StorageCorruptError, StorageError, StorageFullError } from "./errors.js";
import { checkWriteOps } from "./limits.js";
import { keyEncoder } from "./lmdb-keys.js";
import { encoded, open } from "./lmdb-library.js";
import { FileRoom } from "./lmdb-room.js";
import { LmdbSnapshot, type TextDatabase } from "./lmdb-snapshot.js";
import { lmdbStats, usedBytes, type LmdbStats } from "./lmdb-stats.js";
import { ValueEncoder, type StoredOp } from "./lmdb-values.js";
import type { Snapshot, Store, StoreStats, WriteOp } from "./store.js";

export interface LmdbStoreOptions {
  /** Path of the data file; its folder must exist. LMDB puts `-lock` beside it. */
  readonly path: string;
  /** Groups that would put more bytes into use are refused as full; deletes never are. Default: the disk is the limit. */
  readonly usedBytesMax?: number;
  /** Address space reserved for the map. No disk or memory is taken for it. LMDB maps again beyond it, which is slow. */
  readonly mapBytes?: number;
  /** Distinct snapshots that may be held at a time, over all threads. */
  readonly snapshotsMax?: number;
}

const MAP_BYTES = 64 * 2 ** 30;
const SNAPSHOTS_MAX = 1024;

/** Codes that an error carries: names from Node; from lmdb-js numbers of the operating system and of `lmdb.h`. */
const FULL_CODES: readonly unknown[] = ["ENOSPC", "EDQUOT", 28, 122, -30792];
const CORRUPT_CODES: readonly unknown[] = [-30797, -30796, -30793];

export async function openLmdbStore(options: LmdbStoreOptions): Promise<LmdbStore> {
  const settings = {
    path: options.path,
    noSubdir: true,
    mapSize: options.mapBytes ?? MAP_BYTES,
    maxReaders: options.snapshotsMax ?? SNAPSHOTS_MAX,
    encoding: "string" as const,
    keyEncoder,
    // A commit waits for fdatasync and for a synchronous write of the meta page before its promise resolves.
    overlappingSync: false,
    noSync: false,
    // Nothing is handed to the writing thread before a group is complete: a worker thread that dies between two
    // puts would otherwise leave that thread waiting, with LMDB's write lock, for ever.
    eventTurnBatching: false,
    batchStartThreshold: Number.MAX_SAFE_INTEGER,
    commitDelay: 0,
    // A second batch after the group's then makes lmdb-js start at once, not in a later turn (see `#startCommit`).
    txnStartThreshold: 1,
    cache: false as const,
  };
  let database: TextDatabase | undefined;
  try {
    database = open<string, string>(settings);
    const room = await FileRoom.open(options.path);
    return new LmdbStore(database, room, options);
  } catch (error) {
    await database?.close();
    throw toStorageError(error, options.path);
  }
}

export class LmdbStore implements Store {
  readonly #database: TextDatabase;
  readonly #room: FileRoom;
  readonly #path: string;
  readonly #usedBytesMax: number;
  readonly #values = new ValueEncoder();
  #lastWrite: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;
  /** Snapshots not released, and iterations not ended. */
  #reads = 0;
  #lookups = 0;
  readonly #observer = {
    lookedUp: (): void => void this.#lookups++,
    readBegan: (): void => void this.#reads++,
    readEnded: (): void => void this.#reads--,
  };
  /** Set when LMDB refuses every further write until the file is opened anew. */
  #failure: StorageError | undefined;

  constructor(database: TextDatabase, room: FileRoom, options: LmdbStoreOptions) {
    this.#database = database;
    this.#room = room;
    this.#path = options.path;
    this.#usedBytesMax = options.usedBytesMax ?? Infinity;
  }

  snapshot(): Snapshot {
    this.#assertOpen();
    return new LmdbSnapshot(this.#database, this.#observer);
  }

  /** One group is with LMDB at a time: while it is synced the next waits here, and groups never share a transaction. */
  async write(ops: readonly WriteOp[]): Promise<void> {
    this.#assertOpen();
    checkWriteOps(ops);
    const write = this.#lastWrite.then(() => this.#commit(ops));
    this.#lastWrite = write.catch(() => undefined);
    await write;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  stats(): StoreStats {
    this.#assertOpen();
    const stats = lmdbStats(this.#database);
    return {
      diskBytes: this.#room.allocatedBytes,
      usedBytes: usedBytes(stats),
      usedBytesMax: this.#usedBytesMax,
      entries: stats.entryCount,
      snapshots: this.#reads,
      lookups: this.#lookups,
    };
  }

  async #close(): Promise<void> {
    await this.#lastWrite;
    if (this.#reads > 0) {
      this.#closing = undefined;
      throw new Error(`The store was closed with ${this.#reads} snapshots or iterations open. Release them first.`);
    }
    await this.#database.close();
    await this.#room.close();
  }

  async #commit(ops: readonly WriteOp[]): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const stored = this.#values.encode(ops);
    await this.#makeRoom(stored);
    try {
      await this.#startCommit(stored);
    } catch (error) {
      const cause = await commitErrorOf(error);
      this.#checkUsable(cause);
      throw toStorageError(cause, this.#path);
    }
  }

  async #makeRoom(stored: readonly StoredOp[]): Promise<void> {
    const stats = lmdbStats(this.#database);
    if (this.#usedBytesMax < Infinity && this.#isOverLimit(stats, putBytes(stored))) {
      throw new StorageFullError(
        `The data in ${this.#path} has reached its limit of ${this.#usedBytesMax} bytes. Delete documents or raise the limit.`,
      );
    }
    try {
      await this.#room.ensure(stats, stored);
    } catch (error) {
      throw toStorageError(error, this.#path);
    }
  }

  /** Deletes are never too much. */
  #isOverLimit(stats: LmdbStats, addedBytes: number): boolean {
    return addedBytes > 0 && usedBytes(stats) + addedBytes > this.#usedBytesMax;
  }

  /** An empty batch after the group's starts the writing thread now: no native call is left to a later turn. */
  #startCommit(stored: readonly StoredOp[]): Promise<boolean> {
    const committed = this.#database.batch(() => this.#enqueue(stored));
    void this.#database.batch(() => undefined);
    return committed;
  }

  /** Must not throw: what was enqueued before would be committed. */
  #enqueue(stored: readonly StoredOp[]): void {
    for (const [key, value] of stored) {
      if (value === undefined) void this.#database.remove(key);
      else void this.#database.put(key, encoded(value));
    }
  }

  /** After a failed meta page LMDB is unusable, and lmdb-js would wait for ever on the next write: an empty one tells. */
  #checkUsable(cause: unknown): void {
    try {
      this.#database.transactionSync(() => undefined, COMMIT_SYNCHRONOUSLY);
    } catch {
      const text = `The data file ${this.#path} takes no more writes (${textOf(cause)}). Check the disk, then restart.`;
      this.#failure = new StorageError("io", text, { cause });
    }
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new StorageError("closed", "The store was used after it was closed.");
  }
}

const COMMIT_SYNCHRONOUSLY = 2;

function putBytes(ops: readonly StoredOp[]): number {
  let bytes = 0;
  for (const [key, value] of ops) if (value !== undefined) bytes += key.length + value.length;
  return bytes;
}

/** lmdb-js rejects with a general error whose `commitError` is a promise that rejects with the cause. */
async function commitErrorOf(error: unknown): Promise<unknown> {
  const commitError = error instanceof Error && "commitError" in error ? error.commitError : undefined;
  if (!(commitError instanceof Promise)) return error;
  return commitError.then(
    () => error,
    (cause: unknown) => cause,
  );
}

function toStorageError(error: unknown, path: string): StorageError {
  if (error instanceof StorageError) return error;
  const code = codeOf(error);
  if (FULL_CODES.includes(code)) return fullError(path, error);
  const text = textOf(error);
  if (CORRUPT_CODES.includes(code)) {
    return new StorageCorruptError(`The data file ${path} is damaged (${text}). Restore it from a backup.`, {
      cause: error,
    });
  }
  return new StorageError("io", `The data file ${path} cannot be used (${text}). Check the disk and permissions.`, {
    cause: error,
  });
}

function fullError(path: string, cause: unknown): StorageFullError {
  return new StorageFullError(`The disk of ${path} is full. Free some space; writes succeed again then.`, { cause });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
