/**
 * A table and its indexes: where its documents and index entries live in the key space.
 *
 * {@link TableRecord} is what is stored; {@link Table} is the same with prefixes and field paths worked out once. A Table
 * never changes: a change of indexes makes a new one.
 */
import type { Key } from "../storage/store.js";
import { encodeKeyPart } from "../values/key.js";
import { fieldAt, type DocumentValue } from "./field-path.js";
import type { EntryIndex } from "./index-entries.js";
import { documentPrefix, indexPrefix, tableRecordKey } from "./keys.js";
import { SearchIndex } from "./search/search-index.js";
import { VectorIndex } from "./vectors/vector-index.js";

interface IndexState {
  /** Unique in the deployment and never used again, so that entries of a dropped index can be swept later. */
  readonly id: number;
  readonly name: string;
  /** `backfilling`: kept up to date by every write, but older documents are still missing. */
  readonly state: "backfilling" | "ready";
  /** Whether queries may name it: not before the push that declares it has finished, and not while it is staged. */
  readonly enabled: boolean;
  readonly staged: boolean;
}

export interface DatabaseIndexRecord extends IndexState {
  /** Absent in what is stored, so that it reads as it always has. */
  readonly kind?: "database";
  /** Field paths, dots for nested fields, without the `_creationTime` that every index ends with. */
  readonly fields: readonly string[];
}

export interface SearchIndexRecord extends IndexState {
  readonly kind: "search";
  readonly searchField: string;
  readonly filterFields: readonly string[];
}

export interface VectorIndexRecord extends IndexState {
  readonly kind: "vector";
  readonly vectorField: string;
  readonly dimensions: number;
  readonly filterFields: readonly string[];
}

export type IndexRecord = DatabaseIndexRecord | SearchIndexRecord | VectorIndexRecord;

export { fieldAt, type DocumentValue } from "./field-path.js";

export interface TableRecord {
  readonly namespace: string;
  readonly name: string;
  /** What the ids of its documents begin with; unique in the namespace. */
  readonly number: number;
  /** Where its documents lie; unique in the deployment and never used again. Absent where it is the same as the number. */
  readonly space?: number;
  readonly creationIndexId: number;
  readonly indexes: readonly IndexRecord[];
}

export const CREATION_INDEX = "by_creation_time";
export const ID_INDEX = "by_id";

/** An ordinary index, which gives every document one key. */
export class Index {
  readonly prefix: Key;
  readonly #paths: readonly (readonly string[])[];

  constructor(readonly record: DatabaseIndexRecord) {
    this.prefix = indexPrefix(record.id);
    this.#paths = record.fields.map((field) => field.split("."));
  }

  /** Fields in the order in which a range may constrain them. */
  get rangeFields(): readonly string[] {
    return [...this.record.fields, "_creationTime"];
  }

  /** Whether two values of one document surely have the same key. Cheap. */
  hasSameKey(a: DocumentValue, b: DocumentValue): boolean {
    if (a["_creationTime"] !== b["_creationTime"]) return false;
    for (const path of this.#paths) {
      const field = fieldAt(a, path);
      if ((typeof field === "object" && field !== null) || !Object.is(field, fieldAt(b, path))) return false;
    }
    return true;
  }

  keyOf(document: DocumentValue, id: string): Key {
    let key = this.prefix;
    for (const path of this.#paths) key += encodeKeyPart(fieldAt(document, path));
    return key + encodeKeyPart(document["_creationTime"]) + id;
  }
}

export function isDatabaseIndex(record: IndexRecord): record is DatabaseIndexRecord {
  return record.kind === undefined || record.kind === "database";
}

/** Null for an ordinary index. */
export function entryIndexOf(record: IndexRecord): EntryIndex | null {
  switch (record.kind) {
    case "search":
      return new SearchIndex(record);
    case "vector":
      return new VectorIndex(record);
    default:
      return null;
  }
}

export class Table {
  /** See {@link TableRecord.space}. */
  readonly space: number;
  readonly documentPrefix: Key;
  /** Where the record itself is kept. */
  readonly recordKey: Key;
  readonly creationIndex: Index;
  /** Those with one key for each document, the creation index first. Writes maintain these and {@link entryIndexes}. */
  readonly indexes: readonly Index[];
  /** Those with any number of entries for a document. */
  readonly entryIndexes: readonly EntryIndex[];
  /** Whether some of {@link entryIndexes} lack entries of older documents. */
  readonly isFillingEntries: boolean;
  readonly #byName: ReadonlyMap<string, Index>;

  constructor(readonly record: TableRecord) {
    this.space = record.space ?? record.number;
    this.documentPrefix = documentPrefix(this.space);
    this.recordKey = tableRecordKey(record.namespace, record.name);
    this.creationIndex = new Index({ id: record.creationIndexId, name: CREATION_INDEX, fields: [], state: "ready", enabled: true, staged: false });
    this.indexes = [this.creationIndex, ...record.indexes.flatMap((index) => (isDatabaseIndex(index) ? new Index(index) : []))];
    this.entryIndexes = record.indexes.flatMap((index) => entryIndexOf(index) ?? []);
    this.isFillingEntries = this.entryIndexes.some((index) => index.record.state === "backfilling");
    this.#byName = new Map(this.indexes.filter((index) => index.record.enabled).map((index) => [index.record.name, index]));
  }

  get name(): string {
    return this.record.name;
  }

  get number(): number {
    return this.record.number;
  }

  documentKey(id: string): Key {
    return this.documentPrefix + id;
  }

  /** Whether or not it may be searched yet. */
  vectorIndex(name: string): VectorIndex | undefined {
    return this.entryIndexes.find((index): index is VectorIndex => index instanceof VectorIndex && index.record.name === name);
  }

  /** The ordinary index that a query may read under this name. */
  index(name: string): Index | undefined {
    return this.#byName.get(name);
  }
}
