/**
 * A file of the journal, open for writing: a write resolves once it is on disk. The file is filled with zeros ahead of what is
 * written, since to overwrite a block is one synced write where to add one is two: the file system has to sync its own journal too.
 */
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

const GROWTH_BYTES_MIN = 128 * 1024;
const GROWTH_BYTES_MAX = 2 * 1024 * 1024;
const ZEROS = Buffer.alloc(GROWTH_BYTES_MAX);

export class JournalFile {
  private constructor(
    private readonly file: FileHandle,
    /** Every byte of the file below this has a block on disk. */
    private allocatedBytes: number,
  ) {}

  static async open(path: string): Promise<JournalFile> {
    const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_DSYNC, 0o600);
    return new JournalFile(file, (await file.stat()).size);
  }

  async write(bytes: Buffer, position: number): Promise<void> {
    if (position + bytes.length > this.allocatedBytes) await this.#allocate(position + bytes.length);
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await this.file.write(bytes, written, bytes.length - written, position + written);
      written += bytesWritten;
    }
  }

  /** Nothing of the file is kept from `position` on, on disk neither. */
  async cut(position: number): Promise<void> {
    await this.file.truncate(position);
    await this.file.datasync();
    this.allocatedBytes = position;
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  async #allocate(neededBytes: number): Promise<void> {
    const wantedBytes = neededBytes + Math.min(Math.max(neededBytes, GROWTH_BYTES_MIN), GROWTH_BYTES_MAX);
    while (this.allocatedBytes < wantedBytes) {
      const length = Math.min(ZEROS.length, wantedBytes - this.allocatedBytes);
      const { bytesWritten } = await this.file.write(ZEROS, 0, length, this.allocatedBytes);
      this.allocatedBytes += bytesWritten;
    }
  }
}
