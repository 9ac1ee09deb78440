/**
 * Fills new indexes of one table with the documents that were there before them, in slices.
 *
 *     record "backfilling"      slice   slice   slice     record "ready"
 *     ───────┬────────────────────▒───────▒───────▒───────────┬──────▶
 *            └── from here on every write keeps the index ────┘
 *
 * A slice reads documents and adds their missing entries in one turn of the event loop, so no write comes between: an
 * entry that is added is that of the newest state, and later writes find and move it. Nothing of the progress is stored; a
 * restart walks again.
 */
import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";
import type { Catalog } from "../catalog.js";
import type { Database } from "../database.js";
import { EntryWriter } from "../index-entries.js";
import { Index, entryIndexOf, isDatabaseIndex, type IndexRecord, type Table } from "../table.js";
import { TableWalk, parseDocument, type Slice, type WalkedDocument } from "./table-walk.js";

/** Of indexes with many entries for a document: each is work like that of a hundred others. */
const ENTRIES_SLICE: Slice = { documentsMax: 20, charsMax: 8 * 1024 };
/** Writes that the disk has not taken yet: the fill waits for it. */
const PENDING_MAX = 50_000;
/** How long between two looks at whether a commit is on disk; a disk takes about as long. */
const DURABLE_POLL_MS = 5;

export class IndexBackfill {
  #walk: TableWalk | null = null;
  #isStopped = false;

  constructor(
    private readonly database: Database,
    private readonly tableNumber: number,
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
    for (;;) {
      await nextTurn();
      while (this.database.pendingWrites > PENDING_MAX && !this.#isStopped) await delay(DURABLE_POLL_MS);
      if (this.#isStopped || hasRolledBack(this.database, catalog)) return false;
      const documents = walk.next();
      if (documents.length === 0) return true;
      const records = this.#unfinished();
      if (records.length === 0) return true;
      this.#addMissing(documents, records);
    }
  }

  #addMissing(documents: readonly WalkedDocument[], records: readonly IndexRecord[]): void {
    const indexes = records.filter(isDatabaseIndex).map((record) => new Index(record));
    const entryIndexes = records.flatMap((record) => entryIndexOf(record) ?? []);
    const writer = new EntryWriter(this.database.reader);
    for (const { id, text } of documents) {
      const document = parseDocument(text);
      for (const index of indexes) writer.fill([{ key: index.keyOf(document, id), value: id }]);
      for (const index of entryIndexes) writer.fill(index.entriesOf(document, id));
    }
    writer.finish();
    this.database.applyUnseen(writer.ops);
  }

  async #finish(catalog: Catalog): Promise<void> {
    const done = new Set(this.#unfinished().map((record) => record.id));
    if (done.size === 0 || hasRolledBack(this.database, catalog)) return;
    const transaction = this.database.begin("mutation");
    const { record } = this.database.catalog.tableByNumber(this.tableNumber)!;
    transaction.putTable({ ...record, indexes: record.indexes.map((index) => (done.has(index.id) ? { ...index, state: "ready" } : index)) });
    const ts = this.database.commit(transaction);
    while (this.database.durableTs < ts && !hasRolledBack(this.database, catalog) && !this.#isStopped) await delay(DURABLE_POLL_MS);
  }

  #unfinished(): IndexRecord[] {
    const table = this.database.catalog.tableByNumber(this.tableNumber);
    return (table?.record.indexes ?? []).filter(({ id, state }) => state === "backfilling" && this.indexIds.includes(id));
  }

  #unfinishedTable(): Table | null {
    return this.#unfinished().length === 0 ? null : this.database.catalog.tableByNumber(this.tableNumber)!;
  }
}

/**
 * Whether commits were undone since the caller looked at the catalog: the database then reads it anew. What was read or
 * added in between may be undone too, entries of an index included.
 */
export function hasRolledBack(database: Database, catalog: Catalog): boolean {
  return database.catalog !== catalog;
}
