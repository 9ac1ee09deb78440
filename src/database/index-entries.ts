/**
 * Indexes that give a document any number of entries: search indexes, vector indexes. An ordinary index gives it exactly one
 * key (`Index.keyOf` in table.ts), and nothing here costs those anything.
 *
 * Such an index says which entries belong to a document; what a write changes is the difference between the entries before
 * and after. Only keys whose content differs are touched, so a patch of a field that the index does not look at touches none.
 *
 * An entry may count toward counters: records beside the entries that say how many entries name them. Transactions do not
 * write them, commits do, so that two inserts never conflict over a count. A reader rounds a count to its {@link
 * counterStep} and may then depend on the counter's key like on any other: it is touched only when the step changes.
 */
import type { Key, Reader, WriteOp } from "../storage/store.js";
import type { DocumentValue, IndexRecord } from "./table.js";

export interface Counter {
  /** Within the index that counts, so that it goes when the index goes. */
  readonly key: Key;
  /** Counts below this are all the same to readers. At least 1. */
  readonly countMin: number;
}

export interface IndexEntry {
  readonly key: Key;
  readonly value: string;
  /** Follow from key and value. */
  readonly counters?: readonly Counter[];
}

export interface EntryIndex {
  readonly record: IndexRecord;
  /** What the keys of all its entries and counters start with. */
  readonly prefix: Key;
  /** A pure function of the document, the same for ever: what is stored is found again to be deleted. Each key once. */
  entriesOf(document: DocumentValue, id: string): readonly IndexEntry[];
  /** Whether two documents of one id surely have the same entries. Cheap. */
  hasSameEntries(before: DocumentValue, after: DocumentValue): boolean;
}

/** What a write changes in one index. */
export interface EntryChange {
  readonly before: readonly IndexEntry[];
  readonly after: readonly IndexEntry[];
}

/** In the order of `table.entryIndexes`, null for an index whose entries stay; null as a whole where no index has a change. */
export type EntryChanges = readonly (EntryChange | null)[] | null;

export function entryChanges(indexes: readonly EntryIndex[], id: string, before: DocumentValue | null, after: DocumentValue | null): EntryChanges {
  if (indexes.length === 0) return null;
  return indexes.map((index) => {
    if (before !== null && after !== null && index.hasSameEntries(before, after)) return null;
    return { before: before === null ? [] : index.entriesOf(before, id), after: after === null ? [] : index.entriesOf(after, id) };
  });
}

/** Two writes of one document as one. */
export function mergeChanges(earlier: EntryChanges, later: EntryChanges): EntryChanges {
  if (earlier === null) return later;
  if (later === null) return earlier;
  return later.map((change, i) => {
    const first = earlier[i] ?? null;
    if (first === null || change === null) return first ?? change;
    return { before: first.before, after: change.after };
  });
}

/** 0 for counts below `countMin`, one more for each time that the count has doubled since. */
export function counterStep(count: number, countMin: number): number {
  return count < countMin ? 0 : Math.floor(Math.log2(count / countMin)) + 1;
}

export function readCounter(reader: Reader, { key }: Counter): number {
  return Number(reader.get(key) ?? 0);
}

/** Gathers the store's writes for changes of entries, counters last. `reader` shows the state before. */
export class EntryWriter {
  readonly ops: WriteOp[] = [];
  /** What the writes touch, for those who have read it. */
  readonly touched: Key[] = [];
  readonly #counts = new Map<Key, { readonly counter: Counter; delta: number }>();

  constructor(private readonly reader: Reader) {}

  /** `isFilling`: entries of before may not be there yet. */
  change({ before, after }: EntryChange, isFilling: boolean): void {
    const gone = new Map(before.map((entry) => [entry.key, entry]));
    for (const entry of after) {
      const old = gone.get(entry.key);
      gone.delete(entry.key);
      if (old === undefined) this.#add(entry);
      else if (isFilling && this.reader.get(entry.key) === undefined) this.#add(entry);
      else if (old.value !== entry.value) this.#replace(old, entry);
    }
    for (const entry of gone.values()) if (!isFilling || this.reader.get(entry.key) !== undefined) this.#remove(entry);
  }

  /** Adds the entries that are not there: of a document that was there before its index. */
  fill(entries: readonly IndexEntry[]): void {
    for (const entry of entries) if (this.reader.get(entry.key) === undefined) this.#add(entry);
  }

  /** Call once, at the end. */
  finish(): void {
    for (const { counter, delta } of this.#counts.values()) if (delta !== 0) this.#writeCounter(counter, delta);
  }

  #add(entry: IndexEntry): void {
    this.ops.push([entry.key, entry.value]);
    this.touched.push(entry.key);
    this.#count(entry, 1);
  }

  /** With one key, but perhaps with other counters. */
  #replace(old: IndexEntry, entry: IndexEntry): void {
    this.ops.push([entry.key, entry.value]);
    this.touched.push(entry.key);
    this.#count(old, -1);
    this.#count(entry, 1);
  }

  #remove(entry: IndexEntry): void {
    this.ops.push([entry.key, undefined]);
    this.touched.push(entry.key);
    this.#count(entry, -1);
  }

  #count({ counters }: IndexEntry, delta: number): void {
    for (const counter of counters ?? []) {
      const sum = this.#counts.get(counter.key);
      if (sum === undefined) this.#counts.set(counter.key, { counter, delta });
      else sum.delta += delta;
    }
  }

  #writeCounter(counter: Counter, delta: number): void {
    const old = readCounter(this.reader, counter);
    const count = Math.max(0, old + delta);
    this.ops.push([counter.key, count === 0 ? undefined : String(count)]);
    if (counterStep(old, counter.countMin) !== counterStep(count, counter.countMin)) this.touched.push(counter.key);
  }
}
