/** What is in the tables of the app, or of a component: also of one that is not mounted any more. */
import { DatabaseError } from "../../database/errors.js";
import { TABLE_RECORD_RANGE, prefixRange } from "../../database/keys.js";
import { queryPage } from "../../database/query/paginate.js";
import { countDocuments } from "../../database/schema-change/table-size.js";
import type { Table, TableRecord } from "../../database/table.js";
import type { Transaction } from "../../database/transaction.js";
import type { Value } from "../../values/value.js";
import { AUDIT_TABLE, CUSTOM_AUDIT_TABLE } from "../../functions/audit-log.js";
import { PUBLIC_SYSTEM_TABLES } from "../../functions/database-api.js";
import { lazySchema } from "../lazy-schema.js";
import { CRON_JOBS_TABLE, CRON_LOGS_TABLE } from "../scheduler/cron-table.js";
import { requireKnownComponent } from "./known-component.js";
import { noArguments, systemQuery } from "./system-query.js";
import { presentHere } from "../../database/stored-document.js";

/** Those that functions can read, and what an admin may want to look at. */
const READABLE_SYSTEM_TABLES: ReadonlySet<string> = new Set([...PUBLIC_SYSTEM_TABLES, CRON_JOBS_TABLE, CRON_LOGS_TABLE, AUDIT_TABLE, CUSTOM_AUDIT_TABLE]);

/** A larger table counts as this large. The CLI warns from 100,000 documents on. */
const DOCUMENTS_COUNTED_MAX = 200_000;

/** One page has them all: a deployment has few tables. */
export const tables = systemQuery(noArguments, (transaction, _args, componentPath) => {
  requireKnownComponent(transaction, componentPath);
  return { page: tableNames(transaction, componentPath).map((name) => ({ name })), isDone: true, continueCursor: "" };
});

export const tableData = systemQuery(
  lazySchema((z) =>
    z.looseObject({
      table: z.string(),
      order: z.enum(["asc", "desc"]).default("desc"),
      paginationOpts: z.looseObject({ cursor: z.string().nullable(), numItems: z.number() }),
    }),
  ),
  (transaction, { table, order, paginationOpts }, componentPath) => {
    refuseSystemTable(table);
    requireKnownComponent(transaction, componentPath);
    const query = { source: { type: "FullTableScan" as const, tableName: table, order }, operators: [] };
    const { cursor, numItems } = paginationOpts;
    const args = { query, cursor, endCursor: null, pageSize: numItems, maximumRowsRead: null, maximumBytesRead: null };
    return { ...queryPage(transaction, componentPath, args, presentHere, null) } as unknown as Value;
  },
);

const tableArguments = lazySchema((z) => z.looseObject({ tableName: z.string() }));

export const tableSize = systemQuery(tableArguments, (transaction, { tableName }, componentPath) => {
  const table = readWholeTable(transaction, componentPath, tableName);
  return table === undefined ? 0 : countDocuments(transaction.reader, table, DOCUMENTS_COUNTED_MAX);
});

/** Has another result whenever anything in the table has changed. */
export const tableVersion = systemQuery(tableArguments, (transaction, { tableName }, componentPath) => {
  readWholeTable(transaction, componentPath, tableName);
  return transaction.ts;
});

function readWholeTable(transaction: Transaction, namespace: string, tableName: string): Table | undefined {
  refuseSystemTable(tableName);
  const table = transaction.table(namespace, tableName);
  if (table !== undefined) transaction.readSet.addRange(prefixRange(table.creationIndex.prefix));
  return table;
}

/** Of the app or of a component, its own tables only. */
export function tableNames(transaction: Transaction, ofNamespace: string): string[] {
  transaction.readSet.addRange(TABLE_RECORD_RANGE);
  const names: string[] = [];
  for (const [, text] of transaction.reader.entries(TABLE_RECORD_RANGE)) {
    const { namespace, name } = JSON.parse(text) as TableRecord;
    if (namespace === ofNamespace && !isSystemTable(name)) names.push(name);
  }
  return names;
}

function refuseSystemTable(name: string): void {
  if (isSystemTable(name) && !READABLE_SYSTEM_TABLES.has(name)) throw new DatabaseError("invalidQuery", `Table "${name}" is the server's own and can't be read like this. Tables of the app don't start with an underscore.`);
}

function isSystemTable(name: string): boolean {
  return name.startsWith("_");
}
