/**
 * The body of an upload on its way into the store: counts and hashes what passes, and throws where it is too much or not
 * what was announced, at the end at the latest, so that the store keeps nothing of it.
 */
import { createHash } from "node:crypto";
import { RequestError } from "../network/replies.js";

export interface UploadExpectations {
  readonly bytesMax: number;
  /** From the request's head; null where it says nothing. */
  readonly sha256: Buffer | null;
}

export class UploadBody implements AsyncIterable<Uint8Array> {
  readonly #hash = createHash("sha256");
  #size = 0;
  #digest: Buffer | null = null;

  constructor(
    private readonly chunks: AsyncIterable<Uint8Array>,
    private readonly expected: UploadExpectations,
  ) {}

  get size(): number {
    return this.#size;
  }

  /** Hexadecimal; of the whole body, so only when all of it has passed. */
  get sha256(): string {
    if (this.#digest === null) throw new Error("Rivulet bug: asked for the hash of an upload that is not complete");
    return this.#digest.toString("hex");
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const { bytesMax, sha256 } = this.expected;
    for await (const chunk of this.chunks) {
      this.#size += chunk.length;
      if (this.#size > bytesMax) throw fileTooLarge(bytesMax);
      this.#hash.update(chunk);
      yield chunk;
    }
    this.#digest = this.#hash.digest();
    if (sha256 !== null && !sha256.equals(this.#digest)) {
      throw new RequestError(400, "DigestMismatch", `The SHA-256 of what arrived is ${this.#digest.toString("hex")}, and the request announced ${sha256.toString("hex")}. Nothing was stored; send the file again.`);
    }
  }
}

export function fileTooLarge(bytesMax: number): RequestError {
  return new RequestError(413, "FileTooLarge", `The file is larger than ${bytesMax} bytes, the limit of this server. Send a smaller one, or raise the limit (--file-bytes-max).`);
}

const SHA256_BYTES = 32;

/**
 * The SHA-256 that a request announces, if it does: `Digest: sha-256=<base64>` (RFC 3230), or `Content-Digest` or
 * `Repr-Digest: sha-256=:<base64>:` (RFC 9530). Other algorithms are passed over, as the standards say.
 */
export function announcedSha256(headers: Readonly<Record<string, string | readonly string[] | undefined>>): Buffer | null {
  for (const name of ["digest", "content-digest", "repr-digest"]) {
    const text = String(headers[name] ?? "");
    const found = /(?:^|,)\s*sha-256=([^,]*)/i.exec(text);
    if (found !== null) return parseSha256(found[1]!.trim().replace(/^:(.*):$/, "$1"), name);
  }
  return null;
}

/** Base64, in which digests stand in headers, or hexadecimal, in which the API shows them. */
function parseSha256(text: string, header: string): Buffer {
  const bytes = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, "hex") : Buffer.from(text, "base64");
  if (!/^[A-Za-z0-9+/=]+$/.test(text) || bytes.length !== SHA256_BYTES) {
    throw new RequestError(400, "BadDigest", `The header ${header} must have the form sha-256=<base64 of 32 bytes>.`);
  }
  return bytes;
}
