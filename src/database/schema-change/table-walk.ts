/**
 * Walks the documents of a table in slices, so that reads and writes go on in between.
 *
 * Documents come in the order of their ids, which never change: every document that was there at the start and still is
 * there when the walk passes comes up once, in its newest state. What is inserted behind the walk does not come up; who
 * needs it must learn of it otherwise (from the writes, or from the commit log).
 */
import { parseValue } from "../../values/value.js";
import type { Database } from "../database.js";
import { keyAfter, prefixRange } from "../keys.js";
import type { DocumentValue, Table } from "../table.js";

export interface WalkedDocument {
  readonly id: string;
  readonly text: string;
}

export interface Slice {
  readonly documentsMax: number;
  readonly charsMax: number;
}

/** One slice is a few milliseconds of work, whether documents are small or large, if little is done with each. */
const SLICE: Slice = { documentsMax: 500, charsMax: 512 * 1024 };

export class TableWalk {
  #lastId: string | null = null;
  #documentsDone = 0;

  constructor(
    private readonly database: Database,
    private readonly table: Table,
    private readonly slice: Slice = SLICE,
  ) {}

  get documentsDone(): number {
    return this.#documentsDone;
  }

  /** The next documents, none at the end. They are what the database holds only until the caller yields. */
  next(): WalkedDocument[] {
    const { documentPrefix } = this.table;
    const { start, end } = prefixRange(documentPrefix);
    const slice: WalkedDocument[] = [];
    let chars = 0;
    for (const [key, text] of this.database.reader.entries({ start: this.#lastId === null ? start : keyAfter(documentPrefix + this.#lastId), end })) {
      slice.push({ id: key.slice(documentPrefix.length), text });
      chars += text.length;
      if (slice.length >= this.slice.documentsMax || chars >= this.slice.charsMax) break;
    }
    this.#lastId = slice.at(-1)?.id ?? this.#lastId;
    this.#documentsDone += slice.length;
    return slice;
  }
}

export function parseDocument(text: string): DocumentValue {
  return parseValue(text) as DocumentValue;
}

/** Whether the table has no document at all. */
export function isEmptyTable(database: Database, table: Table): boolean {
  for (const _ of database.reader.entries(prefixRange(table.documentPrefix))) return false;
  return true;
}
