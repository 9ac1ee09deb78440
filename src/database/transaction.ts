/**
 * One transaction: reads at one timestamp through its own writes, and remembers what it read and wrote. It knows
 * documents as text and tables as key ranges; values, patches and schemas are documents.ts, queries are query-plan.ts.
 *
 * A transaction is driven by one function from start to end. Sub-transactions (`ctx.runMutation` inside a mutation) read
 * through their parent's writes and are absorbed or dropped as a whole; read set and what was read count for the parent in any
 * case, because what a failed sub-transaction read has still decided what its caller does next; what it wrote does not.
 */
import type { Key, KeyRange, Reader } from "../storage/store.js";
import type { Catalog } from "./catalog.js";
import type { DocumentCache } from "./document-cache.js";
import type { DocumentScan } from "./document-scan.js";
import { DatabaseError, assert } from "./errors.js";
import { entryChanges } from "./index-entries.js";
import { TABLE_RECORD_RANGE, tableRecordKey } from "./keys.js";
import { LayeredReader } from "../storage/layers.js";
import { NO_TRANSACTION_LIMITS, TransactionUsage, WriteTotals, type TransactionLimits } from "./limits.js";
import { ReadSet } from "./read-set.js";
import type { SchemaSet } from "./schema.js";
import { StoredDocument, type Revision } from "./stored-document.js";
import { isStaged } from "./staged-namespace.js";
import { Table, type TableRecord } from "./table.js";
import type { VectorCaches } from "./vectors/vector-caches.js";
import { NO_KEYS, WriteOverlay, type DocumentWrite } from "./write-overlay.js";

/** System tables start with an underscore; who may make one is checked before. */
const TABLE_NAME = /^_?[A-Za-z][A-Za-z0-9_]{0,63}$/;

export interface TransactionOptions {
  /** Everything committed up to `ts`; must not change while the transaction lives. */
  readonly reader: Reader;
  readonly ts: number;
  /** Of what `reader` shows; absent where that is not the newest state. */
  readonly cache?: DocumentCache;
  readonly catalog: Catalog;
  readonly schemas: SchemaSet;
  readonly limits: TransactionLimits;
  readonly writable: boolean;
  /** Next `_creationTime`: milliseconds with a fraction, greater than every earlier one. */
  readonly nextCreationTime: () => number;
  /** Null, or absent, where what is in memory does not show the state at `ts`. */
  readonly caches?: (ts: number) => Caches | null;
}

/** What is kept in memory of the state that a transaction began with, and a reader of that state. */
export interface Caches {
  readonly vectors: VectorCaches;
  readonly reader: Reader;
}

export interface IndexFields {
  readonly name: string;
  /** Paths, dots for nested fields. */
  readonly fields: readonly string[];
}

export interface ChildOptions {
  readonly writable: boolean;
  /** Lower than its parent's, which hold as well. */
  readonly limits?: Partial<TransactionLimits>;
  /** What it does counts for nobody: the server's own books. */
  readonly uncounted?: boolean;
  /** Reads what was committed at `ts`, without what its parents have written; what it reads conflicts with nothing. */
  readonly detached?: boolean;
}

const NO_TABLES: readonly Table[] = [];

export class Transaction {
  readonly ts: number;
  readonly writable: boolean;
  readonly readSet: ReadSet;
  readonly usage: TransactionUsage;
  readonly #overlay = new WriteOverlay();
  // Made when they are first needed: hardly any transaction does, and all have to be collected again.
  #newTables: Map<Key, Table> | null = null;
  #droppedTables: Map<Key, Table> | null = null;
  #replacesDocuments = false;
  #scans: Set<DocumentScan> | null = null;
  /** Tables that are depended on, and stand in the read set. */
  #tables: Table[] | null = null;
  readonly #reader: Reader;
  /** Changes with every write, so that an open scan knows to look again. */
  #version = 0;
  /** Counted in {@link usage}, of this transaction and those that it absorbed. */
  readonly #written = new WriteTotals();
  #isFinished = false;

  private constructor(
    private readonly options: TransactionOptions,
    private readonly parent: Transaction | null,
    usage: TransactionUsage,
  ) {
    this.ts = options.ts;
    this.writable = options.writable;
    this.readSet = parent?.readSet ?? new ReadSet();
    this.usage = usage;
    const below = parent === null ? options.reader : parent.#reader;
    this.#reader = options.writable ? new LayeredReader(this.#overlay, below) : below;
  }

  static begin(options: TransactionOptions): Transaction {
    return new Transaction(options, null, new TransactionUsage(options.limits));
  }

