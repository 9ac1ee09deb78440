/**
 * The database of one deployment: opens a store, begins transactions, commits them. It knows no network and no user code.
 *
 * Transactions begin at the newest state and run without yielding to the event loop, so in the ordinary case nothing can
 * come between a transaction and its commit; one that ran elsewhere on a snapshot goes through the same {@link commit},
 * which checks its read set against the commits since.
 */
import type { Journal } from "../storage/journal.js";
import type { Key, Reader, Store, WriteOp } from "../storage/store.js";
import { Catalog } from "./catalog.js";
import { DEFAULT_LOG_RETENTION, edgeOfLog, encodeLogEntry, trimOps, type LogRetention, type SessionRequest } from "./commit-log.js";
import { Committer } from "./committer.js";
import { DocumentCache } from "./document-cache.js";
import { DatabaseError, assert } from "./errors.js";
import { readerAt } from "./history.js";
import { EntryWriter } from "./index-entries.js";
import { HISTORY_START_KEY, commitLogKey, metaKey, prefixRange, sessionRequestKey, sessionRequestPrefix } from "./keys.js";
import { DEFAULT_TRANSACTION_LIMITS, type TransactionLimits } from "./limits.js";
import type { ReadSet } from "./read-set.js";
import { RecentCommits } from "./recent-commits.js";
import { Schema, SchemaSet, type SchemaJson } from "./schema.js";
import { resolvedWrites } from "./resolved-writes.js";
import type { Table } from "./table.js";
import { Transaction, type Caches } from "./transaction.js";
import type { VectorIndex } from "./vectors/vector-index.js";
import { VectorCaches } from "./vectors/vector-caches.js";
import type { DocumentWrite } from "./write-overlay.js";

export interface DatabaseOptions {
  readonly store: Store;
  /** Of the store; the database closes both. Without it each group of commits is written into the store itself. */
  readonly journal?: Journal;
  /** Wall clock, milliseconds. */
  readonly nowMs: () => number;
  readonly limits?: TransactionLimits;
  readonly logRetention?: LogRetention;
  /** Memory for codes of vectors, see vectors/vector-caches.ts. */
  readonly vectorBytesMax?: number;
  /** Memory for documents that are read and written often, see document-cache.ts. */
  readonly documentBytesMax?: number;
  readonly onCommit?: (commit: Commit) => void;
  readonly onDurable?: (ts: number) => void;
  readonly onRollback?: (durableTs: number, keys: readonly Key[], error: Error) => void;
  /** Commits go into the store directly until the journal can be written again. */
  readonly onJournalFailed?: (error: unknown) => void;
}

export interface Commit {
  /** Microseconds since 1970, unique and increasing. */
  readonly ts: number;
  /** Every key whose content changed, and the index keys of changed documents even where the entry itself is the same. */
  readonly keys: readonly Key[];
}

export interface CommitOptions {
  /** The client request that this commit answers, with what to answer when it is sent again. */
  readonly request?: SessionRequest;
  readonly answer?: (ts: number) => string;
}

/** What a commit needs to know of a transaction: a {@link Transaction} itself, or the report of one that ran elsewhere. */
export interface CommitCandidate {
  readonly ts: number;
  readonly readSet: ReadSet;
  writes(): DocumentWrite[];
  newTables(): Iterable<Table>;
  /** None where absent. */
  droppedTables?(): Iterable<Table>;
  /** See {@link Transaction.replacesDocuments}. */
  readonly replacesDocuments?: boolean;
  /** Called first: nothing is read any more. */
  finish(): void;
}

export interface StoredAnswer {
  /** Timestamp of the commit that the answer belongs to. */
  readonly ts: number;
  readonly answer: string;
}

/** Prefix of the enforced schemas' keys; touched as a key of its own by every commit that changes one. */
export const SCHEMA_PREFIX = metaKey("schema:");
const DEFAULT_DOCUMENT_BYTES_MAX = 64 * 1024 * 1024;
const DEFAULT_VECTOR_BYTES_MAX = 512 * 1024 * 1024;
/** Doubles near today's milliseconds are 1/4096 apart. */
export const CREATION_TIME_STEP_MS = 1 / 2048;

