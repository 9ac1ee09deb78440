/** The answer to evaluate_schema: what a schema would change, and how much work that would be. Changes nothing. */
import type { Database } from "../../database/database.js";
import type { SchemaJson } from "../../database/schema.js";
import { diffSchema, type DeveloperIndex } from "../../database/schema-change/index-diff.js";
import { tablesToCheck } from "../../database/schema-change/schema-check.js";
import { activeSchema } from "../../database/schema-change/schema-change.js";
import { measureTable, type TableSize } from "../../database/schema-change/table-size.js";
import type { SchemasByNamespace } from "../../database/schema-change/schema-changes.js";
import type { Mount } from "./component-tree.js";
import { APP_COMPONENT } from "./push-request.js";

/** Tables that are larger count as this large: the CLI warns from 100,000 documents on. */
const DOCUMENTS_COUNTED_MAX = 200_000;
const EMPTY: TableSize = { documents: 0, chars: 0 };

type IndexChange = "added" | "identical" | "enabled" | "disabled" | "dropped";

/** Of the app and of each component that is mounted. `known`: definitions that are deployed. */
export async function evaluateSchemaChanges(database: Database, schemas: SchemasByNamespace, mounts: readonly Mount[], known: ReadonlySet<string>): Promise<object> {
  const definitionPaths = new Map(mounts.map(({ path, definitionPath }) => [path, definitionPath]));
  const evaluations: [string, object][] = [];
  for (const [path, next] of schemas) evaluations.push([path, { definitionPath: definitionPaths.get(path) ?? APP_COMPONENT, ...(await evaluateSchemaChange(database, path, next)) }]);
  return { componentSchemaEvaluations: Object.fromEntries(evaluations), newComponentDefinitions: [...new Set(definitionPaths.values())].filter((path) => !known.has(path)) };
}

async function evaluateSchemaChange(database: Database, namespace: string, next: SchemaJson | null): Promise<object> {
  const active = activeSchema(database, namespace);
  const toCheck = new Set(tablesToCheck(active, next));
  const { added, removed, enabled, disabled, identical } = diffSchema(active, next);
  const sizes = await measureTables(database, namespace, [...toCheck, ...[...added, ...removed, ...enabled].map(tableNameOf)]);
  const predict = (indexes: readonly DeveloperIndex[], change: IndexChange): object[] => indexes.map((index) => predictIndex(database, namespace, index, change, sizes));
  return {
    schemaValidation: next?.schemaValidation ?? false,
    tables: (next?.tables ?? []).map(({ tableName }) => ({
      name: tableName,
      outcome: !(next?.schemaValidation ?? false) ? "notValidated" : toCheck.has(tableName) ? "mustWalk" : "supersetOfEnforced",
      numDocs: (sizes.get(tableName) ?? EMPTY).documents,
      sizeBytes: (sizes.get(tableName) ?? EMPTY).chars,
    })),
    indexes: [...predict(added, "added"), ...predict(identical, "identical"), ...predict(enabled, "enabled"), ...predict(disabled, "disabled"), ...predict(removed, "dropped")],
  };
}

function predictIndex(database: Database, namespace: string, index: DeveloperIndex, change: IndexChange, sizes: ReadonlyMap<string, TableSize>): object {
  const numDocs = (sizes.get(tableNameOf(index)) ?? EMPTY).documents;
  return { ...index, change, needsBackfill: numDocs > 0 && (change === "added" || (change === "enabled" && !isReady(database, namespace, index))), numDocs };
}

function isReady(database: Database, namespace: string, { name }: DeveloperIndex): boolean {
  const [tableName, indexName] = name.split(".") as [string, string];
  const table = database.catalog.table(namespace, tableName);
  return table?.record.indexes.some((index) => index.name === indexName && index.state === "ready") ?? false;
}

/** Only of tables whose size matters: counting reads every document. */
async function measureTables(database: Database, namespace: string, names: readonly string[]): Promise<Map<string, TableSize>> {
  const sizes = new Map<string, TableSize>();
  for (const name of new Set(names)) {
    const table = database.catalog.table(namespace, name);
    if (table !== undefined) sizes.set(name, await measureTable(database, table, DOCUMENTS_COUNTED_MAX));
  }
  return sizes;
}

function tableNameOf({ name }: DeveloperIndex): string {
  return name.slice(0, name.indexOf("."));
}