  /** A sub-transaction: {@link absorb} it, or {@link drop} it and nothing of it happened. */
  child(options: ChildOptions = { writable: true }): Transaction {
    const { writable, limits: lower, uncounted = false, detached = false } = options;
    assert(!writable || (this.writable && !detached), "a query began a sub-mutation");
    const limits = lower === undefined ? this.options.limits : { ...this.options.limits, ...lower };
    return new Transaction({ ...this.options, writable, limits }, detached ? null : this, uncounted ? new TransactionUsage(NO_TRANSACTION_LIMITS) : this.#usageOfChild(limits));
  }

  #usageOfChild(limits: TransactionLimits): TransactionUsage {
    return limits === this.usage.limits ? this.usage : new TransactionUsage(limits, this.usage);
  }

  absorb(child: Transaction): void {
    assert(child.parent === this, "absorbed a transaction that is no child");
    child.finish();
    for (const write of child.#overlay.writes()) this.#overlay.add(write);
    if (child.usage.isCountedIn(this.usage)) this.#written.add(child.#written);
    this.#version++;
  }

  /** Ends a sub-transaction without a trace, but for what it has read. */
  drop(): void {
    this.finish();
    this.usage.takeBack(this.#written);
  }

  /** Before a function is scheduled; throws where there are too many. */
  countScheduled(argumentBytes: number): void {
    this.#written.scheduledFunctions++;
    this.#written.scheduledArgumentBytes += argumentBytes;
    this.usage.schedule(argumentBytes);
  }

  #countDocument(bytes: number): void {
    this.#written.documentsWritten++;
    this.#written.bytesWritten += bytes;
    this.usage.writeDocument(bytes);
  }

  get schemas(): SchemaSet {
    return this.options.schemas;
  }

  /** Changes whenever this transaction, or one that it reads through, writes. */
  get version(): number {
    return this.#version + (this.parent?.version ?? 0);
  }

  get reader(): Reader {
    return this.#reader;
  }

  get caches(): Caches | null {
    return this.options.caches?.(this.ts) ?? null;
  }

  /** What this transaction, and those that it reads through, have written so far; null for what they deleted. */
  changes(range: KeyRange): Map<Key, string | null> {
    const changes = this.parent?.changes(range) ?? new Map<Key, string | null>();
    for (const [key, value] of this.#overlay.entries(range, false)) changes.set(key, value);
    return changes;
  }

  nextCreationTime(): number {
    return this.options.nextCreationTime();
  }

  table(namespace: string, name: string): Table | undefined {
    const key = tableRecordKey(namespace, name);
    const table = this.#newTableAt(key) ?? this.options.catalog.table(namespace, name);
    if (table === undefined) this.readSet.addPoint(key);
    else this.#dependOn(table);
    return table;
  }

  tableByNumber(namespace: string, number: number): Table | undefined {
    return this.#depend(this.#newTable(({ record }) => record.namespace === namespace && record.number === number) ?? this.options.catalog.tableByNumber(namespace, number));
  }

  /** For the server's own tables, which are found without knowing whose they are. */
  tableByNameAndNumber(name: string, number: number): Table | undefined {
    return this.#depend(this.#newTable(({ record }) => record.name === name && record.number === number) ?? this.options.catalog.tablesByNumber(number).find((table) => table.name === name));
  }

  /** Whoever found no table depends on every table that could come. */
  #depend(table: Table | undefined): Table | undefined {
    if (table === undefined) this.readSet.addRange(TABLE_RECORD_RANGE);
    else this.#dependOn(table);
    return table;
  }

  /** Once for each table, since no limit counts how often one is asked for. */
  #dependOn(table: Table): void {
    if (this.#tables?.includes(table) === true) return;
    this.readSet.addPoint(table.recordKey);
    (this.#tables ??= []).push(table);
  }

  /** The table of this name, made now if there is none. `indexes` are for tables of the server: queries can't name them. */
  ensureTable(namespace: string, name: string, indexes: readonly IndexFields[] = []): Table {
    const table = this.table(namespace, name);
    if (table !== undefined) return table;
    if (!TABLE_NAME.test(name)) {
      throw new DatabaseError("invalidValue", `Invalid table name ${JSON.stringify(name.slice(0, 64))}: table names are letters, digits and underscores, start with a letter and have at most 64 characters.`);
    }
    const { catalog } = this.options;
    const own = indexes.map(({ name, fields }) => ({ id: catalog.allocateIndexId(), name, fields, state: "ready" as const, enabled: false, staged: false }));
    return this.putTable({ ...catalog.allocateTable(namespace, name), indexes: own });
  }

  /**
   * Makes or changes a table: its record is written when the outermost transaction commits, also where this one is dropped.
   * A table without documents harms nobody, and two of one name, made by a transaction and its child, would.
   */
  putTable(record: TableRecord): Table {
    assert(this.writable, "a query changed a table");
    if (this.parent !== null) return this.parent.putTable(record);
    const table = new Table(record);
    (this.#newTables ??= new Map<Key, Table>()).set(table.recordKey, table);
    return table;
  }

  /**
   * Like {@link putTable}, for a record that brings its documents along: those that lie in its space already (see staging.ts).
   * They appear, and those of the table that it takes the place of are gone, without being written one by one.
   */
  adoptTable(record: TableRecord): Table {
    this.#replacesDocuments = true;
    return this.putTable(record);
  }

  /** The table goes, with its documents. Only in a transaction of its own that reads nothing. */
  dropTable(table: Table): void {
    assert(this.writable && this.parent === null, "a table was dropped by a function");
    (this.#droppedTables ??= new Map<Key, Table>()).set(table.recordKey, table);
    this.#replacesDocuments ||= !isStaged(table.record.namespace);
  }

  #newTableAt(key: Key): Table | undefined {
    return this.parent === null ? this.#newTables?.get(key) : this.parent.#newTableAt(key);
  }

  #newTable(matches: (table: Table) => boolean): Table | undefined {
    if (this.parent !== null) return this.parent.#newTable(matches);
    if (this.#newTables !== null) for (const table of this.#newTables.values()) if (matches(table)) return table;
    return undefined;
  }

  /** Text of a document. */
  get(table: Table, id: string): string | undefined {
    return this.read(table, id)?.text;
  }

  read(table: Table, id: string): StoredDocument | undefined {
    this.#assertRunning();
    this.usage.readRange();
    const document = this.document(table, id);
    this.readSet.addPoint(document?.key ?? table.documentKey(id));
    if (document !== undefined) this.usage.readDocument(document.text.length);
    return document;
  }

  /** The same without counting or remembering it: for who does both. */
  document(table: Table, id: string): StoredDocument | undefined {
    const { cache, reader } = this.options;
    const stored = cache === undefined ? storedDocument(table, id, reader) : cache.read(table, id, reader);
    const write = this.#hasWritten ? this.#ownWrite(stored?.key ?? table.documentKey(id)) : undefined;
    return write === undefined ? stored : (write.document ?? undefined);
  }

  get #hasWritten(): boolean {
    return this.#overlay.size > 0 || (this.parent !== null && this.parent.#hasWritten);
  }

  #ownWrite(key: Key): DocumentWrite | undefined {
    const own = this.#overlay.find(key);
    return own !== undefined || this.parent === null ? own : this.parent.#ownWrite(key);
  }

  /** Remembers an open scan until {@link finish}, which records what it has read. */
  track(scan: DocumentScan): void {
    this.#assertRunning();
    this.usage.readRange();
    (this.#scans ??= new Set<DocumentScan>()).add(scan);
  }

  untrack(scan: DocumentScan): void {
    this.#scans?.delete(scan);
  }

  /** Writes a document: `before` must be what this transaction reads of it now. Nothing happens where both are equal. */
  write(table: Table, id: string, before: Revision | null, after: Revision | null): void {
    assert(this.writable, "a query wrote a document");
    this.#assertRunning();
    if (before?.text === after?.text) return;
    this.#countDocument((after ?? before)?.text.length ?? 0);
    const old = before === null ? null : storedRevision(table, id, before);
    const document = after === null ? null : storedRevision(table, id, after);
    this.#overlay.add({
      table,
      id,
      key: (document ?? old)!.key,
      before: before?.text ?? null,
      after: after?.text ?? null,
      document,
      beforeKeys: old === null ? NO_KEYS : old.indexKeys(table),
      afterKeys: document === null ? NO_KEYS : document.indexKeys(table, old),
      entries: table.entryIndexes.length === 0 ? null : entryChanges(table.entryIndexes, id, old?.value ?? null, document?.value ?? null),
    });
    this.#version++;
  }

