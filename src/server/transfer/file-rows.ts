/** Rows of "_storage" in an archive: what they say of files, held against the bytes that are there. */
import type { Entry } from "yauzl";
import type { DocumentValue, Table } from "../../database/table.js";
import { decodeId, encodeId } from "../../values/id.js";
import { encodeValue, parseValue } from "../../values/value.js";
import type { FileKey } from "../files/file-messages.js";
import { FILES_TABLE } from "./import-archive.js";
import { ImportError, importErrorAt } from "./import-error.js";
import type { TablesNow } from "./import-effect.js";
import type { Row } from "./rows.js";
import type { StoredBytes } from "./worker-link.js";

export interface FileRow {
  readonly id: string;
  readonly key: FileKey;
  readonly creationTime: number | null;
  /** Hexadecimal; null where the row has none. */
  readonly sha256: string | null;
  readonly contentType: string | null;
  readonly entry: Entry;
}

/** As in HTTP: see FileService. */
const CONTENT_TYPE = /^[\x21-\x7e][\x20-\x7e]{0,254}$/;

/** `number` is that of the table's ids. Throws {@link ImportError}. */
export function readFileRow({ json, where }: Row, fileName: string, number: number, files: ReadonlyMap<string, Entry>, bytesMax: number): FileRow {
  const refuse = (problem: string): ImportError => importErrorAt(`${fileName}, ${where}`, problem);
  const { _id, _creationTime = null, sha256 = null, size = null, contentType = null } = (typeof json === "object" && json !== null ? json : {}) as DocumentValue;
  const decoded = typeof _id === "string" ? decodeId(_id) : null;
  if (decoded === null || decoded.tableNumber !== number) throw refuse(`the field "_id" must be the storage id of a file, of one table like all others.`);
  if (_creationTime !== null && !(typeof _creationTime === "number" && Number.isFinite(_creationTime))) throw refuse('the field "_creationTime" must be a number of milliseconds since 1970.');
  if (contentType !== null && !(typeof contentType === "string" && CONTENT_TYPE.test(contentType))) throw refuse('the field "contentType" must be at most 255 visible ASCII characters, such as "image/png".');
  const entry = files.get(_id as string);
  if (entry === undefined) throw refuse(`the archive has no bytes of this file: ${FILES_TABLE}/${String(_id)} is missing. Export again with --include-file-storage, or remove the line.`);
  if (size !== null && Number(size) !== entry.uncompressedSize) throw refuse(`the file has ${entry.uncompressedSize} bytes in the archive, and ${Number(size)} by this line. Export again.`);
  if (entry.uncompressedSize > bytesMax) throw refuse(`the file is larger than ${bytesMax} bytes, the limit of this server (--file-bytes-max).`);
  const hash = sha256 === null ? null : hexOf(sha256);
  if (sha256 !== null && hash === null) throw refuse('the field "sha256" must be a SHA-256 in hexadecimal or base64.');
  return { id: _id as string, key: Buffer.from(decoded.internal).toString("hex"), creationTime: _creationTime, sha256: hash, contentType, entry };
}

/**
 * The bytes that are stored under the file's id already, where they are the same and the import replaces their document; null
 * where there are none. Throws where they belong to another file.
 */
export function existingBytes(row: FileRow, where: string, now: TablesNow, namespace: string, isReplacing: boolean): StoredBytes | null {
  for (const table of now.catalog.tables()) {
    if (table.name !== FILES_TABLE) continue;
    const text = now.reader.get(table.documentKey(encodeId(table.number, decodeId(row.id)!.internal)));
    if (text === undefined) continue;
    const { sha256, size } = parseValue(text) as { sha256: string; size: number };
    if (table.record.namespace === namespace && isReplacing && sha256 === row.sha256 && size === row.entry.uncompressedSize) return { sha256, size };
    throw importErrorAt(where, `a file with the storage id ${row.id} is here already${table.record.namespace === namespace ? "" : ", in another component"}${isReplacing ? ", and is another one" : ""}. Delete it first.`);
  }
  return null;
}

/** The document of the file, as it is stored. Throws where the bytes are not those that the row speaks of. */
export function fileDocument(row: FileRow, where: string, table: Table, stored: StoredBytes, nextCreationTime: () => number): { readonly text: string; readonly value: DocumentValue } {
  if (row.sha256 !== null && row.sha256 !== stored.sha256) throw importErrorAt(where, `the bytes of the file are not those that the line speaks of: their SHA-256 is ${stored.sha256}. The archive is damaged; export again.`);
  const value = {
    _id: encodeId(table.number, decodeId(row.id)!.internal),
    _creationTime: row.creationTime ?? nextCreationTime(),
    sha256: stored.sha256,
    size: stored.size,
    ...(row.contentType === null ? {} : { contentType: row.contentType }),
  };
  return { text: encodeValue(value), value };
}

function hexOf(sha256: unknown): string | null {
  if (typeof sha256 !== "string") return null;
  if (/^[0-9a-f]{64}$/i.test(sha256)) return sha256.toLowerCase();
  const bytes = Buffer.from(sha256, "base64");
  return bytes.length === 32 ? bytes.toString("hex") : null;
}
