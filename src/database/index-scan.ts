/**
 * Walks the entries of an index range within a transaction, in either direction, and records how far it came: only what
 * was really looked at goes into the read set, so that `first()` on a long range does not depend on the rest of it.
 *
 * Writes of the same transaction may happen between two steps; the scan then continues from its last key over the new state.
 */
import type { Entry, Key, KeyRange } from "../storage/store.js";
import type { DocumentScan, ScannedDocument } from "./document-scan.js";
import { assert } from "./errors.js";
import { keyAfter } from "./keys.js";
import { StoredDocument } from "./stored-document.js";
import type { Transaction } from "./transaction.js";
import type { Table } from "./table.js";

export class IndexScan implements DocumentScan {
  #iterator: Iterator<Entry> | null = null;
  #version = -1;
  #lastKey: Key | null = null;
  #state: "open" | "exhausted" | "closed" = "open";

  /** `range` lies within one index of `table`, or within its documents (the id index). */
  constructor(
    private readonly transaction: Transaction,
    private readonly table: Table,
    private readonly range: KeyRange,
    private readonly reverse: boolean,
  ) {
    transaction.track(this);
  }

  next(): ScannedDocument | null {
    if (this.#state !== "open") return null;
    const step = this.#currentIterator().next();
    if (step.done === true) {
      this.#state = "exhausted";
      this.close();
      return null;
    }
    const [key, value] = step.value;
    this.#lastKey = key;
    const found = this.#document(key, value);
    this.transaction.usage.readDocument(found.document.text.length);
    return found;
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#endIterator();
    this.transaction.readSet.addRange(this.#readRange());
    this.transaction.untrack(this);
    this.#state = "closed";
  }

  #currentIterator(): Iterator<Entry> {
    if (this.#iterator !== null && this.#version === this.transaction.version) return this.#iterator;
    this.#endIterator();
    this.#version = this.transaction.version;
    this.#iterator = this.transaction.reader.entries(this.#remainingRange(), this.reverse)[Symbol.iterator]();
    return this.#iterator;
  }

  #endIterator(): void {
    const iterator = this.#iterator;
    this.#iterator = null;
    try {
      iterator?.return?.();
    } catch (error) {
      // The watchdog stopped the function in the middle of a step: the iterator counts as running for ever, and goes with
      // the snapshot that it reads.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  #remainingRange(): KeyRange {
    if (this.#lastKey === null) return this.range;
    return this.reverse ? { start: this.range.start, end: this.#lastKey } : { start: keyAfter(this.#lastKey), end: this.range.end };
  }

  #readRange(): KeyRange {
    if (this.#state === "exhausted") return this.range;
    if (this.#lastKey === null) return { start: this.range.start, end: this.range.start };
    return this.reverse ? { start: this.#lastKey, end: this.range.end } : { start: this.range.start, end: keyAfter(this.#lastKey) };
  }

  #document(key: Key, value: string): ScannedDocument {
    const isDocumentKey = key.startsWith(this.table.documentPrefix);
    if (isDocumentKey) return { key, document: new StoredDocument(this.table, key.slice(this.table.documentPrefix.length), value) };
    const document = this.transaction.document(this.table, value);
    assert(document !== undefined, `index entry of ${this.table.name} names the absent document ${value}`);
    return { key, document };
  }
}
