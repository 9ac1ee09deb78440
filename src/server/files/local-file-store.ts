/**
 * Files in the data folder. A file comes into being by a rename, so that what is under its name is whole:
 *
 *     files/incoming/<key>    while it is received
 *     files/<xx>/<key>        whole and durable; xx are the first two digits of the key
 *
 * The folder belongs to this process (see storage/folder-lock.ts), so whatever is in `incoming` and not being received is
 * left over from one before it.
 */
import { mkdir, open, readdir, rename, rm, writeFile, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { syncFolder } from "../../storage/sync-folder.js";
import { FILE_KEY, type FileKey } from "./file-messages.js";
import { FileStoreError, type ByteRange, type FileStore } from "./file-store.js";

const INCOMING = "incoming";
const SHARD = /^[0-9a-f]{2}$/;
const READ_CHUNK_BYTES = 256 * 1024;
const BATCH_KEYS_MAX = 1000;

export class LocalFileStore implements FileStore {
  /** Being received by this process. */
  readonly #active = new Set<FileKey>();

  constructor(private readonly folder: string) {}

  async put(key: FileKey, body: AsyncIterable<Uint8Array>): Promise<void> {
    const incoming = join(this.folder, INCOMING, checked(key));
    this.#active.add(key);
    try {
      await mkdir(join(this.folder, INCOMING), { recursive: true, mode: 0o700 });
      await writeDurably(incoming, body);
      await this.#makeShard(key);
      await rename(incoming, this.#path(key));
      await syncFolder(this.#shard(key));
    } catch (error) {
      await rm(incoming, { force: true });
      throw describedFailure(error);
    } finally {
      this.#active.delete(key);
    }
  }

  async read(key: FileKey, { start, end }: ByteRange, size: number): Promise<Readable | null> {
    const file = await openIfPresent(this.#path(key));
    if (file === null) return null;
    try {
      const stored = (await file.stat()).size;
      if (stored !== size) throw new FileStoreError("unavailable", `The file ${this.#path(key)} has ${stored} bytes, and the database says ${size}. Restore the folder from a backup.`);
      return file.createReadStream({ start, end, highWaterMark: READ_CHUNK_BYTES });
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async delete(key: FileKey): Promise<void> {
    await rm(this.#path(key), { force: true });
  }

  async *batches(): AsyncGenerator<readonly FileKey[]> {
    const shards = (await namesIn(this.folder)).filter((name) => SHARD.test(name));
    for (const shard of shards) {
      const keys = (await namesIn(join(this.folder, shard))).filter((name) => FILE_KEY.test(name));
      for (let start = 0; start < keys.length; start += BATCH_KEYS_MAX) yield keys.slice(start, start + BATCH_KEYS_MAX);
    }
  }

  async discardUnfinished(): Promise<void> {
    const folder = join(this.folder, INCOMING);
    for (const name of await namesIn(folder)) {
      if (!this.#active.has(name)) await rm(join(folder, name), { force: true, recursive: true });
    }
  }

  #shard(key: FileKey): string {
    return fileShard(this.folder, key);
  }

  #path(key: FileKey): string {
    return filePath(this.folder, key);
  }

  async #makeShard(key: FileKey): Promise<void> {
    const made = await mkdir(this.#shard(key), { recursive: true, mode: 0o700 });
    if (made !== undefined) await syncFolder(this.folder);
  }
}

export function fileShard(folder: string, key: FileKey): string {
  return join(folder, checked(key).slice(0, 2));
}

export function filePath(folder: string, key: FileKey): string {
  return join(fileShard(folder, key), key);
}

/** A key becomes part of a path: nothing but digits may. */
function checked(key: FileKey): FileKey {
  if (!FILE_KEY.test(key)) throw new Error(`Rivulet bug: ${JSON.stringify(key)} is no key of a file`);
  return key;
}

async function writeDurably(path: string, body: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await writeFile(file, body);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function openIfPresent(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw describedFailure(error);
  }
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

export function describedFailure(error: unknown): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOSPC":
    case "EDQUOT":
      return new FileStoreError("full", "The disk of the data folder is full. Make room, or put files elsewhere (--s3-bucket).", { cause: error });
    case "EMFILE":
    case "ENFILE":
      return new FileStoreError("unavailable", "The server has too many files open. Try again, or raise its limit (ulimit -n).", { cause: error });
    default:
      return error;
  }
}
