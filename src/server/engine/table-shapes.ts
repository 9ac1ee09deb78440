/**
 * What the tables of the app seem to hold, from a sample of their newest documents: tables that a schema says nothing about
 * are shown with it (the MCP server's tool "tables").
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Database } from "../../database/database.js";
import { IndexScan } from "../../database/index-scan.js";
import { prefixRange } from "../../database/keys.js";
import { TableNames } from "../../database/table-names.js";
import type { Table } from "../../database/table.js";
import type { Transaction } from "../../database/transaction.js";
import type { ValidatorJson } from "../../values/validator.js";
import { ValidatorInference } from "../../values/validator-inference.js";
import { parseValue } from "../../values/value.js";
import { tableNames } from "../system-functions/tables.js";

/** Of each table. */
const DOCUMENTS_MAX = 256;
const CHARS_MAX = 1024 * 1024;

/** By table; null where it is empty. System fields are left out, as in schemas. One turn of the event loop for each table. */
export async function inferTables(database: Database, componentPath: string): Promise<Record<string, ValidatorJson | null>> {
  const shapes: Record<string, ValidatorJson | null> = {};
  for (const name of tableNames(database.begin("query"), componentPath)) {
    const transaction = database.begin("query");
    const table = transaction.table(componentPath, name);
    // It may be gone since its name was read.
    shapes[name] = table === undefined ? null : inferTable(transaction, table);
    transaction.finish();
    await nextTurn();
  }
  return shapes;
}

/** Null where it is empty. */
export function inferTable(transaction: Transaction, table: Table): ValidatorJson | null {
  const inference = new ValidatorInference(new TableNames(transaction, table.record.namespace));
  const scan = new IndexScan(transaction, table, prefixRange(table.creationIndex.prefix), true);
  let chars = 0;
  for (let count = 0; count < DOCUMENTS_MAX && chars < CHARS_MAX; count++) {
    const found = scan.next();
    if (found === null) break;
    chars += found.document.text.length;
    const { _id, _creationTime, ...fields } = parseValue(found.document.text) as Record<string, unknown>;
    inference.add(fields);
  }
  return inference.validator();
}