export class Database {
  readonly #options: DatabaseOptions;
  readonly #limits: TransactionLimits;
  readonly #retention: LogRetention;
  readonly #committer: Committer;
  #catalog: Catalog;
  #schemas: SchemaSet;
  #logBytes: number;
  #lastCreationTime: number;
  /** The commit log begins here. */
  #oldestTs: number;
  /** Documents were replaced here without the commit log telling which: it is of no use for what was before. */
  #historyStartTs: number;
  readonly #recent: RecentCommits;
  readonly #vectors: VectorCaches;
  readonly #documents: DocumentCache;

  constructor(options: DatabaseOptions) {
    this.#options = options;
    this.#limits = options.limits ?? DEFAULT_TRANSACTION_LIMITS;
    this.#retention = options.logRetention ?? DEFAULT_LOG_RETENTION;
    this.#committer = new Committer(options.store, options.journal ?? null, {
      onDurable: (ts) => options.onDurable?.(ts),
      onRollback: (durableTs, keys, error) => this.#rolledBack(durableTs, keys, error),
      onJournalFailed: (error) => options.onJournalFailed?.(error),
    });
    this.#logBytes = edgeOfLog(this.reader, "last")?.bytes ?? 0;
    this.#oldestTs = edgeOfLog(this.reader, "first")?.ts ?? 0;
    this.#historyStartTs = historyStart(this.reader);
    this.#lastCreationTime = this.lastTs / 1000;
    this.#recent = new RecentCommits(this.lastTs);
    this.#documents = new DocumentCache(options.documentBytesMax ?? DEFAULT_DOCUMENT_BYTES_MAX);
    this.#vectors = new VectorCaches(options.vectorBytesMax ?? DEFAULT_VECTOR_BYTES_MAX);
    this.#catalog = Catalog.load(this.#committer.reader);
    this.#schemas = loadSchemas(this.#committer.reader);
  }

  get lastTs(): number {
    return this.#committer.lastTs;
  }

  get durableTs(): number {
    return this.#committer.durableTs;
  }

  /** States, and changes since, are known from here on. */
  get oldestTs(): number {
    return Math.max(this.#oldestTs, this.#historyStartTs);
  }

  get groupsWritten(): number {
    return this.#committer.groupsWritten;
  }

  get catalog(): Catalog {
    return this.#catalog;
  }

  get schemas(): SchemaSet {
    return this.#schemas;
  }

  /** The newest state; valid until the caller yields to the event loop. */
  get reader(): Reader {
    return this.#committer.reader;
  }

  begin(mode: "query" | "mutation", limits: TransactionLimits = this.#limits): Transaction {
    return this.#begin(mode === "mutation", null, limits);
  }

  /** A query at an earlier timestamp, as far back as the commit log reaches. */
  beginAt(ts: number): Transaction {
    const nowTs = this.#committer.lastTs;
    if (ts > nowTs) throw new DatabaseError("snapshotTooOld", `There is no timestamp ${ts} yet: the newest is ${nowTs}.`);
    if (ts < this.oldestTs && ts !== nowTs) {
      throw new DatabaseError("snapshotTooOld", `The state at timestamp ${ts} is no longer kept; the oldest is ${this.oldestTs}. Ask for a new timestamp, or keep the commit log longer.`);
    }
    return this.#begin(false, ts === nowTs ? null : { ts, reader: readerAt(this.#committer.reader, this.#catalog, ts, nowTs) }, this.#limits);
  }

  /** `former`: an earlier state than the newest. */
  #begin(writable: boolean, former: { readonly ts: number; readonly reader: Reader } | null, limits: TransactionLimits): Transaction {
    const { reader, lastTs: ts } = this.#committer;
    const catalog = this.#catalog;
    const schemas = this.#schemas;
    const nextCreationTime = this.#takeCreationTime;
    if (former !== null) return Transaction.begin({ ...former, catalog, schemas, limits, writable, nextCreationTime });
    return Transaction.begin({ reader, ts, cache: this.#documents, caches: this.#cachesAt, catalog, schemas, limits, writable, nextCreationTime });
  }

  readonly #takeCreationTime = (): number => this.#nextCreationTime();
  readonly #cachesAt = (ts: number): Caches | null => (ts === this.#committer.lastTs ? { vectors: this.#vectors, reader: this.#committer.reader } : null);

  /**
   * Commits at a new timestamp, or at none when the transaction changed nothing (then the newest is returned). Throws
   * "conflict" where another commit since `transaction.ts` touched what it read. Durable later: see `onDurable`.
   */
  commit(transaction: CommitCandidate, options: CommitOptions = {}): number {
    transaction.finish();
    this.#checkConflict(transaction);
    const ts = this.#committer.nextTs(this.#options.nowMs());
    const writes = resolvedWrites(transaction.writes(), ts);
    const ops: WriteOp[] = [];
    const keys: Key[] = [];
    for (const table of transaction.droppedTables?.() ?? []) {
      ops.push([table.recordKey, undefined]);
      keys.push(table.recordKey);
      this.#catalog.remove(table);
    }
    for (const table of transaction.newTables()) {
      ops.push([table.recordKey, JSON.stringify(table.record)]);
      keys.push(table.recordKey);
      this.#catalog.put(table);
    }
    if (writes.length === 0 && keys.length === 0) return this.lastTs;
    for (const write of writes) collectWrite(write, ops, keys);
    this.#collectEntries(writes, ops, keys);
    if (transaction.replacesDocuments === true) {
      ops.push([HISTORY_START_KEY, String(ts)]);
      this.#historyStartTs = ts;
    }
    return this.#apply(ts, ops, keys, writes, options);
  }

  /** Replaces the enforced schema of a namespace; null enforces none. */
  setSchema(namespace: string, schema: SchemaJson | null): void {
    this.#schemas = this.#schemas.with(namespace, schema === null ? null : new Schema(schema));
    const text = schema === null ? undefined : JSON.stringify(schema);
    this.#apply(this.#committer.nextTs(this.#options.nowMs()), [[SCHEMA_PREFIX + namespace, text]], [SCHEMA_PREFIX], [], {});
  }

  /** Changes nothing, at a new timestamp; returns it. */
  advance(): number {
    return this.#apply(this.#committer.nextTs(this.#options.nowMs()), [], [], [], {});
  }

  /** The first of `count` creation times that nobody else gets, {@link CREATION_TIME_STEP_MS} apart. */
  reserveCreationTimes(count: number): number {
    const first = this.#nextCreationTime();
    this.#lastCreationTime += (count - 1) * CREATION_TIME_STEP_MS;
    return first;
  }

  /** What was answered to a client's request whose mutation had committed, also before a restart. */
  answerOf(request: SessionRequest): StoredAnswer | undefined {
    const text = this.#committer.reader.get(sessionRequestKey(request.sessionId, request.requestId));
    if (text === undefined) return undefined;
    const space = text.indexOf(" ");
    return { ts: Number(text.slice(0, space)), answer: text.slice(space + 1) };
  }

  /** Whether {@link answerOf} knows any request of the session. */
  hasAnswersOf(sessionId: string): boolean {
    // Leaving the loop ends the iteration, which holds a state of the store until then.
    for (const _ of this.#committer.reader.entries(prefixRange(sessionRequestPrefix(sessionId)))) return true;
    return false;
  }

  /** Writes that no transaction can see: entries of an index that is still being filled. Many are to be made in slices, see {@link roomForUnseen}. */
  applyUnseen(ops: readonly WriteOp[]): void {
    this.#committer.applyUnseen(ops);
    this.#vectors.apply(ops);
    this.#documents.forget(ops);
  }

  /** To be waited for before each slice of {@link applyUnseen}; see Committer.roomForUnseen. */
  async roomForUnseen(): Promise<void> {
    await this.#committer.roomForUnseen();
  }

  /** Takes codes of vectors into memory, so many at a time, for a search to come; whether all of the index are there. */
  loadVectors(index: VectorIndex, codesMax: number): boolean {
    return this.#vectors.load(index, this.reader, codesMax);
  }

  /** Deletes history past its retention; returns whether there may be more to delete. */
  trimLog(entriesMax: number): boolean {
    const { ops, keptTs, hasMore } = trimOps(this.reader, this.#oldestTs, this.#retention, this.#options.nowMs(), entriesMax);
    this.#committer.applyUnseen(ops);
    this.#oldestTs = keptTs;
    return hasMore;
  }

  /** Resolves when every commit so far is durable or refused. */
  async idle(): Promise<void> {
    await this.#committer.idle();
  }

  async close(): Promise<void> {
    try {
      await this.#committer.close();
    } finally {
      await this.#options.store.close();
    }
  }

  #collectEntries(writes: readonly DocumentWrite[], ops: WriteOp[], keys: Key[]): void {
    if (!writes.some(({ entries }) => entries !== null)) return;
    const writer = new EntryWriter(this.reader);
    for (const { table, entries } of writes) {
      for (const change of entries ?? []) if (change !== null) writer.change(change, table.isFillingEntries);
    }
    writer.finish();
    for (const op of writer.ops) ops.push(op);
    for (const key of writer.touched) keys.push(key);
  }

  #checkConflict(transaction: CommitCandidate): void {
    if (transaction.ts === this.lastTs) return;
    if (this.#recent.mayOverlap(transaction.readSet, transaction.ts)) {
      throw new DatabaseError("conflict", "Another transaction changed what this one had read.");
    }
  }

  /** `ts` is the committer's next. */
  #apply(ts: number, ops: WriteOp[], keys: readonly Key[], writes: readonly DocumentWrite[], options: CommitOptions): number {
    const request = options.request ?? null;
    const entry = encodeLogEntry(this.#logBytes, writes, request);
    this.#logBytes = entry.bytes;
    ops.push([commitLogKey(ts), entry.text]);
    if (request !== null) ops.push([sessionRequestKey(request.sessionId, request.requestId), withTimestamp(ts, options.answer?.(ts))]);
    this.#committer.apply(ts, ops, keys);
    this.#vectors.apply(ops);
    for (const { id, document } of writes) {
      if (document === null) this.#documents.delete(id);
      else this.#documents.put(document);
    }
    const commit = { ts, keys };
    this.#recent.add(commit);
    this.#options.onCommit?.(commit);
    return ts;
  }

  #rolledBack(durableTs: number, keys: readonly Key[], error: Error): void {
    this.#catalog = Catalog.load(this.reader);
    this.#schemas = loadSchemas(this.reader);
    this.#vectors.clear();
    this.#documents.clear();
    this.#recent.forget(this.lastTs);
    this.#oldestTs = edgeOfLog(this.reader, "first")?.ts ?? 0;
    this.#historyStartTs = historyStart(this.reader);
    this.#options.onRollback?.(durableTs, keys, error);
  }

  #nextCreationTime(): number {
    this.#lastCreationTime = Math.max(this.#options.nowMs(), this.#lastCreationTime + CREATION_TIME_STEP_MS);
    return this.#lastCreationTime;
  }
}

