/**
 * What a schema may declare: names, fields and numbers of its tables and indexes. Whether documents match it is
 * schema-check.ts.
 */
import { validatorToSource, type ValidatorJson } from "../../values/validator.js";
import type { SchemaJson, TableDefinitionJson } from "../schema.js";
import { indexesOf, type DeveloperIndex } from "./index-diff.js";

/** Public limits of Convex (docs.convex.dev, "Limits"). */
const INDEXES_MAX = 32;
const INDEX_FIELDS_MAX = 16;
const NAME_LENGTH_MAX = 64;
const VECTOR_INDEXES_MAX = 4;
const VECTOR_DIMENSIONS_MIN = 2;
const VECTOR_DIMENSIONS_MAX = 4_096;

const NAME = /^[a-zA-Z][a-zA-Z0-9_]*$/;
const FIELD_PATH = /^[a-zA-Z_][a-zA-Z0-9_]*(?:\.[a-zA-Z_][a-zA-Z0-9_]*)*$/;
const RESERVED_INDEXES = new Set(["by_id", "by_creation_time"]);

/** The first thing that is wrong, as a sentence with its mend; null where nothing is. */
export function schemaProblem(schema: SchemaJson): string | null {
  const names = new Set<string>();
  for (const table of schema.tables) {
    if (names.has(table.tableName)) return `The schema defines the table "${table.tableName}" twice. Keep one of the definitions.`;
    names.add(table.tableName);
    const problem = tableProblem(table);
    if (problem !== null) return problem;
  }
  return null;
}

function tableProblem(table: TableDefinitionJson): string | null {
  const { tableName, documentType } = table;
  const nameError = nameProblem(tableName, "Table");
  if (nameError !== null) return nameError;
  if (documentType !== null && !["object", "union", "any", "record"].includes(documentType.type)) {
    return `The validator of the table "${tableName}" is \`v.${documentType.type}()\`, but documents are objects. Pass an object of validators, \`v.object(…)\` or a \`v.union(…)\` of objects to defineTable.`;
  }
  const staged = table.stagedDocumentType ?? null;
  if (staged !== null && !["object", "union", "any", "record"].includes(staged.type)) {
    return `The staged validator of the table "${tableName}" is \`v.${staged.type}()\`, but documents are objects. Pass fields to change, \`v.object(…)\` or a \`v.union(…)\` of objects to .staged().`;
  }
  const indexes = indexesOf({ tables: [table], schemaValidation: false });
  if (indexes.length > INDEXES_MAX) return `The table "${tableName}" has ${indexes.length} indexes, and at most ${INDEXES_MAX} are allowed. Remove some.`;
  const vectorIndexes = indexes.filter(({ type }) => type === "vector").length;
  if (vectorIndexes > VECTOR_INDEXES_MAX) return `The table "${tableName}" has ${vectorIndexes} vector indexes, and at most ${VECTOR_INDEXES_MAX} are allowed. Remove some, or keep the vectors in another table.`;
  const names = indexes.map((index) => indexName(index));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) return `The table "${tableName}" defines the index "${twice}" twice. Give each index its own name.`;
  return indexes.map((index) => indexProblem(index) ?? searchFieldProblem(index, documentType)).find((problem) => problem !== null) ?? null;
}

/** A search index of a field that can hold no string would never find anything. */
function searchFieldProblem(index: DeveloperIndex, documentType: ValidatorJson | null): string | null {
  if (index.type !== "search" || documentType === null) return null;
  const types = typesAt(documentType, index.searchField.split("."));
  if (types.some(holdsStrings)) return null;
  const found = types.length === 0 ? "which the table does not have" : `which is \`${types.map(validatorToSource).join("` or `")}\``;
  return `Search index "${index.name}" searches the field \`${index.searchField}\`, ${found}. Name a field that is a \`v.string()\`.`;
}

/** What the schema says of the field at a path: several where there are unions, none where there is no such field. */
function typesAt(type: ValidatorJson, path: readonly string[]): ValidatorJson[] {
  const [name, ...rest] = path;
  if (type.type === "union") return type.value.flatMap((member) => typesAt(member, path));
  if (name === undefined || type.type === "any") return [type];
  if (type.type === "record") return typesAt(type.values.fieldType, rest);
  if (type.type !== "object" || !Object.hasOwn(type.value, name)) return [];
  return typesAt(type.value[name]!.fieldType, rest);
}

function holdsStrings(type: ValidatorJson): boolean {
  return type.type === "string" || type.type === "any" || type.type === "id" || (type.type === "literal" && typeof type.value === "string");
}

function indexProblem(index: DeveloperIndex): string | null {
  const name = indexName(index);
  const nameError = nameProblem(name, "Index");
  if (nameError !== null) return nameError;
  if (RESERVED_INDEXES.has(name)) return `Index name "${name}" is reserved: every table has that index. Choose another name for "${index.name}", or leave it out.`;
  switch (index.type) {
    case "database":
      return fieldsProblem(index.name, index.fields.slice(0, -1));
    case "search":
      return fieldsProblem(index.name, [index.searchField]) ?? filterFieldsProblem(index.name, index.filterFields);
    case "vector":
      if (!(Number.isInteger(index.dimensions) && index.dimensions >= VECTOR_DIMENSIONS_MIN && index.dimensions <= VECTOR_DIMENSIONS_MAX)) {
        return `Vector index "${index.name}" has ${index.dimensions} dimensions. Give it a whole number between ${VECTOR_DIMENSIONS_MIN} and ${VECTOR_DIMENSIONS_MAX}.`;
      }
      return fieldsProblem(index.name, [index.vectorField]) ?? filterFieldsProblem(index.name, index.filterFields);
  }
}

function fieldsProblem(name: string, fields: readonly string[]): string | null {
  if (fields.length === 0) return `Index "${name}" has no fields. Give it at least one; every table has an index "by_creation_time" already.`;
  if (fields.includes("_creationTime")) return `Index "${name}" names \`_creationTime\`, which is added to the end of every index by itself. Remove it from the fields.`;
  return filterFieldsProblem(name, fields);
}

function filterFieldsProblem(name: string, fields: readonly string[]): string | null {
  if (fields.length > INDEX_FIELDS_MAX) return `Index "${name}" has ${fields.length} fields, and at most ${INDEX_FIELDS_MAX} are allowed. Remove some.`;
  const twice = fields.find((field, i) => fields.indexOf(field) !== i);
  if (twice !== undefined) return `Index "${name}" names the field \`${twice}\` twice. Name each field once.`;
  const odd = fields.find((field) => !FIELD_PATH.test(field));
  return odd === undefined ? null : `Index "${name}" names \`${odd}\`, which is no field path. Use field names of letters, digits and underscores, with dots between those of nested objects.`;
}

function nameProblem(name: string, what: "Table" | "Index"): string | null {
  if (NAME.test(name) && name.length <= NAME_LENGTH_MAX) return null;
  return `${what} name "${name.slice(0, 2 * NAME_LENGTH_MAX)}" is not allowed: names start with a letter and have up to ${NAME_LENGTH_MAX} letters, digits and underscores. Rename it.`;
}

function indexName(index: DeveloperIndex): string {
  return index.name.slice(index.name.indexOf(".") + 1);
}
