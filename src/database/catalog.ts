/**
 * Which tables exist. Owned by the database, changed only by commits (transaction.ts collects the new records), read by
 * every transaction. A table of a component carries that component's namespace; the app's own is "".
 */
import type { Reader } from "../storage/store.js";
import { INDEX_RANGE, TABLE_RECORD_RANGE, indexIdOf, tableRecordKey } from "./keys.js";
import { Table, type TableRecord } from "./table.js";

/** User tables are numbered from here, as in existing exports; lower numbers are system tables'. */
const FIRST_USER_TABLE_NUMBER = 10001;

export class Catalog {
  readonly #byName = new Map<string, Table>();
  readonly #byNumber = new Map<number, Table>();
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
    return catalog;
  }

  table(namespace: string, name: string): Table | undefined {
    return this.#byName.get(tableRecordKey(namespace, name));
  }

  tableByNumber(number: number): Table | undefined {
    return this.#byNumber.get(number);
  }

  tables(): Iterable<Table> {
    return this.#byName.values();
  }

  put(table: Table): void {
    const { namespace, name, number, creationIndexId, indexes } = table.record;
    this.#byName.set(tableRecordKey(namespace, name), table);
    this.#byNumber.set(number, table);
    if (number >= FIRST_USER_TABLE_NUMBER) this.#lastUserNumber = Math.max(this.#lastUserNumber, number);
    else this.#lastSystemNumber = Math.max(this.#lastSystemNumber, number);
    this.#lastIndexId = Math.max(this.#lastIndexId, creationIndexId, ...indexes.map((index) => index.id));
  }

  remove(table: Table): void {
    this.#byName.delete(tableRecordKey(table.record.namespace, table.name));
    this.#byNumber.delete(table.number);
  }

  /** Numbers are handed out once, whether or not the transaction that asked commits. */
  allocateTable(namespace: string, name: string): TableRecord {
    const number = name.startsWith("_") ? ++this.#lastSystemNumber : ++this.#lastUserNumber;
    return { namespace, name, number, creationIndexId: this.allocateIndexId(), indexes: [] };
  }

  allocateIndexId(): number {
    return ++this.#lastIndexId;
  }
}
