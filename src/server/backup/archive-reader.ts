/**
 * Opens a backup and reads its parts, trusting nothing: the zip's own directory and sizes are checked by yauzl, names and
 * contents here. Every error says that the archive is at fault, and how.
 */
import { createHash, type Hash } from "node:crypto";
import type { Readable } from "node:stream";
import { openPromise, type Entry as ZipEntry, type ZipFile } from "yauzl";
import { z } from "zod";
import type { Entry } from "../../storage/store.js";
import { FILE_KEY, type FileKey } from "../files/file-messages.js";
import { ARCHIVE_FORMAT, ARCHIVE_VERSION, BackupError, DATABASE_NAME, END_NAME, FILES_PREFIX, FOLDER_FILES, FOLDER_PREFIX, MANIFEST_NAME, type Manifest, type Summary } from "./archive.js";

const manifestSchema: z.ZodType<Manifest> = z.object({
  format: z.literal(ARCHIVE_FORMAT),
  version: z.number().int().min(1),
  rivulet: z.string(),
  timestamp: z.number().int().min(0),
});

const summarySchema: z.ZodType<Summary> = z.object({
  timestamp: z.number().int().min(0),
  entries: z.number().int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  files: z.number().int().min(0),
  fileBytes: z.number().int().min(0),
});

/** What a key is, see storage/store.ts. */
const BYTES = /^[\0-\xff]+$/;
/** Of manifest.json and end.json. */
const JSON_BYTES_MAX = 64 * 1024;
/** Of an admin key file and its like. */
const FOLDER_FILE_BYTES_MAX = 16 * 1024 * 1024;

export class ArchiveReader implements AsyncDisposable {
  private constructor(
    private readonly path: string,
    private readonly zip: ZipFile,
    private readonly entries: ReadonlyMap<string, ZipEntry>,
    readonly manifest: Manifest,
    readonly summary: Summary,
  ) {}

  /** Throws BackupError. */
  static async open(path: string): Promise<ArchiveReader> {
    const zip = await openZip(path);
    try {
      const entries = new Map<string, ZipEntry>();
      for await (const entry of zip.eachEntry()) entries.set(checkedName(entry, path), entry);
      const json = async <T>(name: string, schema: z.ZodType<T>): Promise<T> => schema.parse(JSON.parse(await textOf(zip, required(entries, name), JSON_BYTES_MAX)));
      const manifest = await inArchive(path, () => json(MANIFEST_NAME, manifestSchema));
      if (manifest.version > ARCHIVE_VERSION) {
        throw new BackupError(`${path} was made by Rivulet ${manifest.rivulet}, in version ${manifest.version} of the format; this one reads up to ${ARCHIVE_VERSION}. Install a newer Rivulet.`);
      }
      const summary = await inArchive(path, () => json(END_NAME, summarySchema));
      return new ArchiveReader(path, zip, entries, manifest, summary);
    } catch (error) {
      zip.close();
      throw error;
    }
  }

  /** Checked against the summary when the last was read. */
  async *databaseEntries(): AsyncGenerator<Entry> {
    const stream = await inArchive(this.path, () => this.zip.openReadStreamPromise(required(this.entries, DATABASE_NAME)));
    const hash = createHash("sha256");
    let count = 0;
    try {
      for await (const line of linesOf(stream, hash)) {
        count++;
        yield parseLine(line, count, this.path);
      }
    } catch (error) {
      throw damaged(this.path, error);
    }
    if (count !== this.summary.entries || hash.digest("hex") !== this.summary.sha256) {
      throw damaged(this.path, new Error(`${DATABASE_NAME} is not what was written: ${count} of ${this.summary.entries} entries`));
    }
  }

  /** Files of the data folder. */
  async folderFiles(): Promise<ReadonlyMap<string, string>> {
    const present = FOLDER_FILES.filter((name) => this.entries.has(FOLDER_PREFIX + name));
    const read = (name: string): Promise<string> => inArchive(this.path, () => textOf(this.zip, required(this.entries, FOLDER_PREFIX + name), FOLDER_FILE_BYTES_MAX));
    return new Map(await Promise.all(present.map(async (name) => [name, await read(name)] as const)));
  }

  /** Throws where the archive has none of this key, or one of another size. */
  async openFile(key: FileKey, size: number): Promise<Readable> {
    return inArchive(this.path, async () => {
      const entry = required(this.entries, FILES_PREFIX + key);
      if (entry.uncompressedSize !== size) throw new Error(`${entry.fileName} has ${entry.uncompressedSize} bytes, and the database says ${size}`);
      return await this.zip.openReadStreamPromise(entry);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.zip.close();
  }
}

async function openZip(path: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { lazyEntries: true, autoClose: false, strictFileNames: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new BackupError(`There is no file ${path}. Name a file that "rivulet backup" wrote.`, { cause: error });
    throw damaged(path, error);
  }
}

function checkedName({ fileName }: ZipEntry, path: string): string {
  const isFile = fileName.startsWith(FILES_PREFIX) && FILE_KEY.test(fileName.slice(FILES_PREFIX.length));
  const isKnown = isFile || [MANIFEST_NAME, DATABASE_NAME, END_NAME, ...FOLDER_FILES.map((name) => FOLDER_PREFIX + name)].includes(fileName);
  if (!isKnown) throw new BackupError(`${path} is no backup of Rivulet: it holds ${JSON.stringify(fileName)}. For what "npx convex export" wrote, use "npx convex import".`);
  return fileName;
}

function required(entries: ReadonlyMap<string, ZipEntry>, name: string): ZipEntry {
  const entry = entries.get(name);
  if (entry === undefined) throw new Error(`it has no ${name}`);
  return entry;
}

async function textOf(zip: ZipFile, entry: ZipEntry, bytesMax: number): Promise<string> {
  if (entry.uncompressedSize > bytesMax) throw new Error(`${entry.fileName} has ${entry.uncompressedSize} bytes, more than ${bytesMax}`);
  const chunks: Buffer[] = [];
  for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** Not by any of the other characters that some take for the end of a line: documents may hold them. */
async function* linesOf(stream: Readable, hash: Hash): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream.setEncoding("utf8")) {
    hash.update(chunk as string);
    const lines = (rest + (chunk as string)).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") throw new Error(`${DATABASE_NAME} ends in the middle of a line`);
}

function parseLine(line: string, number: number, path: string): Entry {
  const entry: unknown = JSON.parse(line);
  if (!Array.isArray(entry) || entry.length !== 2 || typeof entry[0] !== "string" || typeof entry[1] !== "string" || !BYTES.test(entry[0])) {
    throw damaged(path, new Error(`line ${number} of ${DATABASE_NAME} is no entry`));
  }
  return [entry[0], entry[1]];
}

async function inArchive<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw damaged(path, error);
  }
}

function damaged(path: string, error: unknown): BackupError {
  if (error instanceof BackupError) return error;
  return new BackupError(`${path} is no whole backup of Rivulet: ${(error as Error).message}. Take another copy of it, or another backup.`, { cause: error });
}
