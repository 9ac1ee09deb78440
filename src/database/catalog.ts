/**
 * Which tables exist. Owned by the database, changed only by commits (transaction.ts collects the new records), read by
 * every transaction. A table of a component carries that component's namespace; the app's own is "".
 */
import type { Reader } from "../storage/store.js";
import { DOCUMENT_RANGE, INDEX_RANGE, TABLE_RECORD_RANGE, documentSpaceOf, indexIdOf, tableRecordKey } from "./keys.js";
import { Table, type TableRecord } from "./table.js";

/** User tables are numbered from here, as in existing exports; lower numbers are system tables'. */
const FIRST_USER_TABLE_NUMBER = 10001;
/** System tables whose documents move between deployments with their ids: the same number everywhere, as in existing exports. */
const KNOWN_NUMBERS: ReadonlyMap<string, number> = new Map([["_storage", 540]]);

export class Catalog {
  readonly #byName = new Map<string, Table>();
  readonly #bySpace = new Map<number, Table>();
  /** Several where they are of different namespaces: documents that were imported kept their ids. */
  readonly #byNumber = new Map<number, readonly Table[]>();
  #lastIndexId = 0;
  #lastSystemNumber = 0;
  #lastUserNumber = FIRST_USER_TABLE_NUMBER - 1;

  static load(reader: Reader): Catalog {
    const catalog = new Catalog();
    for (const [, text] of reader.entries(TABLE_RECORD_RANGE)) catalog.put(new Table(JSON.parse(text) as TableRecord));
    // Entries of a dropped index may still wait to be swept: its number must not be given to another.
    for (const [key] of reader.entries(INDEX_RANGE, true)) {
      catalog.#lastIndexId = Math.max(catalog.#lastIndexId, indexIdOf(key));
      break;
    }
    // So may documents of a table that was replaced.
    for (const [key] of reader.entries(DOCUMENT_RANGE, true)) {
      catalog.#lastUserNumber = Math.max(catalog.#lastUserNumber, documentSpaceOf(key)!);
      break;
    }
    return catalog;
  }

  table(namespace: string, name: string): Table | undefined {
    return this.#byName.get(tableRecordKey(namespace, name));
  }

  tableByNumber(namespace: string, number: number): Table | undefined {
    return this.tablesByNumber(number).find(({ record }) => record.namespace === namespace);
  }

  /** One of each namespace at most. */
  tablesByNumber(number: number): readonly Table[] {
    return this.#byNumber.get(number) ?? [];
  }

  tableBySpace(space: number): Table | undefined {
    return this.#bySpace.get(space);
  }

  tables(): Iterable<Table> {
    return this.#byName.values();
  }

  put(table: Table): void {
    const { number, creationIndexId, indexes } = table.record;
    const replaced = this.#byName.get(table.recordKey);
    if (replaced !== undefined) this.remove(replaced);
    this.#byName.set(table.recordKey, table);
    this.#bySpace.set(table.space, table);
    this.#byNumber.set(number, [...this.tablesByNumber(number), table]);
    for (const used of [number, table.space]) {
      if (used >= FIRST_USER_TABLE_NUMBER) this.#lastUserNumber = Math.max(this.#lastUserNumber, used);
      else this.#lastSystemNumber = Math.max(this.#lastSystemNumber, used);
    }
    this.#lastIndexId = Math.max(this.#lastIndexId, creationIndexId, ...indexes.map((index) => index.id));
  }

  remove(table: Table): void {
    this.#byName.delete(table.recordKey);
    this.#bySpace.delete(table.space);
    const others = this.tablesByNumber(table.number).filter((other) => other !== table);
    if (others.length > 0) this.#byNumber.set(table.number, others);
    else this.#byNumber.delete(table.number);
  }

  /** Numbers are handed out once, whether or not the transaction that asked commits. */
  allocateTable(namespace: string, name: string): TableRecord {
    const space = name.startsWith("_") ? ++this.#lastSystemNumber : ++this.#lastUserNumber;
    const known = KNOWN_NUMBERS.get(name);
    const place = known === undefined || this.tableByNumber(namespace, known) !== undefined ? { number: space } : { number: known, space };
    return { namespace, name, ...place, creationIndexId: this.allocateIndexId(), indexes: [] };
  }

  allocateIndexId(): number {
    return ++this.#lastIndexId;
  }
}
