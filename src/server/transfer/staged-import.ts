/**
 * The tables of one import, made aside and swapped in at the end:
 *
 *     open    a staged table for each imported one: a space of its own, indexes of its own
 *     write   documents and index entries, which nobody sees
 *     finish  one commit gives each the name and number that it is to have; what was there before is swept behind
 */
import type { Catalog } from "../../database/catalog.js";
import { assert } from "../../database/errors.js";
import type { Database } from "../../database/database.js";
import { hasRolledBack } from "../../database/schema-change/index-backfill.js";
import { definitionsOf, isSameIndex, type IndexDefinition } from "../../database/schema-change/index-diff.js";
import { makerOf, stagedNamespace } from "../../database/staged-namespace.js";
import { isDatabaseIndex, type IndexRecord, type Table, type TableRecord } from "../../database/table.js";
import type { Transaction } from "../../database/transaction.js";
import { NO_TRANSACTION_LIMITS } from "../../database/limits.js";
import { declaredTable, importEffect, isEmptyIn, type ImportEffect } from "./import-effect.js";
import { ImportError } from "./import-error.js";
import { NEW_NUMBER } from "./table-numbers.js";
import type { ImportMode, ImportTarget } from "./transfer-messages.js";

type Schemas = readonly (readonly [namespace: string, schema: string | null])[];

export class StagedImport {
  readonly #catalog: Catalog;

  constructor(
    private readonly database: Database,
    private readonly importId: string,
    private readonly order: { readonly mode: ImportMode; readonly componentPath: string },
    private readonly targets: readonly ImportTarget[],
    /** In force when the documents were checked. */
    private readonly schemas: Schemas,
  ) {
    this.#catalog = database.catalog;
  }

  /** The disk refused commits since: what was staged is not whole. */
  get isUndone(): boolean {
    return hasRolledBack(this.database, this.#catalog);
  }

  /** The staged tables, in the order of the targets. Throws {@link ImportError}. */
  open(): readonly TableRecord[] {
    this.#checkSchemas();
    const { numbers } = this.#effect();
    const transaction = this.database.begin("mutation", NO_TRANSACTION_LIMITS);
    const records = this.targets.map(({ namespace, name }) => {
      const { catalog } = this.database;
      const allocated = catalog.allocateTable(stagedNamespace(this.importId, namespace), name);
      const number = numbers.get(namespace)!.get(name)!;
      const space = allocated.space ?? allocated.number;
      const indexes = this.#declaredIndexes(namespace, name).map((definition): IndexRecord => ({ ...definition, id: catalog.allocateIndexId(), state: "ready", enabled: !definition.staged }));
      return transaction.putTable({ ...allocated, number: number === NEW_NUMBER ? allocated.number : number, space, indexes }).record;
    });
    this.database.commit(transaction);
    return records;
  }

  /** Tables of the import in whose names documents are written. */
  get tables(): Table[] {
    return this.targets.flatMap(({ namespace, name }) => this.database.catalog.table(stagedNamespace(this.importId, namespace), name) ?? []);
  }

  /** Has indexes filled that a document has many entries in. Then {@link isIndexed} is to be waited for. */
  fillIndexes(): void {
    const transaction = this.database.begin("mutation", NO_TRANSACTION_LIMITS);
    for (const { record } of this.tables) {
      if (record.indexes.every(isDatabaseIndex)) continue;
      transaction.putTable({ ...record, indexes: record.indexes.map((index) => (isDatabaseIndex(index) ? index : { ...index, state: "backfilling" as const })) });
    }
    this.database.commit(transaction);
  }

  get isIndexed(): boolean {
    return this.tables.every(({ record }) => record.indexes.every(({ state }) => state === "ready"));
  }

  /**
   * Writes the swap into `transaction`, which is committed in this turn. Returns tables of files that lose documents. Throws
   * {@link ImportError} where what was checked before is no longer so.
   */
  finish(transaction: Transaction): ImportEffect {
    this.#checkSchemas();
    const effect = this.#effect();
    const { tables } = this;
    assert(tables.length === this.targets.length, "staged tables of an import are gone");
    for (const [i, staged] of tables.entries()) this.#place(transaction, effect, this.targets[i]!, staged);
    for (const table of effect.deleted) transaction.dropTable(table);
    for (const table of effect.cleared) transaction.adoptTable(this.#emptied(table.record, effect));
    this.#renumberOthers(transaction, effect);
    return effect;
  }

  #place(transaction: Transaction, { numbers }: ImportEffect, { namespace, name }: ImportTarget, staged: Table): void {
    const declared = this.#declaredIndexes(namespace, name);
    const isSame = declared.length === staged.record.indexes.length && declared.every((definition) => staged.record.indexes.some((index) => isSameIndex(index, definition) && index.staged === definition.staged));
    if (!isSame) throw changedMeanwhile();
    const number = numbers.get(namespace)!.get(name)!;
    transaction.dropTable(staged);
    transaction.adoptTable({ ...staged.record, namespace, number: number === NEW_NUMBER ? staged.number : number });
  }

  #emptied(record: TableRecord, effect: ImportEffect): TableRecord {
    const { catalog } = this.database;
    const fresh = catalog.allocateTable(record.namespace, record.name);
    const number = effect.numbers.get(record.namespace)?.get(record.name) === NEW_NUMBER ? fresh.number : record.number;
    return { ...fresh, number, space: fresh.space ?? fresh.number, indexes: record.indexes.map((index) => ({ ...index, id: catalog.allocateIndexId(), state: "ready" })) };
  }

