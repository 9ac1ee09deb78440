/**
 * A vector index: which entries it has for a document, and how they lie in the key space.
 *
 *     <prefix> c <code> <digests> <id>    ""                 what a search scans: see vector-code.ts
 *     <prefix> v <id>                     base64, JSON       what the best candidates are compared by: vector, filter values
 *
 * `digests` are four bytes for each filter field: a hash of its value. Code and digests are in the key, so that the keys that
 * a commit touches say whether it matters to a search; see vector-region.ts. A vector is kept at length 1, as float32.
 *
 * A document whose field is no array of exactly so many finite numbers has no entries.
 */
import { endianness } from "node:os";
import { compareValues } from "../../values/compare.js";
import { encodeKeyPart } from "../../values/key.js";
import { assert } from "../errors.js";
import type { EntryIndex, IndexEntry } from "../index-entries.js";
import { indexPrefix } from "../keys.js";
import { fieldAt, type DocumentValue } from "../field-path.js";
import type { VectorIndexRecord } from "../table.js";
import type { Key } from "../../storage/store.js";
import { unitVector } from "./unit-vector.js";
import { codeBytes, encodeVector } from "./vector-code.js";

export const DIGEST_BYTES = 4;
const CODES = "c";
const VECTORS = "v";

export interface StoredVector {
  /** Valid until the next vector is read. */
  readonly vector: Float32Array;
  /** Of each filter field, as `encodeKeyPart` writes its value. */
  readonly filters: readonly string[];
}

export class VectorIndex implements EntryIndex {
  readonly prefix: Key;
  /** What the keys of all codes start with. */
  readonly codesPrefix: Key;
  /** Of code and digests together: where the id begins in a code's key, after the prefix. */
  readonly rowBytes: number;
  readonly codeBytes: number;
  readonly #vectorPath: readonly string[];
  readonly #filterPaths: readonly (readonly string[])[];
  /** Of a vector's base64. */
  readonly #floatsLength: number;
  readonly #scratch: Float32Array<ArrayBuffer>;
  readonly #scratchBytes: Buffer;

  constructor(readonly record: VectorIndexRecord) {
    assert(endianness() === "LE", "vectors are stored as little-endian floats");
    this.prefix = indexPrefix(record.id);
    this.codesPrefix = this.prefix + CODES;
    this.codeBytes = codeBytes(record.dimensions);
    this.rowBytes = this.codeBytes + DIGEST_BYTES * record.filterFields.length;
    this.#vectorPath = record.vectorField.split(".");
    this.#filterPaths = record.filterFields.map((field) => field.split("."));
    this.#floatsLength = 4 * Math.ceil((4 * record.dimensions) / 3);
    this.#scratch = new Float32Array(record.dimensions);
    this.#scratchBytes = Buffer.from(this.#scratch.buffer);
  }

  entriesOf(document: DocumentValue, id: string): readonly IndexEntry[] {
    const unit = unitVector(fieldAt(document, this.#vectorPath), this.record.dimensions);
    if (unit === null) return [];
    const filters = this.#filterPaths.map((path) => encodeKeyPart(fieldAt(document, path)));
    const floats = Buffer.from(Float32Array.from(unit).buffer).toString("base64");
    const code = bytesToKey(encodeVector(unit)) + filters.map((filter) => bytesToKey(digestBytes(filter))).join("");
    return [
      { key: this.codesPrefix + code + id, value: "" },
      { key: this.vectorKey(id), value: filters.length === 0 ? floats : floats + JSON.stringify(filters) },
    ];
  }

  hasSameEntries(before: DocumentValue, after: DocumentValue): boolean {
    return [this.#vectorPath, ...this.#filterPaths].every((path) => compareValues(fieldAt(before, path), fieldAt(after, path)) === 0);
  }

  vectorKey(id: string): Key {
    return this.prefix + VECTORS + id;
  }

  /** Of an entry under {@link vectorKey}. */
  decodeVector(text: string): StoredVector {
    const hasFilters = text.length > this.#floatsLength;
    this.#scratchBytes.write(hasFilters ? text.slice(0, this.#floatsLength) : text, "base64");
    return { vector: this.#scratch, filters: hasFilters ? (JSON.parse(text.slice(this.#floatsLength)) as string[]) : [] };
  }

  /** The document that a code's key is for. */
  idOf(codeKey: Key): string {
    return codeKey.slice(this.codesPrefix.length + this.rowBytes);
  }

}

function bytesToKey(bytes: Uint8Array): Key {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

function digestBytes(filter: string): Uint8Array {
  return new Uint8Array(Uint32Array.of(filterDigest(filter)).buffer);
}

/** FNV-1a. Equal digests only make candidates: the values themselves are compared before a document is found. */
export function filterDigest(filter: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < filter.length; i++) hash = Math.imul(hash ^ filter.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
