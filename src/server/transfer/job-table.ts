/** Imports and exports as documents of system tables: durable, and what the CLI subscribes to. */
import type { Database } from "../../database/database.js";
import { IndexScan } from "../../database/index-scan.js";
import { prefixRange } from "../../database/keys.js";
import { NO_TRANSACTION_LIMITS } from "../../database/limits.js";
import type { DocumentValue } from "../../database/table.js";
import type { Transaction } from "../../database/transaction.js";
import { newId } from "../../values/id.js";
import { encodeValue, parseValue } from "../../values/value.js";

export type JobDocument<Fields> = Fields & { readonly _id: string; readonly _creationTime: number };

export class JobTable<Fields extends object> {
  constructor(private readonly tableName: string) {}

  insert(transaction: Transaction, fields: Fields): string {
    const table = transaction.ensureTable("", this.tableName);
    const _id = newId(table.number);
    const value = { ...fields, _id, _creationTime: transaction.nextCreationTime() };
    transaction.write(table, _id, null, { text: encodeValue(value), value: value as DocumentValue });
    return _id;
  }

  get(transaction: Transaction, id: string): JobDocument<Fields> | null {
    const table = transaction.table("", this.tableName);
    const text = table === undefined ? undefined : transaction.get(table, id);
    return text === undefined ? null : (parseValue(text) as unknown as JobDocument<Fields>);
  }

  update(transaction: Transaction, before: JobDocument<Fields>, changes: Partial<Fields> | null): void {
    const table = transaction.ensureTable("", this.tableName);
    const text = encodeValue(before);
    const next = changes === null ? null : { ...before, ...changes };
    const after = next === null ? null : { text: encodeValue(next), value: next as unknown as DocumentValue };
    transaction.write(table, before._id, { text, value: before as unknown as DocumentValue }, after);
  }

  /** Newest first. */
  list(transaction: Transaction): JobDocument<Fields>[] {
    const table = transaction.table("", this.tableName);
    if (table === undefined) return [];
    const scan = new IndexScan(transaction, table, prefixRange(table.creationIndex.prefix), true);
    const documents: JobDocument<Fields>[] = [];
    for (let found = scan.next(); found !== null; found = scan.next()) documents.push(parseValue(found.document.text) as unknown as JobDocument<Fields>);
    return documents;
  }
}

/** Runs `change` in a transaction of the server's own, and commits it. */
export function inTransaction<T>(database: Database, change: (transaction: Transaction) => T): T {
  const transaction = database.begin("mutation", NO_TRANSACTION_LIMITS);
  const result = change(transaction);
  database.commit(transaction);
  return result;
}
