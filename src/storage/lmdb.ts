/**
 * The Store on disk: one LMDB file, memory-mapped, single writer, many readers in any thread. This module owns opening,
 * writing, closing and what errors mean; `lmdb-snapshot.ts` reads, `lmdb-keys.ts` fits keys, `folder.ts` guards the
 * folder. Why LMDB, and why these options, with the evidence: `docs/decisions/0001-lmdb.md`.
 *
 * Several threads of one process may open the same path; each write of any of them is seen by snapshots that all of
 * them take later. Other processes are kept out by `folder.ts`.
 */
import { statfsSync } from "node:fs";
import { open } from "lmdb";
import { StorageCorruptError, StorageError, StorageFullError } from "./errors.js";
import { checkWriteOps } from "./limits.js";
import { keyEncoder, opToStored } from "./lmdb-keys.js";
import { LmdbSnapshot, type TextDatabase } from "./lmdb-snapshot.js";
import type { Snapshot, Store, StoreStats, WriteOp } from "./store.js";

export interface LmdbStoreOptions {
  /** Path of the data file; its folder must exist. LMDB puts `-lock` beside it. */
  readonly path: string;
  /** Writes that would take more are refused as full; deletes never are. Default: only the disk is the limit. */
  readonly diskBytesMax?: number;
  /** Address space reserved for the map. No disk or memory is taken for it. LMDB maps again beyond it, which is slow. */
  readonly mapBytes?: number;
  /** Distinct snapshots that may be held at a time, over all threads. */
  readonly snapshotsMax?: number;
}

const MAP_BYTES = 64 * 2 ** 30;
const SNAPSHOTS_MAX = 1024;

/** Numbers of LMDB (`lmdb.h`) and of the operating system that a failed commit carries as its code. */
const MDB_BAD_TXN = -30782;
const MDB_MAP_FULL = -30792;
const ENOSPC = 28;
const EDQUOT = 122;
const MDB_CORRUPT_CODES: readonly unknown[] = [-30797, -30796, -30793];

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
    // Nothing is handed to the writing thread before a group is complete: a worker that is terminated between two
    // puts would otherwise leave that thread waiting, with LMDB's write lock, for ever.
    eventTurnBatching: false,
    batchStartThreshold: Number.MAX_SAFE_INTEGER,
    commitDelay: 0,
    cache: false as const,
  };
  try {
    return new LmdbStore(open<string, string>(settings), options.path, options.diskBytesMax ?? Infinity);
  } catch (error) {
    throw toStorageError(error, options.path);
  }
}

export class LmdbStore implements Store {
  readonly #database: TextDatabase;
  readonly #path: string;
  readonly #diskBytesMax: number;
  #lastWrite: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;
  /** Snapshots not released, and iterations not ended. */
  #reads = 0;
  /** Set when LMDB refuses every further write until the file is opened anew. */
  #failure: StorageError | undefined;

  constructor(database: TextDatabase, path: string, diskBytesMax: number) {
    this.#database = database;
    this.#path = path;
    this.#diskBytesMax = diskBytesMax;
  }

  snapshot(): Snapshot {
    this.#assertOpen();
    return new LmdbSnapshot(this.#database, {
      readBegan: () => void this.#reads++,
      readEnded: () => void this.#reads--,
    });
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
    const stats = this.#lmdbStats();
    return {
      diskBytes: diskBytes(stats),
      freeBytes: diskBytes(stats) - usedBytes(stats),
      diskBytesMax: this.#diskBytesMax,
      entries: stats.entryCount,
      snapshots: this.#reads,
    };
  }

  async #close(): Promise<void> {
    await this.#lastWrite;
    if (this.#reads > 0) {
      this.#closing = undefined;
      throw new Error(`The store was closed with ${this.#reads} snapshots or iterations open. Release them first.`);
    }
    await this.#database.close();
  }

  async #commit(ops: readonly WriteOp[]): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const stored = ops.map(opToStored);
    this.#assertRoom(stored);
    try {
      await this.#database.batch(() => this.#enqueue(stored));
    } catch (error) {
      const cause = await commitErrorOf(error);
      this.#checkUsable(cause);
      throw this.#commitFailure(cause, stored);
    }
  }

  /** Must not throw: what was enqueued before would be committed. */
  #enqueue(stored: readonly WriteOp[]): void {
    for (const [key, value] of stored) {
      if (value === undefined) void this.#database.remove(key);
      else void this.#database.put(key, value);
    }
  }

  #assertRoom(stored: readonly WriteOp[]): void {
    if (this.#diskBytesMax === Infinity) return;
    const needed = putBytes(stored);
    if (needed === 0 || usedBytes(this.#lmdbStats()) + needed <= this.#diskBytesMax) return;
    throw new StorageFullError(
      `The data in ${this.#path} has reached its limit of ${this.#diskBytesMax} bytes. Delete documents or raise the limit.`,
    );
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

  /** LMDB names only the last of several errors; after a failed put every later one is a "bad transaction". */
  #commitFailure(cause: unknown, stored: readonly WriteOp[]): StorageError {
    if (codeOf(cause) !== MDB_BAD_TXN) return toStorageError(cause, this.#path);
    const { bavail, bsize } = statfsSync(this.#path);
    const isFull = bavail * bsize < 2 * putBytes(stored) + usedBytes(this.#lmdbStats()) / 100;
    return isFull ? fullError(this.#path, cause) : toStorageError(cause, this.#path);
  }

  #lmdbStats(): LmdbStats {
    return this.#database.getStats() as LmdbStats;
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new StorageError("closed", "The store was used after it was closed.");
  }
}

const COMMIT_SYNCHRONOUSLY = 2;

interface TreeStats {
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

/** What lmdb-js returns of `mdb_env_info` and `mdb_stat`; its own type leaves it open. `free` is the tree of free pages. */
interface LmdbStats extends TreeStats {
  readonly pageSize: number;
  readonly entryCount: number;
  readonly lastPageNumber: number;
  readonly free: TreeStats;
}

function diskBytes(stats: LmdbStats): number {
  return (stats.lastPageNumber + 1) * stats.pageSize;
}

const META_PAGES = 2;

function usedBytes(stats: LmdbStats): number {
  return (META_PAGES + treePages(stats) + treePages(stats.free)) * stats.pageSize;
}

function treePages(tree: TreeStats): number {
  return tree.treeBranchPageCount + tree.treeLeafPageCount + tree.overflowPages;
}

function putBytes(ops: readonly WriteOp[]): number {
  let bytes = 0;
  for (const [key, value] of ops) if (value !== undefined) bytes += key.length + Buffer.byteLength(value);
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
  if (code === ENOSPC || code === EDQUOT || code === MDB_MAP_FULL) return fullError(path, error);
  const text = textOf(error);
  if (MDB_CORRUPT_CODES.includes(code)) {
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
