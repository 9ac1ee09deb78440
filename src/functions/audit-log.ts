/**
 * Audit logs: what was done to the deployment (pushes, environment variables, keys), and what functions write with
 * `log.audit`. They are documents of system tables, written in the transaction of what they tell: both happen, or neither. Each
 * table keeps its newest entries, which are numbered without gaps.
 */
import { APP_COMPONENT_PATH } from "./component-path.js";
import { IndexScan } from "../database/index-scan.js";
import { prefixRange } from "../database/keys.js";
import type { Table } from "../database/table.js";
import type { Revision } from "../database/stored-document.js";
import type { Transaction } from "../database/transaction.js";
import { newId } from "../values/id.js";
import { encodeValue } from "../values/value.js";

/** What was done to the deployment. */
export const AUDIT_TABLE = "_audit_log";
/** What functions wrote. */
export const CUSTOM_AUDIT_TABLE = "_custom_audit_log";
/** Of each table. */
export const AUDIT_ENTRIES_MAX = 100_000;

/** Besides `_id` and `_creationTime`, which is when it was written. */
export interface AuditFields {
  readonly [field: string]: string | null;
}

/** What is written counts for nobody. */
export function appendAudit(transaction: Transaction, tableName: string, fields: AuditFields): void {
  const books = transaction.child({ writable: true, uncounted: true });
  const table = books.ensureTable(APP_COMPONENT_PATH, tableName);
  const newest = edge(books, table, true);
  const number = newest === null ? 1 : numberOf(newest) + 1;
  const document = { ...fields, number, _id: newId(table.number), _creationTime: books.nextCreationTime() };
  books.write(table, document._id, null, { text: encodeValue(document), value: document });
  const oldest = number > AUDIT_ENTRIES_MAX ? edge(books, table, false) : null;
  if (oldest !== null && numberOf(oldest) <= number - AUDIT_ENTRIES_MAX) books.write(table, oldest.value["_id"] as string, oldest, null);
  transaction.absorb(books);
}

function edge(transaction: Transaction, table: Table, isNewest: boolean): Revision | null {
  const scan = new IndexScan(transaction, table, prefixRange(table.creationIndex.prefix), isNewest);
  const found = scan.next();
  scan.close();
  return found === null ? null : found.document;
}

function numberOf({ value }: Revision): number {
  return value["number"] as number;
}
