/**
 * Files that are being uploaded to be imported, in parts as they come, on the server's own disk:
 *
 *     transfers/uploads/<token>/<part number>       whole and durable: it came into being by a rename
 *     transfers/uploads/<token>/<part number>.new   being received
 *
 * Which of them are wanted, the documents of imports say; this module knows bytes only.
 */
import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";

/** The public CLI keeps below it. */
export const PARTS_MAX = 10_000;
const OPEN_UPLOADS_MAX = 64;
/** An upload that nothing was added to for so long is given up. */
const STALE_MS = 24 * 3_600_000;
const TOKEN = /^[0-9a-f]{32}$/;

export type UploadRefusal = "UnknownUpload" | "TooManyUploads" | "UploadTooLarge" | "BadPart";

export class UploadError extends Error {
  override readonly name = "UploadError";
  constructor(
    readonly code: UploadRefusal,
    message: string,
  ) {
    super(message);
  }
}

interface Part {
  readonly path: string;
  readonly size: number;
}

export class UploadFolder {
  /** `bytesMax` is that of one upload. */
  constructor(
    private readonly folder: string,
    private readonly bytesMax: number,
  ) {}

  /** The token of a new upload. */
  async begin(): Promise<string> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    if ((await readdir(this.folder)).length >= OPEN_UPLOADS_MAX) throw new UploadError("TooManyUploads", `There are ${OPEN_UPLOADS_MAX} uploads already that were not imported yet. Confirm or cancel imports, or wait for a day.`);
    const token = randomBytes(16).toString("hex");
    await mkdir(join(this.folder, token), { mode: 0o700 });
    return token;
  }

  /** What has to be given back to {@link finish}. Sent again, a part takes the place of the first. */
  async addPart(token: string, number: number, body: AsyncIterable<Uint8Array>): Promise<string> {
    if (!Number.isInteger(number) || number < 1 || number > PARTS_MAX) throw new UploadError("BadPart", `"partNumber" must be a whole number from 1 to ${PARTS_MAX}.`);
    const others = (await this.#parts(token)).filter(({ path }) => !path.endsWith(nameOf(number)));
    const path = join(this.folder, token, nameOf(number));
    const size = await this.#receive(`${path}.new`, body, this.bytesMax - total(others));
    await rename(`${path}.new`, path);
    return `${number}:${size}`;
  }

  /** Throws where `partTokens` are not those of all parts, in their order. */
  async finish(token: string, partTokens: readonly string[]): Promise<void> {
    const parts = await this.#parts(token);
    const expected = parts.map(({ size }, i) => `${i + 1}:${size}`);
    if (parts.some(({ path }, i) => !path.endsWith(nameOf(i + 1))) || expected.join() !== partTokens.join()) {
      throw new UploadError("BadPart", "The parts of the upload are not those that \"partTokens\" names. Send what /api/import/upload_part answered, of parts 1, 2, …, in this order.");
    }
  }

  async open(token: string): Promise<UploadedFile> {
    return new UploadedFile(await this.#parts(token));
  }

  async remove(token: string): Promise<void> {
    if (TOKEN.test(token)) await rm(join(this.folder, token), { recursive: true, force: true });
  }

  /** Removes what nobody wants any more: `wanted` are the tokens of imports to come, `used` of those that are over. */
  async sweep(wanted: ReadonlySet<string>, used: ReadonlySet<string>, nowMs: number): Promise<void> {
    for (const token of await namesIn(this.folder)) {
      if (wanted.has(token)) continue;
      if (used.has(token)) {
        await this.remove(token);
        continue;
      }
      const { mtimeMs } = await stat(join(this.folder, token));
      if (nowMs - mtimeMs > STALE_MS) await this.remove(token);
    }
  }

  async #parts(token: string): Promise<Part[]> {
    const folder = join(this.folder, token);
    if (!TOKEN.test(token) || !(await namesIn(this.folder)).includes(token)) throw new UploadError("UnknownUpload", "There is no upload with this token: it was imported or given up. Begin again with /api/import/start_upload.");
    const names = (await readdir(folder)).filter((name) => !name.endsWith(".new")).sort();
    return await Promise.all(names.map(async (name) => ({ path: join(folder, name), size: (await stat(join(folder, name))).size })));
  }

  async #receive(path: string, body: AsyncIterable<Uint8Array>, bytesMax: number): Promise<number> {
    const file = await open(path, "w", 0o600);
    let size = 0;
    try {
      for await (const chunk of body) {
        size += chunk.length;
        if (size > bytesMax) throw new UploadError("UploadTooLarge", `The file is larger than ${this.bytesMax} bytes, the limit of this server. Raise it (--import-bytes-max), or import in several files.`);
        await file.write(chunk);
      }
      await file.sync();
      return size;
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
  }
}

/** All parts as one file. */
export class UploadedFile {
  readonly size: number;

  constructor(private readonly parts: readonly Part[]) {
    this.size = total(parts);
  }

  /** From `start` to before `end`. */
  stream(start = 0, end = this.size): Readable {
    return Readable.from(this.#chunks(start, end), { objectMode: false });
  }

  async *#chunks(start: number, end: number): AsyncGenerator<Buffer> {
    let offset = 0;
    for (const { path, size } of this.parts) {
      const from = Math.max(start - offset, 0);
      const to = Math.min(end - offset, size);
      if (from < to) yield* createReadStream(path, { start: from, end: to - 1, highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>;
      offset += size;
    }
  }
}

function nameOf(part: number): string {
  return String(part).padStart(5, "0");
}

function total(parts: readonly Part[]): number {
  return parts.reduce((sum, { size }) => sum + size, 0);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
