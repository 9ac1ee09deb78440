/**
 * Fills new indexes of one table with the documents that were there before them, in slices.
 *
 *     record "backfilling"      slice   slice   slice     record "ready"
 *     ───────┬────────────────────▒───────▒───────▒───────────┬──────▶
 *            └── from here on every write keeps the index ────┘
 *
 * A slice reads documents and adds their missing keys in one turn of the event loop, so no write comes between: a
 * key that is added is that of the newest state, and later writes find and move it. Indexes with many entries for a document
 * are filled by entry-fill.ts. Nothing of the progress is stored; a restart walks again.
 */
import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";
import type { Catalog } from "../catalog.js";
import type { Database } from "../database.js";
import { EntryWriter } from "../index-entries.js";
import { EntryFill } from "./entry-fill.js";
import { Index, entryIndexOf, isDatabaseIndex, type IndexRecord, type Table } from "../table.js";
import { TableWalk, parseDocument, type Slice, type WalkedDocument } from "./table-walk.js";

/** Where a document has many entries, to make them takes long. */
const ENTRIES_SLICE: Slice = { documentsMax: 50, charsMax: 32 * 1024 };
/** How long between two looks at whether a commit is on disk; a disk takes about as long. */
const DURABLE_POLL_MS = 5;

export class IndexBackfill {
  #walk: TableWalk | null = null;
  #isStopped = false;

  constructor(
    private readonly database: Database,
    private readonly space: number,
    private readonly indexIds: readonly number[],
  ) {}

  get documentsDone(): number {
    return this.#walk?.documentsDone ?? 0;
  }

  /** Takes effect at the end of the slice. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Ends when the indexes are ready (durably) or gone. Walks again where the disk refused commits meanwhile. */
  async run(): Promise<void> {
    for (let table = this.#unfinishedTable(); table !== null && !this.#isStopped; table = this.#unfinishedTable()) {
      const { catalog } = this.database;
      this.#walk = this.#unfinished().every(isDatabaseIndex) ? new TableWalk(this.database, table) : new TableWalk(this.database, table, ENTRIES_SLICE);
      if (await this.#fill(catalog, this.#walk)) await this.#finish(catalog);
    }
  }

  /** False where it has to begin again, or was stopped. */
  async #fill(catalog: Catalog, walk: TableWalk): Promise<boolean> {
    const entries = new EntryFill(this.database, this.database.catalog.tableBySpace(this.space)!);
    let isWalked = false;
    let isAdding = false;
    for (;;) {
      await this.#nextTurn();
      if (this.#isStopped || hasRolledBack(this.database, catalog)) return false;
      const records = this.#unfinished();
      if (records.length === 0) return true;
      if (isAdding) {
        entries.addSome(new Set(records.map(({ id }) => id)));
        isAdding = !entries.isEmpty;
      } else if (isWalked) return true;
      else {
        const documents = walk.next();
        this.#addKeys(documents, records);
        entries.gather(records.flatMap((record) => entryIndexOf(record) ?? []), documents);
        isWalked = documents.length === 0;
        isAdding = entries.isFull || (isWalked && !entries.isEmpty);
      }
    }
  }

  async #nextTurn(): Promise<void> {
    await nextTurn();
    await this.database.roomForUnseen();
  }

  #addKeys(documents: readonly WalkedDocument[], records: readonly IndexRecord[]): void {
    const indexes = records.filter(isDatabaseIndex).map((record) => new Index(record));
    if (indexes.length === 0) return;
    const writer = new EntryWriter(this.database.reader);
    for (const { id, text } of documents) {
      const document = parseDocument(text);
      for (const index of indexes) writer.fill([{ key: index.keyOf(document, id), value: id }]);
    }
    this.database.applyUnseen(writer.ops);
  }

  async #finish(catalog: Catalog): Promise<void> {
    const done = new Set(this.#unfinished().map((record) => record.id));
    if (done.size === 0 || hasRolledBack(this.database, catalog)) return;
    const transaction = this.database.begin("mutation");
    const { record } = this.database.catalog.tableBySpace(this.space)!;
    transaction.putTable({ ...record, indexes: record.indexes.map((index) => (done.has(index.id) ? { ...index, state: "ready" } : index)) });
    const ts = this.database.commit(transaction);
    while (this.database.durableTs < ts && !hasRolledBack(this.database, catalog) && !this.#isStopped) await delay(DURABLE_POLL_MS);
  }

  #unfinished(): IndexRecord[] {
    const table = this.database.catalog.tableBySpace(this.space);
    return (table?.record.indexes ?? []).filter(({ id, state }) => state === "backfilling" && this.indexIds.includes(id));
  }

  #unfinishedTable(): Table | null {
    return this.#unfinished().length === 0 ? null : this.database.catalog.tableBySpace(this.space)!;
  }
}

/**
 * Whether commits were undone since the caller looked at the catalog: the database then reads it anew. What was read or
 * added in between may be undone too, entries of an index included.
 */
export function hasRolledBack(database: Database, catalog: Catalog): boolean {
  return database.catalog !== catalog;
}
