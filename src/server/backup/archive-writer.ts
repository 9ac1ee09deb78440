/**
 * Writes a backup: one moment of a store, and the files that it speaks of, as the bytes of a zip file. Memory is bounded
 * whatever the size, but for a few hundred bytes a file, which a zip's directory needs.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { ZipFile } from "yazl";
import { documentTexts, stateEntries, timestampOf } from "../../database/copy.js";
import { FILES_TABLE } from "../../functions/stored-files.js";
import type { Reader } from "../../storage/store.js";
import { decodeId } from "../../values/id.js";
import { parseValue } from "../../values/value.js";
import type { FileStore } from "../files/file-store.js";
import { VERSION } from "../version.js";
import { ARCHIVE_FORMAT, ARCHIVE_VERSION, BackupError, DATABASE_NAME, END_NAME, FILES_PREFIX, FOLDER_FILES, FOLDER_PREFIX, MANIFEST_NAME, type FileRecord, type Manifest, type Summary } from "./archive.js";

export interface BackupSource {
  /** Stays as it is until the archive is written. */
  readonly reader: Reader;
  readonly fileStore: FileStore;
  /** The data folder. */
  readonly folder: string;
}

export interface ArchiveStream {
  /** The archive. Destroy it to give up; its error is fit for the operator. */
  readonly bytes: Readable;
  /** Of what has been written; whole when `bytes` has ended. */
  readonly summary: () => Summary;
}

const CHUNK_CHARS = 256 * 1024;

export async function writeArchive({ reader, fileStore, folder }: BackupSource): Promise<ArchiveStream> {
  const timestamp = timestampOf(reader);
  const database = new DatabaseLines(reader);
  const zip = new ZipFile();
  // yazl's own type knows less of what it is.
  const bytes = zip.outputStream as Readable;
  zip.on("error", (error: Error) => bytes.destroy(error));
  const add = (name: string, open: () => Promise<Readable>, options = {}): void =>
    zip.addReadStreamLazy(name, { mtime: new Date(timestamp / 1000), mode: 0o600, ...options }, (done) => {
      open().then(
        (stream) => done(null, stream.once("error", (error) => bytes.destroy(error))),
        (error: Error) => bytes.destroy(error),
      );
    });
  let [files, fileBytes] = [0, 0];
  const summary = (): Summary => ({ timestamp, entries: database.entries, sha256: database.sha256(), files, fileBytes });
  const manifest = { format: ARCHIVE_FORMAT, version: ARCHIVE_VERSION, rivulet: VERSION, timestamp } satisfies Manifest;
  add(MANIFEST_NAME, async () => jsonStream(manifest));
  add(DATABASE_NAME, async () => Readable.from(database));
  for (const name of await presentFiles(folder)) add(FOLDER_PREFIX + name, async () => createReadStream(join(folder, name)));
  for (const text of documentTexts(reader, FILES_TABLE)) {
    const record = parseValue(text) as unknown as FileRecord;
    files++;
    fileBytes += record.size;
    // Files are mostly of kinds that are compressed already.
    add(FILES_PREFIX + fileKeyOf(record), () => openFile(fileStore, record), { compress: false, size: record.size });
  }
  add(END_NAME, async () => jsonStream(summary()));
  zip.end();
  return { bytes, summary };
}

/** The key of its bytes. */
export function fileKeyOf({ _id }: FileRecord): string {
  const id = decodeId(_id);
  if (id === null) throw new BackupError(`The database speaks of a file with the id ${JSON.stringify(_id)}, which is none.`);
  return Buffer.from(id.internal).toString("hex");
}

class DatabaseLines implements AsyncIterable<string> {
  entries = 0;
  readonly #hash = createHash("sha256");

  constructor(private readonly reader: Reader) {}

  /** Hexadecimal; of what was iterated. */
  sha256(): string {
    return this.#hash.copy().digest("hex");
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    let chunk = "";
    for (const entry of stateEntries(this.reader)) {
      this.entries++;
      chunk += `${JSON.stringify(entry)}\n`;
      if (chunk.length < CHUNK_CHARS) continue;
      yield this.#hashed(chunk);
      chunk = "";
    }
    yield this.#hashed(chunk);
  }

  #hashed(chunk: string): string {
    this.#hash.update(chunk);
    return chunk;
  }
}

async function openFile(store: FileStore, record: FileRecord): Promise<Readable> {
  const key = fileKeyOf(record);
  // No range of an empty file can be named.
  if (record.size === 0) return Readable.from([]);
  const stream = await store.read(key, { start: 0, end: record.size - 1 }, record.size);
  if (stream === null) throw new BackupError(`The bytes of the file ${record._id} are missing from the file storage. Delete its document, or put them back under the key ${key}; then try again.`);
  return stream;
}

async function presentFiles(folder: string): Promise<string[]> {
  const present = await Promise.all(FOLDER_FILES.map(async (name) => ((await isPresent(join(folder, name))) ? [name] : [])));
  return present.flat();
}

async function isPresent(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

function jsonStream(value: object): Readable {
  return Readable.from([`${JSON.stringify(value, null, 2)}\n`]);
}