/** Stored answers start with the timestamp of their commit. */
function withTimestamp(ts: number, answer: string | undefined): string {
  assert(answer !== undefined, "a request was committed without its answer");
  return `${ts} ${answer}`;
}

function collectWrite({ table, id, key, before, after, beforeKeys, afterKeys }: DocumentWrite, ops: WriteOp[], keys: Key[]): void {
  ops.push([key, after ?? undefined]);
  keys.push(key);
  for (let i = 0; i < table.indexes.length; i++) {
    const oldKey = before === null ? undefined : beforeKeys[i];
    const newKey = after === null ? undefined : afterKeys[i];
    if (oldKey !== undefined) keys.push(oldKey);
    if (oldKey === newKey) continue;
    if (oldKey !== undefined) ops.push([oldKey, undefined]);
    if (newKey !== undefined) {
      ops.push([newKey, id]);
      keys.push(newKey);
    }
  }
}

function historyStart(reader: Reader): number {
  return Number(reader.get(HISTORY_START_KEY) ?? 0);
}

export function loadSchemas(reader: Reader): SchemaSet {
  let schemas = new SchemaSet();
  for (const [key, text] of reader.entries(prefixRange(SCHEMA_PREFIX))) {
    schemas = schemas.with(key.slice(SCHEMA_PREFIX.length), new Schema(JSON.parse(text) as SchemaJson));
  }
  return schemas;
}
