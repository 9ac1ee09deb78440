/**
 * One change of the schema of a namespace, from its beginning (tables and indexes are made, documents are checked) to its
 * end (indexes are swapped, the schema is put in force). In between the old schema is in force and queries see the old
 * indexes only.
 *
 *     begin()   tables that do not exist; new indexes, which writes keep and a backfill fills, hidden from queries;
 *               what an earlier change began and never finished is dropped
 *     …         backfill and check go on; `status` tells how far
 *     finish()  declared indexes are shown, all others dropped, the schema is enforced: one commit
 */
import type { Catalog } from "../catalog.js";
import type { Database } from "../database.js";
import { assert } from "../errors.js";
import { Schema, type SchemaJson } from "../schema.js";
import type { IndexRecord, Table, TableRecord } from "../table.js";
import type { Transaction } from "../transaction.js";
import { definitionsOf, diffSchema, isSameIndex, type IndexDefinition, type IndexDiff } from "./index-diff.js";
import { hasRolledBack } from "./index-backfill.js";
import { SchemaCheck, tablesToCheck, type SchemaCheckOutcome } from "./schema-check.js";
import { isEmptyTable } from "./table-walk.js";

export interface SchemaChangeStatus {
  readonly check: SchemaCheckOutcome;
  /** Of the indexes that queries will see and that were not there before. */
  readonly indexesReady: number;
  readonly indexesTotal: number;
}

export interface SchemaChangeOptions {
  readonly database: Database;
  readonly namespace: string;
  /** Null takes the schema away. */
  readonly next: SchemaJson | null;
  /** See SchemaCheckOptions. */
  readonly matchedAt?: ReadonlyMap<string, number> | undefined;
}

export class SchemaChange {
  readonly next: SchemaJson | null;
  readonly diff: IndexDiff;
  readonly check: SchemaCheck;
  readonly #database: Database;
  readonly #namespace: string;
  readonly #newIndexIds: readonly number[];
  readonly #catalog: Catalog;

  private constructor({ database, namespace, next, matchedAt }: SchemaChangeOptions, newIndexIds: readonly number[]) {
    const active = activeSchema(database, namespace);
    this.next = next;
    this.diff = diffSchema(active, next);
    this.check = new SchemaCheck({ database, namespace, schema: new Schema(next ?? NO_SCHEMA), tableNames: tablesToCheck(active, next), matchedAt });
    this.#database = database;
    this.#namespace = namespace;
    this.#newIndexIds = newIndexIds;
    this.#catalog = database.catalog;
  }