  /** Ends all reading: closes scans that user code left open, so that the read set is complete. */
  finish(): void {
    this.#isFinished = true;
    if (this.#scans === null) return;
    for (const scan of this.#scans) scan.close();
    this.#scans = null;
  }

  #assertRunning(): void {
    if (this.#isFinished) throw new DatabaseError("finished", "The function has ended: what it does afterwards is lost. Await every database call before you return.");
  }

  /** Documents that are different at the end from what they were at the start. */
  writes(): DocumentWrite[] {
    const writes: DocumentWrite[] = [];
    for (const write of this.#overlay.writes()) if (write.before !== write.after) writes.push(write);
    return writes;
  }

  newTables(): Iterable<Table> {
    return this.#newTables?.values() ?? NO_TABLES;
  }

  droppedTables(): Iterable<Table> {
    return this.#droppedTables?.values() ?? NO_TABLES;
  }

  /** Whether documents come or go that {@link writes} does not tell of. */
  get replacesDocuments(): boolean {
    return this.#replacesDocuments;
  }
}

function storedDocument(table: Table, id: string, reader: Reader): StoredDocument | undefined {
  const text = reader.get(table.documentKey(id));
  return text === undefined ? undefined : new StoredDocument(table, id, text);
}

function storedRevision(table: Table, id: string, revision: Revision): StoredDocument {
  return revision instanceof StoredDocument ? revision : new StoredDocument(table, id, revision.text, revision.value);
}
