/**
 * Writes events to a file, one JSON object a line. A file that has reached its size is set aside: `events.jsonl` becomes
 * `events.jsonl.1`, that one `events.jsonl.2`, and so on; the oldest is deleted.
 */
import { mkdir, open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import type { LogSink } from "./log-sink.js";
import type { FileStreamConfig } from "./stream-config.js";

const NEW_LINE = 10;
/** Log lines may tell of users. */
const OWNER_ONLY = 0o600;

export class FileSink implements LogSink {
  readonly eventsMax = 10_000;
  readonly charsMax = 4 * 1024 * 1024;
  #file: FileHandle | null = null;
  #bytes = 0;

  constructor(private readonly config: Pick<FileStreamConfig, "path" | "bytesMax" | "filesMax">) {}

  async deliver(texts: readonly string[]): Promise<void> {
    try {
      this.#file ??= await this.#open();
      let [lines, bytes] = ["", 0];
      for (const text of texts) {
        const lineBytes = Buffer.byteLength(text) + 1;
        const taken = this.#bytes + bytes;
        if (taken > 0 && taken + lineBytes > this.config.bytesMax) {
          await this.#append(lines, bytes);
          [lines, bytes] = ["", 0];
          await this.#beginNext();
        }
        lines += `${text}\n`;
        bytes += lineBytes;
      }
      await this.#append(lines, bytes);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.close();
  }

  async #append(lines: string, bytes: number): Promise<void> {
    await this.#file!.appendFile(lines);
    this.#bytes += bytes;
  }

  async #beginNext(): Promise<void> {
    await this.close();
    await this.#setAside();
    this.#file = await this.#open();
  }

  async #open(): Promise<FileHandle> {
    const { path } = this.config;
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, "a+", OWNER_ONLY);
    this.#bytes = (await file.stat()).size;
    // A kill can leave half a line: what follows it must not become part of it.
    if (this.#bytes > 0 && (await lastByte(file, this.#bytes)) !== NEW_LINE) {
      await file.appendFile("\n");
      this.#bytes++;
    }
    return file;
  }

  async #setAside(): Promise<void> {
    const { path, filesMax } = this.config;
    await rm(`${path}.${filesMax}`, { force: true });
    for (let number = filesMax - 1; number >= 1; number--) await renameIfThere(`${path}.${number}`, `${path}.${number + 1}`);
    if (filesMax > 0) await rename(path, `${path}.1`);
    else await rm(path, { force: true });
  }
}

async function lastByte(file: FileHandle, bytes: number): Promise<number | undefined> {
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, bytes - 1);
  return buffer[0];
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
