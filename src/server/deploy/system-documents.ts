/**
 * Documents of the server's own tables ("_modules", "_environment_variables", …). They are documents like any other, so
 * they are durable, consistent and reactive like them; only their size is not bounded.
 */
import { IndexScan } from "../../database/index-scan.js";
import { prefixRange } from "../../database/keys.js";
import { NO_TRANSACTION_LIMITS } from "../../database/limits.js";
import { StoredDocument, type Revision } from "../../database/stored-document.js";
import type { Transaction } from "../../database/transaction.js";
import { newId } from "../../values/id.js";
import { encodeValue } from "../../values/value.js";

/** The app's. System tables of the deployment are kept there. */
export const APP_NAMESPACE = "";

/** For transactions that carry code: it comes whole or not at all. */
export const NO_LIMITS = NO_TRANSACTION_LIMITS;

export type SystemFields = Readonly<Record<string, unknown>>;

/** In the order of their creation. None where the table does not exist yet. */
export function readSystemTable<T extends SystemFields>(transaction: Transaction, tableName: string): T[] {
  return revisionsOf(transaction, tableName).map(({ value }) => value as unknown as T);
}

/**
 * Makes the table hold exactly `documents`, told apart by their field `key`. Documents that stay the same are not written.
 */
export function writeSystemTable(transaction: Transaction, tableName: string, key: string, documents: Iterable<SystemFields>): void {
  const existing = new Map(revisionsOf(transaction, tableName).map((revision) => [revision.value[key], revision]));
  for (const document of documents) {
    putRevision(transaction, tableName, existing.get(document[key] as string) ?? null, document);
    existing.delete(document[key] as string);
  }
  const table = transaction.ensureTable(APP_NAMESPACE, tableName);
  for (const revision of existing.values()) transaction.write(table, revision.value["_id"] as string, revision, null);
}

function putRevision(transaction: Transaction, tableName: string, before: Revision | null, fields: SystemFields): void {
  const table = transaction.ensureTable(APP_NAMESPACE, tableName);
  const id = (before?.value["_id"] as string | undefined) ?? newId(table.number);
  const _creationTime = before?.value["_creationTime"] ?? transaction.nextCreationTime();
  transaction.write(table, id, before, new StoredDocument(table, id, encodeValue({ ...fields, _id: id, _creationTime })));
}

function revisionsOf(transaction: Transaction, tableName: string): Revision[] {
  const table = transaction.table(APP_NAMESPACE, tableName);
  if (table === undefined) return [];
  const scan = new IndexScan(transaction, table, prefixRange(table.creationIndex.prefix), false);
  const revisions: Revision[] = [];
  for (let found = scan.next(); found !== null; found = scan.next()) revisions.push(found.document);
  return revisions;
}
