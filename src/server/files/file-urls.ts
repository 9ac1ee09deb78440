/**
 * Names and tickets of files, made from one secret of the deployment; nothing is looked up or stored for them.
 *
 * A file's name in URLs is one AES block: the 16 bytes of its document's internal id, encrypted. So it is as hard to guess
 * as the key, cannot be derived from the storage id, which apps hand out freely, and leads back to the document by itself.
 * The component that a file belongs to is not in it: internal ids are random, so at most one component has a file of that id.
 *
 * An upload token says by when, for whom and which one it is, signed:
 *
 *     base64url of:  version (1) | issued, ms (6) | nonce (16) | namespace, UTF-8 | HMAC-SHA256 of what precedes (32)
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { FileAccess } from "../../functions/stored-files.js";

export interface FileSecret {
  /** 32 bytes, hexadecimal. */
  readonly secret: string;
  /** Of the deployment's space among others in one bucket: a copy of a deployment has the secret, and a space of its own. */
  readonly spaceSalt: string;
}

export const UPLOAD_START_MS_MAX = 3_600_000;

/** What a valid token says. */
export interface UploadToken {
  readonly issuedMs: number;
  /** 16 bytes, different in every token. */
  readonly nonce: Buffer;
  readonly namespace: string;
}

const TOKEN_VERSION = 1;
const TIME_BYTES = 6;
const NONCE_BYTES = 16;
const MAC_BYTES = 32;
const HEAD_BYTES = 1 + TIME_BYTES + NONCE_BYTES;
const TOKEN_CHARS_MAX = 1024;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const CIPHER = "aes-128-ecb";
const CIPHER_KEY_BYTES = 16;
const SPACE_BYTES = 8;

export class FileUrls implements FileAccess {
  readonly #signingKey: Buffer;
  readonly #nameKey: Buffer;
  /** Tells this deployment's files from those of others in one bucket. */
  readonly space: string;

  constructor(
    { secret, spaceSalt }: FileSecret,
    private readonly cloudOrigin: string,
  ) {
    const derive = (purpose: string): Buffer => createHmac("sha256", Buffer.from(secret, "hex")).update(purpose).digest();
    this.#signingKey = derive("upload tokens");
    this.#nameKey = derive("names in URLs").subarray(0, CIPHER_KEY_BYTES);
    this.space = derive(`space${spaceSalt}`).subarray(0, SPACE_BYTES).toString("hex");
  }

  urlNameOf(internalId: Uint8Array): string {
    const cipher = createCipheriv(CIPHER, this.#nameKey, null).setAutoPadding(false);
    const hex = Buffer.concat([cipher.update(internalId), cipher.final()]).toString("hex");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  internalIdOf(urlName: string): Uint8Array | null {
    if (!UUID.test(urlName)) return null;
    const decipher = createDecipheriv(CIPHER, this.#nameKey, null).setAutoPadding(false);
    return Buffer.concat([decipher.update(Buffer.from(urlName.replaceAll("-", ""), "hex")), decipher.final()]);
  }

  urlOf(urlName: string): string {
    return `${this.cloudOrigin}/api/storage/${urlName}`;
  }

  uploadUrl(namespace: string, nowMs: number): string {
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt8(TOKEN_VERSION, 0);
    head.writeUIntBE(Math.floor(nowMs), 1, TIME_BYTES);
    randomBytes(NONCE_BYTES).copy(head, 1 + TIME_BYTES);
    const signed = Buffer.concat([head, Buffer.from(namespace)]);
    return `${this.cloudOrigin}/api/storage/upload?token=${Buffer.concat([signed, this.#sign(signed)]).toString("base64url")}`;
  }

  /** Null where this deployment did not make it. Takes the same time wherever a wrong signature differs. */
  readToken(text: string): UploadToken | null {
    if (text.length > TOKEN_CHARS_MAX) return null;
    const bytes = Buffer.from(text, "base64url");
    if (bytes.length < HEAD_BYTES + MAC_BYTES || bytes[0] !== TOKEN_VERSION) return null;
    const signed = bytes.subarray(0, -MAC_BYTES);
    if (!timingSafeEqual(this.#sign(signed), bytes.subarray(-MAC_BYTES))) return null;
    return {
      issuedMs: signed.readUIntBE(1, TIME_BYTES),
      nonce: signed.subarray(1 + TIME_BYTES, HEAD_BYTES),
      namespace: signed.subarray(HEAD_BYTES).toString("utf8"),
    };
  }

  #sign(bytes: Uint8Array): Buffer {
    return createHmac("sha256", this.#signingKey).update(bytes).digest();
  }
}
