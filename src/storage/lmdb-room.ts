/**
 * Room in the data file, made before LMDB needs it. A group is handed to LMDB only once the file has blocks on disk for
 * every page that the group could take in the worst case; so a full disk is found here, as an error of one write, and
 * never by LMDB in the middle of a commit, where version 3.5 of lmdb-js overruns a buffer and kills the process. It
 * also spares most commits the journalling of a new file size. See `docs/decisions/0001-lmdb.md`.
 *
 * Owns a handle on the data file. One writing thread at a time.
 */
import { type FileHandle, open } from "node:fs/promises";
import { type LmdbStats, treePages } from "./lmdb-stats.js";
import type { StoredOp } from "./lmdb-values.js";

/** The file grows by a sixteenth of itself, within these. */
const GROWTH_BYTES_MIN = 256 * 1024;
const GROWTH_BYTES_MAX = 8 * 1024 * 1024;

const ZEROS = Buffer.alloc(1024 * 1024);

export class FileRoom {
  readonly #file: FileHandle;
  /** Every byte of the file below this has a block on disk. */
  #allocatedBytes: number;

  private constructor(file: FileHandle, allocatedBytes: number) {
    this.#file = file;
    this.#allocatedBytes = allocatedBytes;
  }

  static async open(path: string): Promise<FileRoom> {
    const file = await open(path, "r+");
    return new FileRoom(file, (await file.stat()).size);
  }

  get allocatedBytes(): number {
    return this.#allocatedBytes;
  }

  /** Undefined when the file can take `ops` already, so that the usual commit waits for nothing. */
  ensure(stats: LmdbStats, ops: readonly StoredOp[]): Promise<void> | undefined {
    const neededBytes = (stats.lastPageNumber + 1 + pagesMax(stats, ops)) * stats.pageSize;
    return neededBytes <= this.#allocatedBytes ? undefined : this.#grow(neededBytes);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** Rejects with the error of the operating system when the disk is full before `neededBytes`; keeps what it got. */
  async #grow(neededBytes: number): Promise<void> {
    const growth = Math.min(Math.max(neededBytes / 16, GROWTH_BYTES_MIN), GROWTH_BYTES_MAX);
    const wantedBytes = neededBytes + Math.ceil(growth);
    try {
      while (this.#allocatedBytes < wantedBytes) {
        const length = Math.min(ZEROS.length, wantedBytes - this.#allocatedBytes);
        const { bytesWritten } = await this.#file.write(ZEROS, 0, length, this.#allocatedBytes);
        this.#allocatedBytes += bytesWritten;
      }
    } catch (error) {
      if (this.#allocatedBytes < neededBytes) throw error;
    }
  }
}

/**
 * An upper bound of the pages that LMDB takes for a group, were none of its free pages of use: the copies of the pages
 * on the way to each key; the pages that splits add, at most two leaves an operation or what the bytes fill, with a
 * branch for each; the pages of values too long for a leaf; and the list of free pages, rewritten.
 */
function pagesMax(stats: LmdbStats, ops: readonly StoredOp[]): number {
  let inlineBytes = 0;
  let overflowPages = 0;
  for (const [key, value] of ops) {
    if (value === undefined) continue;
    const bytes = key.length + value.length;
    if (bytes < stats.pageSize / 4) inlineBytes += bytes;
    else overflowPages += Math.ceil(bytes / stats.pageSize) + 1;
  }
  const copies = Math.min(ops.length * Math.max(stats.treeDepth, 1), treePages(stats) + 1);
  const filled = stats.treeLeafPageCount + (4 * inlineBytes) / stats.pageSize + overflowPages + 2;
  const splits = 2 * Math.min(2 * ops.length, filled);
  const freeList = 2 * treePages(stats.free) + (copies + overflowPages) / 100 + 16;
  return Math.ceil(copies + splits + overflowPages + freeList);
}
