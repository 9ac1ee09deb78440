/**
 * Fills indexes that give a document many entries (index-entries.ts). Entries of one document lie all over such an index: added
 * document by document, nearly every one would make the disk write a page of its own. So entries of many documents are
 * gathered in memory and added in the order of their keys, some at each turn of the event loop.
 *
 * A document may be written between gathering and adding. Each entry is therefore added only if its document still asks for
 * it; what such a write itself added or deleted was right (see EntryWriter.change).
 */
import { OrderedMap } from "../../storage/ordered-map.js";
import type { Database } from "../database.js";
import { EntryWriter, type EntryIndex, type IndexEntry } from "../index-entries.js";
import type { Table } from "../table.js";
import { parseDocument, type WalkedDocument } from "./table-walk.js";

/** Some 50 MB. The more, the fewer pages are written. */
const GATHERED_MAX = 200_000;
/** At one turn: a few milliseconds. */
const ADDED_MAX = 500;

interface Gathered {
  readonly entry: IndexEntry;
  readonly index: EntryIndex;
  readonly document: WalkedDocument;
}

export class EntryFill {
  readonly #gathered = new OrderedMap<Gathered>();
  /** Of the newest commit when the first of what is gathered was. */
  #gatheredTs = 0;

  constructor(
    private readonly database: Database,
    private readonly table: Table,
  ) {}

  get isEmpty(): boolean {
    return this.#gathered.size === 0;
  }

  get isFull(): boolean {
    return this.#gathered.size >= GATHERED_MAX;
  }

  gather(indexes: readonly EntryIndex[], documents: readonly WalkedDocument[]): void {
    if (this.isEmpty) this.#gatheredTs = this.database.lastTs;
    for (const document of documents) {
      const value = parseDocument(document.text);
      for (const index of indexes) {
        for (const entry of index.entriesOf(value, document.id)) this.#gathered.set(entry.key, { entry, index, document });
      }
    }
  }

  /** Adds the first of what was gathered: one turn's work. Entries of indexes that are no longer filled are forgotten. */
  addSome(indexIds: ReadonlySet<number>): void {
    const writer = new EntryWriter(this.database.reader);
    const added: string[] = [];
    for (const [key, gathered] of this.#gathered.entries({ start: "", end: undefined })) {
      added.push(key);
      if (indexIds.has(gathered.index.record.id) && this.#isStillAsked(gathered)) writer.fill([gathered.entry]);
      if (added.length >= ADDED_MAX) break;
    }
    for (const key of added) this.#gathered.delete(key);
    writer.finish();
    this.database.applyUnseen(writer.ops);
  }

  #isStillAsked({ entry, index, document }: Gathered): boolean {
    if (this.database.lastTs === this.#gatheredTs) return true;
    const text = this.database.reader.get(this.table.documentKey(document.id));
    if (text === document.text) return true;
    if (text === undefined) return false;
    return index.entriesOf(parseDocument(text), document.id).some(({ key, value }) => key === entry.key && value === entry.value);
  }
}
