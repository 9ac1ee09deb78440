/** What the tables of the app, or of a component, hold: by their schema where it is enforced, else by a sample of what is there. */
import { Catalog } from "../../database/catalog.js";
import { NO_TRANSACTION_LIMITS } from "../../database/limits.js";
import { beginOnSnapshot } from "../../database/snapshot-database.js";
import type { Table } from "../../database/table.js";
import type { Transaction } from "../../database/transaction.js";
import type { SnapshotSource } from "../../storage/store.js";
import type { ValidatorJson } from "../../values/validator.js";
import { inferTable } from "../engine/table-shapes.js";
import type { ExportRequest } from "./export-messages.js";
import { documentSchema, fieldNames } from "./json-schema.js";
import { selectedTables } from "./table-selection.js";

export function jsonSchemas(store: SnapshotSource, { component, deltaSchema, format }: Extract<ExportRequest, { type: "schemas" }>): string {
  const validators = tableValidators(store, component);
  return JSON.stringify(Object.fromEntries(Array.from(validators, ([name, validator]) => [name, validator === null ? false : documentSchema(name, validator, deltaSchema, format)])));
}

export function tablesAndColumns(store: SnapshotSource, component: string): string {
  return JSON.stringify(Object.fromEntries(Array.from(tableValidators(store, component), ([name, validator]) => [name, ["_creationTime", "_id", ...(validator === null ? [] : fieldNames(validator))]])));
}

/** By table name; null for a table of which nothing is known. */
function tableValidators(store: SnapshotSource, component: string): Map<string, ValidatorJson | null> {
  const { transaction, release } = beginOnSnapshot(store, NO_TRANSACTION_LIMITS, Date.now);
  try {
    const declared = declaredTypes(transaction, component);
    const tables = new Map(selectedTables(Catalog.load(transaction.reader), { component, tableName: null }).map((table) => [table.name, table]));
    const names = [...new Set([...tables.keys(), ...declared.keys()])].sort();
    return new Map(names.map((name) => [name, declared.get(name) ?? inferred(transaction, tables.get(name))]));
  } finally {
    transaction.finish();
    release();
  }
}

function declaredTypes(transaction: Transaction, component: string): Map<string, ValidatorJson> {
  const schema = transaction.schemas.get(component)?.json;
  if (schema?.schemaValidation !== true) return new Map();
  return new Map(schema.tables.flatMap(({ tableName, documentType }) => (documentType === null || documentType.type === "any" ? [] : [[tableName, documentType] as const])));
}

function inferred(transaction: Transaction, table: Table | undefined): ValidatorJson | null {
  return table === undefined ? null : inferTable(transaction, table);
}
