/**
 * What a transaction has written so far: one entry per document, and the index entries that follow from it. As a
 * {@link Layer} it lets the transaction read its own writes.
 */
import { OrderedMap } from "../storage/ordered-map.js";
import type { Key, KeyRange } from "../storage/store.js";
import { mergeChanges, type EntryChanges } from "./index-entries.js";
import { isIndexKey } from "./keys.js";
import type { Layer } from "../storage/layers.js";
import type { StoredDocument } from "./stored-document.js";
import type { Table } from "./table.js";

export interface DocumentWrite {
  readonly table: Table;
  readonly id: string;
  readonly key: Key;
  /** Text before the transaction (for a sub-transaction: before it), null where there was none. */
  readonly before: string | null;
  readonly after: string | null;
  /** What `after` is the text of. */
  readonly document: StoredDocument | null;
  /** Index keys in the order of `table.indexes`; empty where the document is absent. */
  readonly beforeKeys: readonly Key[];
  readonly afterKeys: readonly Key[];
  /** Of `table.entryIndexes`. */
  readonly entries: EntryChanges;
}

/** What {@link DocumentWrite} has of a document that is not there. */
export const NO_KEYS: readonly Key[] = [];

export class WriteOverlay implements Layer {
  readonly #writes = new Map<Key, DocumentWrite>();
  /** Built when a range is first read: most transactions only read single documents after they wrote. */
  #ordered: OrderedMap<string | null> | null = null;
  #notInOrdered: DocumentWrite[] = [];

  get size(): number {
    return this.#writes.size;
  }

  writes(): Iterable<DocumentWrite> {
    return this.#writes.values();
  }

  /** A later write of the same document keeps what was before the first. */
  add(write: DocumentWrite): void {
    const { key } = write;
    const earlier = this.#writes.get(key);
    this.#writes.set(key, earlier === undefined ? write : { ...write, before: earlier.before, beforeKeys: earlier.beforeKeys, entries: mergeChanges(earlier.entries, write.entries) });
    this.#notInOrdered.push(write);
  }

  find(key: Key): DocumentWrite | undefined {
    return this.#writes.get(key);
  }

  get(key: Key): string | null | undefined {
    const write = this.#writes.get(key);
    if (write !== undefined) return write.after;
    return isIndexKey(key) ? this.#order().get(key) : undefined;
  }

  entries(range: KeyRange, reverse: boolean): Iterable<readonly [Key, string | null]> {
    return this.#order().entries(range, reverse);
  }

  #order(): OrderedMap<string | null> {
    this.#ordered ??= new OrderedMap();
    for (const { key, id, after, beforeKeys, afterKeys, entries } of this.#notInOrdered) {
      this.#ordered.set(key, after);
      for (const key of beforeKeys) this.#ordered.set(key, null);
      for (const key of afterKeys) this.#ordered.set(key, id);
      for (const change of entries ?? []) {
        for (const { key } of change?.before ?? []) this.#ordered.set(key, null);
        for (const { key, value } of change?.after ?? []) this.#ordered.set(key, value);
      }
    }
    this.#notInOrdered = [];
    return this.#ordered;
  }
}