  /** Empty tables whose numbers imported ones take. */
  #renumberOthers(transaction: Transaction, { numbers, cleared }: ImportEffect): void {
    const { catalog } = this.database;
    for (const [namespace, byName] of numbers) {
      for (const [name, number] of byName) {
        const table = catalog.table(namespace, name);
        if (number !== NEW_NUMBER || table === undefined || cleared.includes(table) || this.targets.some((target) => target.namespace === namespace && target.name === name)) continue;
        transaction.putTable({ ...table.record, number: catalog.allocateTable(namespace, name).number, space: table.space });
      }
    }
  }

  #effect(): ImportEffect {
    const { catalog, reader, schemas } = this.database;
    return importEffect({ catalog, reader, schemas }, this.order.mode, this.order.componentPath, this.targets);
  }

  #checkSchemas(): void {
    for (const [namespace, checked] of this.schemas) {
      const json = this.database.schemas.get(namespace)?.json;
      if ((json === undefined ? null : JSON.stringify(json)) !== checked) throw changedMeanwhile();
    }
  }

  #declaredIndexes(namespace: string, name: string): readonly IndexDefinition[] {
    const declared = declaredTable(this.database.schemas, namespace, name);
    return declared === null ? [] : definitionsOf(declared);
  }
}

/** Drops what imports have staged: those of `importId`, or all those that `isWanted` does not know. The caller has it swept. */
export function dropStaged(database: Database, isWanted: (importId: string) => boolean): void {
  const transaction = database.begin("mutation", NO_TRANSACTION_LIMITS);
  for (const table of database.catalog.tables()) {
    const maker = makerOf(table.record.namespace);
    if (maker !== null && !isWanted(maker)) transaction.dropTable(table);
  }
  database.commit(transaction);
}

/** For an import that appends: makes the tables that do not exist, with the numbers of their ids. In the order of the targets. */
export function openTables(database: Database, root: string, targets: readonly ImportTarget[]): readonly TableRecord[] {
  const { catalog, reader, schemas } = database;
  const { numbers } = importEffect({ catalog, reader, schemas }, "append", root, targets);
  const transaction = database.begin("mutation", NO_TRANSACTION_LIMITS);
  for (const [namespace, byName] of numbers) {
    for (const [name, number] of byName) {
      const table = catalog.table(namespace, name);
      if (table !== undefined && (number === table.number || !isEmptyIn(reader, table))) continue;
      const fresh = catalog.allocateTable(namespace, name);
      const space = table?.space ?? fresh.space ?? fresh.number;
      transaction.putTable({ ...(table?.record ?? fresh), number: number === NEW_NUMBER ? fresh.number : number, space });
    }
  }
  database.commit(transaction);
  return targets.map(({ namespace, name }) => catalog.table(namespace, name)!.record);
}

function changedMeanwhile(): ImportError {
  return new ImportError("The schema was changed by a push while the import was running, so its documents were checked against another. Nothing was imported; import again.");
}
