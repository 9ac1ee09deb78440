/**
 * What `ctx.storage` does, whoever asks: on documents of the table "_storage", within one transaction and namespace. The
 * bytes are elsewhere (src/server/files); a file is there exactly as long as its document.
 */
import { createHash } from "node:crypto";
import { DatabaseError } from "../database/errors.js";
import type { StoredDocument } from "../database/stored-document.js";
import type { DocumentValue, Table } from "../database/table.js";
import type { Transaction } from "../database/transaction.js";
import { decodeId, encodeId, newId } from "../values/id.js";
import { encodeValue } from "../values/value.js";

export const FILES_TABLE = "_storage";

/** How files are named to the world. Secrets of the deployment are behind it, so that nobody else can make these. */
export interface FileAccess {
  /**
   * A file's name in URLs, a UUID: from the internal part of its id, one to one, and not to be had from the id without the
   * secret.
   */
  urlNameOf(internalId: Uint8Array): string;
  /** The inverse; null for text that is no UUID. Any UUID gives an id, of a file or not. */
  internalIdOf(urlName: string): Uint8Array | null;
  urlOf(urlName: string): string;
  /** Where one file may be posted to, once and within the hour. It will belong to `namespace`. */
  uploadUrl(namespace: string, nowMs: number): string;
}

/** Where mutations put the bytes of files, and find them, without waiting. Keys are the internal parts of ids, hexadecimal. */
export interface FileBytes {
  /** Durable when it returns. */
  write(key: string, bytes: Uint8Array): void;
  read(key: string): Uint8Array;
}

/** What `ctx.storage.store` takes. */
export interface NewFile {
  readonly bytes: Uint8Array;
  /** "" for none. */
  readonly contentType: string;
  /** Of the bytes, as base64 or hexadecimal text, to be compared. */
  readonly sha256?: unknown;
}

/** As `ctx.storage.getMetadata` gives it. */
export interface FileMetadata {
  /** The old kind of id: the file's name in URLs. */
  readonly storageId: string;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly size: number;
  readonly contentType: string | null;
}

interface Found {
  readonly table: Table;
  readonly id: string;
  readonly internalId: Uint8Array;
}

export class StoredFiles {
  constructor(
    private readonly transaction: Transaction,
    private readonly namespace: string,
    private readonly access: FileAccess,
    /** Null where bytes are not in reach. */
    private readonly bytes: FileBytes | null = null,
  ) {}

  url(storageId: unknown): string | null {
    const found = this.#find(storageId, "getUrl");
    if (found === null || this.#read(found) === undefined) return null;
    return this.access.urlOf(this.access.urlNameOf(found.internalId));
  }

  /** `method` is what was called, for errors. */
  metadata(storageId: unknown, method = "getMetadata"): FileMetadata | null {
    const found = this.#find(storageId, method);
    const document = found === null ? undefined : this.#read(found);
    if (found === null || document === undefined) return null;
    const { sha256, size, contentType } = document.value as { sha256: string; size: number; contentType?: string };
    return { storageId: this.access.urlNameOf(found.internalId), sha256, size, contentType: contentType ?? null };
  }

  /** The bytes are there before the transaction commits; where it does not, they are swept. */
  store({ bytes, contentType, sha256: wanted }: NewFile): string {
    const files = this.#requireBytes("store");
    const digest = createHash("sha256").update(bytes).digest();
    checkDigest(digest, wanted);
    this.transaction.usage.writeFile(bytes.length);
    const table = this.transaction.ensureTable(this.namespace, FILES_TABLE);
    const id = newId(table.number);
    files.write(Buffer.from(decodeId(id)!.internal).toString("hex"), bytes);
    const value = { _id: id, _creationTime: this.transaction.nextCreationTime(), sha256: digest.toString("hex"), size: bytes.length, ...(contentType === "" ? {} : { contentType }) };
    this.transaction.write(table, id, null, { text: encodeValue(value), value: value as DocumentValue });
    return id;
  }

  /** Null for a file that is not there. */
  content(storageId: unknown): { readonly bytes: Uint8Array; readonly contentType: string | null } | null {
    const found = this.#find(storageId, "get");
    const document = found === null ? undefined : this.#read(found);
    if (found === null || document === undefined) return null;
    const files = this.#requireBytes("get");
    const { size, contentType = null } = document.value as { size: number; contentType?: string };
    this.transaction.usage.readFile(size);
    return { bytes: files.read(Buffer.from(found.internalId).toString("hex")), contentType };
  }

  #requireBytes(method: string): FileBytes {
    if (this.bytes !== null) return this.bytes;
    throw new DatabaseError("invalidValue", `\`storage.${method}\` can't be used in mutations of this deployment: its files are in a bucket (--s3-bucket), which a mutation can't wait for. Call it in an action; for uploads from a client use \`storage.generateUploadUrl\`.`);
  }

