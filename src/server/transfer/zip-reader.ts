/** Reads zip archives of others: names and sizes are checked before anything is unpacked, and nothing is unpacked but as a stream. */
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { fromRandomAccessReaderPromise, RandomAccessReader, type Entry, type ZipFile } from "yauzl";
import { ImportError } from "./import-error.js";
import type { UploadedFile } from "./upload-folder.js";

/** Some 470 bytes each, in memory. */
const ENTRIES_MAX = 500_000;
const NO_BYTES = Buffer.alloc(0);

/** What is read ahead: the directory of an archive is many small records, one behind the other. */
const BLOCK_BYTES = 256 * 1024;

class UploadReader extends RandomAccessReader {
  #block = { start: 0, bytes: Buffer.alloc(0) };

  constructor(private readonly file: Pick<UploadedFile, "size" | "stream">) {
    super();
  }

  override read(target: Buffer, offset: number, length: number, position: number, callback: (error: Error | null) => void): void {
    this.#bytesAt(position, length).then(
      (bytes) => {
        bytes.copy(target, offset);
        callback(null);
      },
      (error: Error) => callback(error),
    );
  }

  /** Fewer at the end of the file. */
  async #bytesAt(position: number, length: number): Promise<Buffer> {
    const { start, bytes } = this.#block;
    if (position >= start && position + length <= start + bytes.length) return bytes.subarray(position - start, position - start + length);
    const end = Math.min(position + Math.max(length, BLOCK_BYTES), this.file.size);
    const block = { start: position, bytes: await buffer(this.file.stream(position, end)) };
    this.#block = block;
    return block.bytes.subarray(0, length);
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return this.file.stream(start, end);
  }
}

export class ZipReader {
  private constructor(
    private readonly zip: ZipFile,
    /** By name; folders are left out. */
    readonly entries: ReadonlyMap<string, Entry>,
  ) {}

  /** `unpackedBytesMax` bounds all entries together. Throws {@link ImportError}. */
  static async open(file: Pick<UploadedFile, "size" | "stream">, unpackedBytesMax: number): Promise<ZipReader> {
    try {
      const zip = await fromRandomAccessReaderPromise(new UploadReader(file), file.size, { lazyEntries: true, autoClose: false, strictFileNames: true });
      return new ZipReader(zip, await readEntries(zip, unpackedBytesMax));
    } catch (error) {
      throw zipError(error as Error);
    }
  }

  /** Fails where the entry is not what the archive says: larger, damaged. */
  async stream(entry: Entry): Promise<Readable> {
    return await this.zip.openReadStreamPromise(entry);
  }

  close(): void {
    this.zip.close();
  }
}

async function readEntries(zip: ZipFile, unpackedBytesMax: number): Promise<Map<string, Entry>> {
  if (zip.entryCount > ENTRIES_MAX) throw new ImportError(`The zip archive has ${zip.entryCount} entries, and ${ENTRIES_MAX} are the most. Import it in parts.`);
  const entries = new Map<string, Entry>();
  let bytes = 0;
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith("/")) continue;
    if (entries.has(entry.fileName)) throw new ImportError(`The zip archive has two entries named ${JSON.stringify(entry.fileName)}. Make it again.`);
    if (!entry.canDecodeFileData()) throw new ImportError(`The entry ${JSON.stringify(entry.fileName)} of the zip archive is encrypted, or compressed in a way that can't be read. Make the archive without a password, with the method "deflate".`);
    bytes += entry.uncompressedSize;
    if (bytes > unpackedBytesMax) throw new ImportError(`The zip archive holds more than ${unpackedBytesMax} bytes when it is unpacked, the limit of this server. Raise it (--import-bytes-max), or import in several archives.`);
    forgetRaw(entry);
    entries.set(entry.fileName, entry);
  }
  return entries;
}

/** Three quarters of what an entry takes in memory, and nobody asks for it any more. */
function forgetRaw(entry: Entry): void {
  Object.assign(entry, { fileNameRaw: NO_BYTES, extraFieldRaw: NO_BYTES, fileCommentRaw: NO_BYTES, extraFields: [], fileComment: "", comment: "" } satisfies Partial<Entry>);
}

/** What yauzl and zlib say of archives that are not in order; errors of the disk are passed on. */
export function zipError(error: Error): Error {
  if (error instanceof ImportError || ("syscall" in error && error.syscall !== undefined)) return error;
  return new ImportError(`The zip archive can't be read (${error.message}). Make or download it again.`);
}
