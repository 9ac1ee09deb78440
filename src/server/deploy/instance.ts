/** Where the deployment is reached: the settings of the server that runs it, kept in "_instance" for queries to read. */
import type { Database } from "../../database/database.js";
import type { Transaction } from "../../database/transaction.js";
import type { Instance } from "./environment.js";
import { readSystemTable, writeSystemTable } from "./system-documents.js";

const TABLE = "_instance";

/** Commits, if it is not what the last start of the engine wrote. */
export function writeInstance(database: Database, { cloudOrigin, siteOrigin }: Instance): void {
  const transaction = database.begin("mutation");
  writeSystemTable(transaction, TABLE, "name", [{ name: "current", cloudOrigin, siteOrigin }]);
  database.commit(transaction);
}

/** Null in a database that no engine has opened yet. */
export function readInstance(transaction: Transaction): Instance | null {
  return readSystemTable<{ readonly cloudOrigin: string; readonly siteOrigin: string }>(transaction, TABLE)[0] ?? null;
}
