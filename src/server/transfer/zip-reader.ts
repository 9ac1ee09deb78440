/** Reads zip archives of others: names and sizes are checked before anything is unpacked, and nothing is unpacked but as a stream. */
import type { Readable } from "node:stream";
import { fromRandomAccessReaderPromise, RandomAccessReader, type Entry, type ZipFile } from "yauzl";
import { ImportError } from "./import-error.js";
import type { UploadedFile } from "./upload-folder.js";

const ENTRIES_MAX = 1_000_000;

class UploadReader extends RandomAccessReader {
  constructor(private readonly file: UploadedFile) {
    super();
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
  static async open(file: UploadedFile, unpackedBytesMax: number): Promise<ZipReader> {
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
    entries.set(entry.fileName, entry);
  }
  return entries;
}

/** What yauzl and zlib say of archives that are not in order; errors of the disk are passed on. */
export function zipError(error: Error): Error {
  if (error instanceof ImportError || ("syscall" in error && error.syscall !== undefined)) return error;
  return new ImportError(`The zip archive can't be read (${error.message}). Make or download it again.`);
}