  /** The bytes go when the transaction is durable. */
  delete(storageId: unknown): void {
    const found = this.#find(storageId, "delete");
    const document = found === null ? undefined : this.#read(found);
    if (found === null || document === undefined) {
      throw new DatabaseError("notFound", `There is no file with storage ID ${String(storageId)}: it was deleted, or never stored. Check with \`storage.getUrl\`, which gives null then.`);
    }
    this.transaction.write(found.table, found.id, document, null);
  }

  uploadUrl(nowMs: number): string {
    return this.access.uploadUrl(this.namespace, nowMs);
  }

  #read({ table, id }: Found): StoredDocument | undefined {
    return this.transaction.read(table, id);
  }

  /** Null for an id that can be of no file any more. Ids of the old kind, names in URLs, are taken too. */
  #find(storageId: unknown, method: string): Found | null {
    const text = requireStorageId(storageId, method);
    const named = this.access.internalIdOf(text);
    if (named !== null) return this.#findByName(named);
    const decoded = decodeId(text);
    if (decoded === null) throw invalidStorageId(text, method, "it is no ID");
    const table = this.transaction.tableByNumber(this.namespace, decoded.tableNumber);
    if (table === undefined) return null;
    if (table.name !== FILES_TABLE) throw invalidStorageId(text, method, `it is an ID of table "${table.name}"`);
    return { table, id: text, internalId: decoded.internal };
  }

  #findByName(internalId: Uint8Array): Found | null {
    const table = this.transaction.table(this.namespace, FILES_TABLE);
    return table === undefined ? null : { table, id: encodeId(table.number, internalId), internalId };
  }
}

function checkDigest(digest: Buffer, wanted: unknown): void {
  if (wanted === undefined || wanted === null) return;
  if (typeof wanted === "string" && [digest.toString("base64"), digest.toString("base64url"), digest.toString("hex")].includes(/^[0-9a-f]{64}$/i.test(wanted) ? wanted.toLowerCase() : wanted)) return;
  throw new DatabaseError("invalidValue", "The bytes that `storage.store` was given do not have the SHA-256 of its option `sha256` (base64 or hexadecimal text). Nothing was stored.");
}

function requireStorageId(storageId: unknown, method: string): string {
  if (storageId === undefined) throw new TypeError(`Must provide arg 1 \`storageId\` to \`${method}\``);
  if (typeof storageId === "string") return storageId;
  throw new DatabaseError("invalidId", `Invalid argument \`storageId\` for \`storage.${method}\`: expected a string, got ${storageId === null ? "null" : typeof storageId}.`);
}

function invalidStorageId(text: string, method: string, cause: string): DatabaseError {
  return new DatabaseError("invalidId", `Invalid argument \`storageId\` for \`storage.${method}\`: '${text.slice(0, 64)}' is no storage ID: ${cause}. Pass the Id<"_storage"> that the upload or \`storage.store\` gave.`);
}