  /** The disk refused commits since: what the change had begun may be undone, so it can't be finished any more. */
  get isUndone(): boolean {
    return hasRolledBack(this.#database, this.#catalog);
  }

  /** Says what would change and checks the documents, but makes nothing; it can't be finished. */
  static rehearse(options: SchemaChangeOptions): SchemaChange {
    return new SchemaChange(options, []);
  }

  /** Commits. The caller wakes the background indexing afterwards, and runs {@link check}. */
  static begin(options: SchemaChangeOptions): SchemaChange {
    const { database, namespace, next } = options;
    dropUnfinished(database, namespace, next);
    const transaction = database.begin("mutation");
    const newIndexIds: number[] = [];
    for (const definition of next?.tables ?? []) {
      const table = transaction.ensureTable(namespace, definition.tableName);
      const created = definitionsOf(definition)
        .filter((index) => recordOf(table.record, index) === undefined)
        .map((index) => newIndex(database, table, index));
      if (created.length > 0) transaction.putTable({ ...table.record, indexes: [...table.record.indexes, ...created] });
      newIndexIds.push(...awaitedIndexIds({ ...table.record, indexes: [...table.record.indexes, ...created] }, definitionsOf(definition)));
    }
    database.commit(transaction);
    return new SchemaChange(options, newIndexIds);
  }

  /** As of the newest state. */
  get status(): SchemaChangeStatus {
    const records = new Map(tablesOf(this.#database, this.#namespace).flatMap((table) => table.record.indexes.map((index) => [index.id, index])));
    const indexesReady = this.#newIndexIds.filter((id) => records.get(id)?.state === "ready").length;
    return { check: this.check.update(), indexesReady, indexesTotal: this.#newIndexIds.length };
  }

  /**
   * Writes the change into `transaction`, with what else belongs to the push. The caller has seen in the same turn that
   * {@link status} says all is ready; it commits, calls {@link enforce} in that turn and wakes the background indexing.
   */
  write(transaction: Transaction): void {
    const { check, indexesReady, indexesTotal } = this.status;
    assert(check.state === "valid" && indexesReady === indexesTotal, "a schema change was finished before it was ready");
    const definitions = new Map((this.next?.tables ?? []).map((table) => [table.tableName, definitionsOf(table)]));
    for (const table of tablesOf(this.#database, this.#namespace)) {
      const indexes = finishedIndexes(table.record, definitions.get(table.name) ?? []);
      if (JSON.stringify(indexes) !== JSON.stringify(table.record.indexes)) transaction.putTable({ ...table.record, indexes });
    }
  }

  /** {@link write}, commit and {@link enforce}: of a push that changes this schema alone. */
  finish(transaction: Transaction): void {
    this.write(transaction);
    this.#database.commit(transaction);
    this.enforce();
  }

  /** From now on documents are held against the new schema. */
  enforce(): void {
    this.#database.setSchema(this.#namespace, this.next);
  }

  /** Gives up: drops what the change had begun. The caller wakes the background indexing afterwards. */
  abandon(): void {
    this.check.stop();
    dropUnfinished(this.#database, this.#namespace, null);
  }
}

const NO_SCHEMA: SchemaJson = { tables: [], schemaValidation: false };

export function activeSchema(database: Database, namespace: string): SchemaJson | null {
  return database.schemas.get(namespace)?.json ?? null;
}

/**
 * Drops indexes that neither the schema in force nor `next` declares. Called at the start of the engine as well, where no
 * push is under way. Commits, if there is anything to drop.
 */
export function dropUnfinished(database: Database, namespace: string, next: SchemaJson | null): void {
  const transaction = database.begin("mutation");
  for (const table of tablesOf(database, namespace)) {
    const declared = [activeSchema(database, namespace), next].flatMap((schema) => (schema?.tables ?? []).filter(({ tableName }) => tableName === table.name).flatMap(definitionsOf));
    const kept = table.record.indexes.filter((index) => declared.some((definition) => isSameIndex(index, definition)));
    if (kept.length < table.record.indexes.length) transaction.putTable({ ...table.record, indexes: kept });
  }
  database.commit(transaction);
}

function tablesOf(database: Database, namespace: string): Table[] {
  return [...database.catalog.tables()].filter(({ record, name }) => record.namespace === namespace && !name.startsWith("_"));
}

function newIndex(database: Database, table: Table, definition: IndexDefinition): IndexRecord {
  const state = isEmptyTable(database, table) ? "ready" : "backfilling";
  return { id: database.catalog.allocateIndexId(), ...definition, state, enabled: false };
}

/** Indexes that {@link SchemaChange.finish} will show and that do not stand yet. */
function awaitedIndexIds({ indexes }: TableRecord, definitions: readonly IndexDefinition[]): number[] {
  return indexes.filter((index) => !index.enabled && definitions.some((definition) => !definition.staged && isSameIndex(index, definition))).map(({ id }) => id);
}

function finishedIndexes(record: TableRecord, definitions: readonly IndexDefinition[]): IndexRecord[] {
  return definitions.map((definition) => {
    const index = recordOf(record, definition);
    assert(index !== undefined, `index ${record.name}.${definition.name} was not made when the push began`);
    return { ...index, enabled: !definition.staged, staged: definition.staged };
  });
}

function recordOf(record: TableRecord, definition: IndexDefinition): IndexRecord | undefined {
  return record.indexes.find((index) => isSameIndex(index, definition));
}
