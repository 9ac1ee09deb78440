/** The answer to evaluate_schema: what a schema would change, and how much work that would be. Changes nothing. */
import { isDeepStrictEqual } from "node:util";
import type { Database } from "../../database/database.js";
import type { SchemaJson, TableDefinitionJson } from "../../database/schema.js";
import { diffSchema, type DeveloperIndex } from "../../database/schema-change/index-diff.js";
import { tablesToCheck } from "../../database/schema-change/schema-check.js";
import { activeSchema } from "../../database/schema-change/schema-change.js";
import { measureTable, type TableSize } from "../../database/schema-change/table-size.js";
import type { StagedState, StagedValidator } from "../../database/schema-change/staged-validations.js";
import { acceptsAll } from "../../values/validator-superset.js";
import type { SchemasByNamespace } from "../../database/schema-change/schema-changes.js";
import type { Mount } from "./component-tree.js";
import { APP_COMPONENT } from "./push-request.js";

/** Tables that are larger count as this large: the CLI warns from 100,000 documents on. */
const DOCUMENTS_COUNTED_MAX = 200_000;
/** What an evaluation looks at. */
export interface EvaluatedState {
  readonly database: Database;
  /** What the schema in force stages, and how far it is. */
  readonly staged: (namespace: string) => readonly StagedValidator[];
}

const EMPTY: TableSize = { documents: 0, chars: 0 };

type IndexChange = "added" | "identical" | "enabled" | "disabled" | "dropped";

/** Of the app and of each component that is mounted. `known`: definitions that are deployed. */
export async function evaluateSchemaChanges(state: EvaluatedState, schemas: SchemasByNamespace, mounts: readonly Mount[], known: ReadonlySet<string>): Promise<object> {
  const definitionPaths = new Map(mounts.map(({ path, definitionPath }) => [path, definitionPath]));
  const evaluations: [string, object][] = [];
  for (const [path, next] of schemas) evaluations.push([path, { definitionPath: definitionPaths.get(path) ?? APP_COMPONENT, ...(await evaluateSchemaChange(state, path, next)) }]);
  return { componentSchemaEvaluations: Object.fromEntries(evaluations), newComponentDefinitions: [...new Set(definitionPaths.values())].filter((path) => !known.has(path)) };
}

async function evaluateSchemaChange({ database, staged: stagedIn }: EvaluatedState, namespace: string, next: SchemaJson | null): Promise<object> {
  const staged = stagedIn(namespace);
  const active = activeSchema(database, namespace);
  const toCheck = new Set(tablesToCheck(active, next));
  const { added, removed, enabled, disabled, identical } = diffSchema(active, next);
  const sizes = await measureTables(database, namespace, [...toCheck, ...[...added, ...removed, ...enabled].map(tableNameOf)]);
  const predict = (indexes: readonly DeveloperIndex[], change: IndexChange): object[] => indexes.map((index) => predictIndex(database, namespace, index, change, sizes));
  return {
    schemaValidation: next?.schemaValidation ?? false,
    tables: (next?.tables ?? []).map((table) => ({
      name: table.tableName,
      numDocs: (sizes.get(table.tableName) ?? EMPTY).documents,
      sizeBytes: (sizes.get(table.tableName) ?? EMPTY).chars,
      ...predictCheck(table, next?.schemaValidation ?? false, toCheck.has(table.tableName), staged.find(({ tableName }) => tableName === table.tableName)),
    })),
    indexes: [...predict(added, "added"), ...predict(identical, "identical"), ...predict(enabled, "enabled"), ...predict(disabled, "disabled"), ...predict(removed, "dropped")],
    discardedStagedValidators: staged.flatMap((validator) => discarded(validator, next, toCheck)),
  };
}

/** Whether documents have to be looked at when the table is pushed, and what is known of its staged validator. */
function predictCheck(table: TableDefinitionJson, isValidated: boolean, isNew: boolean, staged: StagedValidator | undefined): object {
  const known = staged === undefined ? {} : { staged: stateResponse(staged.state) };
  if (!isValidated) return { outcome: "notValidated", ...known };
  if (!isNew) return { outcome: "supersetOfEnforced", ...known };
  const isStaged = staged !== undefined && applies(table, staged);
  if (isStaged && staged.state.state === "valid") return { outcome: "supersetOfStagedValidated", ...known };
  return { outcome: "mustWalk", ...known, canSkipAfterStagedValidation: isStaged };
}

/** What has been found out about a validator is lost when the schema neither stages nor applies it. What failed is no loss. */
function discarded({ tableName, type, state }: StagedValidator, next: SchemaJson | null, toCheck: ReadonlySet<string>): object[] {
  const table = next?.schemaValidation === true ? next.tables.find((candidate) => candidate.tableName === tableName) : undefined;
  const nextStaged = table?.stagedDocumentType ?? null;
  const isKept = table !== undefined && (isDeepStrictEqual(nextStaged, type) || isDeepStrictEqual(table.documentType, type) || (toCheck.has(tableName) && applies(table, { type })));
  return isKept || state.state === "failed" ? [] : [{ tableName, state: stateResponse(state), replaced: nextStaged !== null }];
}

function applies({ documentType }: TableDefinitionJson, { type }: Pick<StagedValidator, "type">): boolean {
  return documentType !== null && acceptsAll(documentType, type);
}

/** How many documents there are is not counted for it. */
function stateResponse(state: StagedState): object {
  return state.state === "pending" ? { state: "pending", numDocsValidated: state.documentsDone, totalDocs: null } : state;
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
