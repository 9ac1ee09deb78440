/**
 * What a new schema changes about indexes, as a developer sees it: names, fields, staged or not. Knows schemas as JSON
 * only; what the change does to stored tables is schema-change.ts.
 */
import type { SchemaJson, TableDefinitionJson } from "../schema.js";
import type { DatabaseIndexRecord, SearchIndexRecord, VectorIndexRecord } from "../table.js";

export type DeveloperIndex = (
  | { readonly type: "database"; readonly name: string; readonly fields: readonly string[] }
  | { readonly type: "search"; readonly name: string; readonly searchField: string; readonly filterFields: readonly string[] }
  | { readonly type: "vector"; readonly name: string; readonly dimensions: number; readonly vectorField: string; readonly filterFields: readonly string[] }
) & {
  /** "table.index" */
  readonly name: string;
  readonly staged: boolean;
};

export interface IndexDiff {
  readonly added: readonly DeveloperIndex[];
  readonly removed: readonly DeveloperIndex[];
  /** Staged before, for queries now. */
  readonly enabled: readonly DeveloperIndex[];
  /** For queries before, staged now. */
  readonly disabled: readonly DeveloperIndex[];
  readonly identical: readonly DeveloperIndex[];
}

export interface SearchIndexJson {
  readonly indexDescriptor: string;
  readonly searchField: string;
  readonly filterFields: readonly string[];
}

export interface VectorIndexJson {
  readonly indexDescriptor: string;
  readonly vectorField: string;
  readonly dimensions: number;
  readonly filterFields: readonly string[];
}

/**
 * An index that keeps its name but not its definition is one removed and one added. Null stands for no schema, which
 * declares no index.
 */
export function diffSchema(active: SchemaJson | null, next: SchemaJson | null): IndexDiff {
  const before = new Map(indexesOf(active).map((index) => [definitionOf(index), index]));
  const after = new Map(indexesOf(next).map((index) => [definitionOf(index), index]));
  const kept = [...after].filter(([definition]) => before.has(definition));
  const wasStaged = (definition: string): boolean => before.get(definition)!.staged;
  const select = (test: (definition: string, index: DeveloperIndex) => boolean): DeveloperIndex[] =>
    kept.filter(([definition, index]) => test(definition, index)).map(([, index]) => index);
  return {
    added: [...after].filter(([definition]) => !before.has(definition)).map(([, index]) => index),
    removed: [...before].filter(([definition]) => !after.has(definition)).map(([, index]) => index),
    enabled: select((definition, index) => wasStaged(definition) && !index.staged),
    disabled: select((definition, index) => !wasStaged(definition) && index.staged),
    identical: select((definition, index) => wasStaged(definition) === index.staged),
  };
}

/** Equal for indexes that could share their entries: everything but `staged`. */
function definitionOf({ staged: _staged, ...definition }: DeveloperIndex): string {
  return JSON.stringify(definition);
}

export function indexesOf(schema: SchemaJson | null): DeveloperIndex[] {
  return (schema?.tables ?? []).flatMap((table) => [
    ...stagedAndNot(table.indexes, table.stagedDbIndexes).map(([{ indexDescriptor, fields }, staged]): DeveloperIndex => ({
      type: "database",
      name: `${table.tableName}.${indexDescriptor}`,
      fields: [...fields, "_creationTime"],
      staged,
    })),
    ...stagedAndNot(table.searchIndexes, table.stagedSearchIndexes).map(([definition, staged]) => toSearchIndex(table.tableName, definition as SearchIndexJson, staged)),
    ...stagedAndNot(table.vectorIndexes, table.stagedVectorIndexes).map(([definition, staged]) => toVectorIndex(table.tableName, definition as VectorIndexJson, staged)),
  ]);
}

/** A declared index as its table keeps it, but for what the table knows better: number and state. */
export type IndexDefinition = Omit<DatabaseIndexRecord, StateField> | Omit<SearchIndexRecord, StateField> | Omit<VectorIndexRecord, StateField>;
type StateField = "id" | "state" | "enabled";

export function definitionsOf(table: TableDefinitionJson): IndexDefinition[] {
  return [
    ...stagedAndNot(table.indexes, table.stagedDbIndexes).map(([{ indexDescriptor, fields }, staged]): IndexDefinition => ({ name: indexDescriptor, fields, staged })),
    ...stagedAndNot(table.searchIndexes, table.stagedSearchIndexes).map(([definition, staged]): IndexDefinition => {
      const { indexDescriptor, searchField, filterFields } = definition as SearchIndexJson;
      return { kind: "search", name: indexDescriptor, searchField, filterFields, staged };
    }),
    ...stagedAndNot(table.vectorIndexes, table.stagedVectorIndexes).map(([definition, staged]): IndexDefinition => {
      const { indexDescriptor, vectorField, dimensions, filterFields } = definition as VectorIndexJson;
      return { kind: "vector", name: indexDescriptor, vectorField, dimensions, filterFields, staged };
    }),
  ];
}

/** Whether the entries of the one are those of the other. */
export function isSameIndex(a: IndexDefinition, b: IndexDefinition): boolean {
  return shapeOf(a) === shapeOf(b);
}

function shapeOf(index: IndexDefinition): string {
  if (index.kind === "search") return JSON.stringify(["search", index.name, index.searchField, index.filterFields]);
  if (index.kind === "vector") return JSON.stringify(["vector", index.name, index.vectorField, index.dimensions, index.filterFields]);
  return JSON.stringify(["database", index.name, index.fields]);
}

function stagedAndNot<T>(indexes: readonly T[] | undefined, stagedIndexes: readonly T[] | undefined): (readonly [T, boolean])[] {
  return [...(indexes ?? []).map((index) => [index, false] as const), ...(stagedIndexes ?? []).map((index) => [index, true] as const)];
}

function toSearchIndex(tableName: string, { indexDescriptor, searchField, filterFields }: SearchIndexJson, staged: boolean): DeveloperIndex {
  return { type: "search", name: `${tableName}.${indexDescriptor}`, searchField, filterFields, staged };
}

function toVectorIndex(tableName: string, { indexDescriptor, vectorField, dimensions, filterFields }: VectorIndexJson, staged: boolean): DeveloperIndex {
  return { type: "vector", name: `${tableName}.${indexDescriptor}`, dimensions, vectorField, filterFields, staged };
}
