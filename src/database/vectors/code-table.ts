/**
 * The codes of one vector index in memory, ready to be scanned. A table holds what it was given: it reads nothing, and is
 * never a second truth. Who keeps it up to date is vector-caches.ts.
 *
 * A row is the part of a code's key between prefix and id: code, then digests of the filter fields. Rows have no gaps:
 * removing one moves the last into its place.
 */
import type { Key } from "../../storage/store.js";
import { DatabaseError } from "../errors.js";
import { BATCH_ROWS, CODES_AT, PAGES_MAX, PAGE_BYTES, ScanKernel } from "./scan-kernel.js";
import type { CodedQuery } from "./vector-code.js";
import type { VectorFilter } from "./vector-filter.js";
import { DIGEST_BYTES, type VectorIndex } from "./vector-index.js";

/** Memory grows by at least this part of what it is. */
const GROWTH = 1 / 4;
/** What an id takes besides its row: a string, and an entry in the map of rows. */
const ID_BYTES = 140;

/** Rows that may match, with the bound of the similarity of each. */
export interface ScannedRows {
  readonly rows: Uint32Array;
  readonly bounds: Float32Array;
}

export class CodeTable {
  readonly #kernel = new ScanKernel();
  readonly #memory = this.#kernel.memory;
  readonly #ids: string[] = [];
  readonly #rowsById = new Map<string, number>();
  #bytes = Buffer.from(this.#memory.buffer);
  #digests = new Uint32Array(this.#memory.buffer);

  constructor(private readonly index: VectorIndex) {}

  get size(): number {
    return this.#ids.length;
  }

  get byteLength(): number {
    return this.#memory.buffer.byteLength + this.size * ID_BYTES;
  }

  idOf(row: number): string {
    return this.#ids[row]!;
  }

  /** The row of a code's key; undefined where the table holds none, or another, for its document. */
  rowOf(codeKey: Key): number | undefined {
    const row = this.#rowsById.get(this.index.idOf(codeKey));
    if (row === undefined) return undefined;
    const at = this.#addressOf(row);
    return this.#bytes.toString("latin1", at, at + this.index.rowBytes) === this.#rowText(codeKey) ? row : undefined;
  }

  add(codeKey: Key): void {
    const id = this.index.idOf(codeKey);
    let row = this.#rowsById.get(id);
    if (row === undefined) {
      row = this.#ids.length;
      this.#reserve(row + 1);
      this.#ids.push(id);
      this.#rowsById.set(id, row);
    }
    this.#bytes.write(this.#rowText(codeKey), this.#addressOf(row), this.index.rowBytes, "latin1");
  }

  remove(codeKey: Key): void {
    const row = this.rowOf(codeKey);
    if (row === undefined) return;
    const lastId = this.#ids.pop()!;
    const last = this.#addressOf(this.#ids.length);
    this.#rowsById.delete(this.index.idOf(codeKey));
    if (row === this.#ids.length) return;
    this.#bytes.copyWithin(this.#addressOf(row), last, last + this.index.rowBytes);
    this.#ids[row] = lastId;
    this.#rowsById.set(lastId, row);
  }

  /** `filter` null lets every row pass. Rows whose digests only happen to be equal pass too. */
  scan(query: CodedQuery, filter: VectorFilter | null): ScannedRows {
    const rows = filter === null ? this.#allRows() : this.#matchingRows(filter);
    const bounds = new Float32Array(rows.length);
    this.#kernel.load(query);
    for (let start = 0; start < rows.length; start += BATCH_ROWS) {
      bounds.set(this.#kernel.bounds(query, rows.subarray(start, start + BATCH_ROWS), this.index.rowBytes, this.index.codeBytes), start);
    }
    return { rows, bounds };
  }

  #allRows(): Uint32Array {
    const rows = new Uint32Array(this.size);
    for (let row = 0; row < rows.length; row++) rows[row] = row;
    return rows;
  }

  /** Plain loops over every row: callbacks would take most of the time of a filtered search. */
  #matchingRows(filter: VectorFilter): Uint32Array {
    const digests = this.#digests;
    const stride = this.index.rowBytes / DIGEST_BYTES;
    const rows = new Uint32Array(this.size);
    let count = 0;
    let at = (CODES_AT + this.index.codeBytes) / DIGEST_BYTES;
    for (let row = 0; row < rows.length; row++, at += stride) {
      for (let i = 0; i < filter.length; i++) {
        const { field, digest } = filter[i]!;
        if (digests[at + field] !== digest) continue;
        rows[count++] = row;
        break;
      }
    }
    return rows.slice(0, count);
  }

  #rowText(codeKey: Key): string {
    const start = this.index.codesPrefix.length;
    return codeKey.slice(start, start + this.index.rowBytes);
  }

  #addressOf(row: number): number {
    return CODES_AT + row * this.index.rowBytes;
  }

  #reserve(rows: number): void {
    const missing = this.#addressOf(rows) - this.#memory.buffer.byteLength;
    if (missing <= 0) return;
    const pages = this.#memory.buffer.byteLength / PAGE_BYTES;
    const wanted = Math.min(PAGES_MAX - pages, Math.max(Math.ceil(missing / PAGE_BYTES), Math.ceil(pages * GROWTH)));
    if (wanted * PAGE_BYTES < missing) throw new DatabaseError("limit", `Vector index "${this.index.record.name}" has more vectors than can be searched (${this.size}). Declare fewer dimensions, or divide the documents between tables.`);
    this.#memory.grow(wanted);
    this.#bytes = Buffer.from(this.#memory.buffer);
    this.#digests = new Uint32Array(this.#memory.buffer);
  }
}
