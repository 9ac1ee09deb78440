/**
 * What an import would do to the tables that there are: decided by names, numbers and mode alone, so that it can be asked before
 * anything is done, by the thread that prepares an import, and again in the turn in which it is done.
 */
import type { Catalog } from "../../database/catalog.js";
import { prefixRange } from "../../database/keys.js";
import type { SchemaSet, TableDefinitionJson } from "../../database/schema.js";
import type { Table } from "../../database/table.js";
import type { Reader } from "../../storage/store.js";
import { FILES_TABLE } from "./import-archive.js";
import { ImportError } from "./import-error.js";
import { numbersAfterImport, type TableNumber } from "./table-numbers.js";
import type { ImportMode, ImportTarget } from "./transfer-messages.js";

export interface TablesNow {
  readonly catalog: Catalog;
  readonly reader: Reader;
  readonly schemas: SchemaSet;
}

export interface ImportEffect {
  /** By namespace and name: of imported tables, and of others that give way. */
  readonly numbers: ReadonlyMap<string, ReadonlyMap<string, TableNumber>>;
  /** Imported tables whose documents go. */
  readonly replaced: readonly Table[];
  /** Tables of a schema that lose their documents, because they are not in an import of everything. */
  readonly cleared: readonly Table[];
  /** Tables of no schema, for the same reason. */
  readonly deleted: readonly Table[];
}

/** `root` is the component that is imported into, with those inside of it. Throws {@link ImportError}. */
export function importEffect(now: TablesNow, mode: ImportMode, root: string, targets: readonly ImportTarget[]): ImportEffect {
  const isEmpty = (table: Table): boolean => isEmptyIn(now.reader, table);
  const existing = targets.flatMap(({ namespace, name }) => now.catalog.table(namespace, name) ?? []);
  const withDocuments = existing.filter((table) => !isEmpty(table));
  if (mode === "requireEmpty" && withDocuments.length > 0) {
    throw new ImportError(`There are documents already in ${listed(withDocuments)}. Import with --append to add to them, or with --replace to replace them.`);
  }
  const isReplacing = mode === "replace" || mode === "replaceAll";
  const others = mode === "replaceAll" ? unnamedTables(now, root, new Set(existing)) : [];
  const effect = {
    replaced: isReplacing ? withDocuments : [],
    cleared: others.filter((table) => isDeclared(now.schemas, table) && !isEmpty(table)),
    deleted: others.filter((table) => !isDeclared(now.schemas, table)),
  };
  const leaving = new Set<Table>([...effect.replaced, ...effect.cleared, ...effect.deleted]);
  const numbers = new Map(Array.from(new Set(targets.map(({ namespace }) => namespace)), (namespace) => {
    const here = tablesIn(now.catalog, namespace).filter((table) => !effect.deleted.includes(table));
    const isFree = (table: Table): boolean => !isServersOwn(table) && (leaving.has(table) || isEmpty(table));
    const tables = here.map((table) => ({ name: table.name, number: table.number, isFree: isFree(table) }));
    return [namespace, numbersAfterImport(tables, targets.filter((target) => target.namespace === namespace))];
  }));
  for (const table of effect.replaced) checkReferences(now, table, numbers.get(table.record.namespace)!.get(table.name)!, (other) => isEmpty(other) || leaving.has(other));
  return { numbers, ...effect };
}

export function isEmptyIn(reader: Reader, table: Table): boolean {
  for (const _ of reader.entries(prefixRange(table.documentPrefix))) return false;
  return true;
}

export function isWithin(root: string, namespace: string): boolean {
  return root === "" ? !namespace.startsWith("!") : namespace === root || namespace.startsWith(`${root}/`);
}

export function declaredTable(schemas: SchemaSet, namespace: string, name: string): TableDefinitionJson | null {
  return schemas.get(namespace)?.json.tables.find(({ tableName }) => tableName === name) ?? null;
}

function isDeclared(schemas: SchemaSet, { record: { namespace, name } }: Table): boolean {
  return declaredTable(schemas, namespace, name) !== null;
}

/** Its documents are not developers' to name. */
function isServersOwn({ name }: Table): boolean {
  return name.startsWith("_") && name !== FILES_TABLE;
}

function tablesIn(catalog: Catalog, namespace: string): Table[] {
  return [...catalog.tables()].filter(({ record }) => record.namespace === namespace);
}

function unnamedTables({ catalog }: TablesNow, root: string, named: ReadonlySet<Table>): Table[] {
  return [...catalog.tables()].filter((table) => isWithin(root, table.record.namespace) && !table.name.startsWith("_") && !named.has(table));
}

/** Documents that stay may hold ids of those that go; where a schema says so, it would no longer hold. */
function checkReferences({ catalog, schemas }: TablesNow, table: Table, number: TableNumber, isGone: (other: Table) => boolean): void {
  const { namespace, name } = table.record;
  const schema = schemas.get(namespace)?.json;
  if (number === table.number || schema?.schemaValidation !== true) return;
  for (const other of tablesIn(catalog, namespace)) {
    const type = other === table ? null : (declaredTable(schemas, namespace, other.name)?.documentType ?? null);
    if (type === null || isGone(other) || !refersTo(type, name)) continue;
    throw new ImportError(`The ids of table "${name}" in the import are of another table than those here, and by the schema documents of "${other.name}" hold ids of "${name}". Import both tables, leave "_id" out, or replace everything with --replace-all.`);
  }
}

/** Looks for `{"type": "id", "tableName": …}` anywhere in a validator. */
function refersTo(validator: unknown, tableName: string): boolean {
  if (typeof validator !== "object" || validator === null) return false;
  const { type, tableName: referred } = validator as { type?: unknown; tableName?: unknown };
  return (type === "id" && referred === tableName) || Object.values(validator).some((part) => refersTo(part, tableName));
}

function listed(tables: readonly Table[]): string {
  const names = tables.slice(0, 10).map(({ name }) => `"${name}"`);
  return `${tables.length === 1 ? "table" : "tables"} ${names.join(", ")}${tables.length > 10 ? ", …" : ""}`;
}
