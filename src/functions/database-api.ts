/**
 * `ctx.db`: the reader of queries and the writer of mutations, in every form of the public API (with and without the
 * table name). Plain objects with own functions, because apps and libraries spread and destructure them.
 */
import type { ReadScope } from "./read-scope.js";
import { requireArgument } from "./require-argument.js";
import { TableQueryInitializer } from "./table-query.js";

export interface DatabaseReaderApi {
  readonly get: (tableOrId: unknown, id?: unknown) => Promise<unknown>;
  readonly query: (tableName: string) => TableQueryInitializer;
  readonly normalizeId: (tableName: string, id: string) => string | null;
  readonly table: (tableName: string) => object;
}

type Space = "user" | "system";

/** Tables of the server's own that apps may read; the others are its secret. */
export const PUBLIC_SYSTEM_TABLES: ReadonlySet<string> = new Set(["_storage", "_scheduled_functions"]);

function requireSpace(tableName: string, space: Space, method: string): void {
  const isSystemTable = tableName.startsWith("_");
  if (isSystemTable && space === "system" && !PUBLIC_SYSTEM_TABLES.has(tableName)) {
    throw new Error(`There is no system table '${tableName.slice(0, 64)}'. Those that can be read are ${[...PUBLIC_SYSTEM_TABLES].join(" and ")}.`);
  }
  if (isSystemTable === (space === "system")) return;
  throw new Error(`${isSystemTable ? "System" : "User"} tables can only be accessed from db.${isSystemTable ? "system." : ""}${method}().`);
}

function requireId(id: unknown, position: number, method: string): string {
  requireArgument(id, position, method, "id");
  if (typeof id !== "string") {
    throw new Error(`Invalid argument \`id\` for \`db.${method}\`, expected string but got '${typeof id}': ${String(id)}`);
  }
  return id;
}

function readerOf(scope: ReadScope, space: Space): DatabaseReaderApi {
  const get = (tableName: string | undefined, id: unknown): Promise<unknown> =>
    scope.attempt(() => {
      const text = requireId(id, 1, "get");
      const named = tableName ?? scope.documents.tableNameOf(text);
      if (named !== null) requireSpace(named, space, "get");
      return scope.documents.get(text, "get", tableName);
    });
  const query = (tableName: string): TableQueryInitializer =>
    scope.attemptSync(() => {
      requireArgument(tableName, 1, "query", "tableName");
      requireSpace(tableName, space, "query");
      return new TableQueryInitializer(scope, tableName);
    });
  return {
    get: (tableOrId, id) => (id === undefined ? get(undefined, tableOrId) : get(tableOrId as string, id)),
    query,
    normalizeId: (tableName, id) =>
      scope.attemptSync(() => {
        requireArgument(tableName, 1, "normalizeId", "tableName");
        requireArgument(id, 2, "normalizeId", "id");
        requireSpace(tableName, space, "normalizeId");
        return scope.documents.normalizeId(tableName, id);
      }),
    table: (tableName) => ({ get: (id: unknown) => get(tableName, id), query: () => query(tableName) }),
  };
}

/*
 * The objects below are made for every call of a function, so they are written out: spreading costs ten times as much.
 */

function systemReader(scope: ReadScope): object {
  return readerOf(scope, "system");
}

export function databaseReader(scope: ReadScope): object {
  const { get, query, normalizeId, table } = readerOf(scope, "user");
  return { get, query, normalizeId, table, system: systemReader(scope) };
}

interface WriteMethods {
  readonly insert: (tableName: unknown, value: unknown) => Promise<unknown>;
  readonly patch: (tableName: string | undefined, id: unknown, value: unknown) => Promise<unknown>;
  readonly replace: (tableName: string | undefined, id: unknown, value: unknown) => Promise<unknown>;
  readonly delete: (tableName: string | undefined, id: unknown) => Promise<unknown>;
}

function writeMethods(scope: ReadScope): WriteMethods {
  const { documents } = scope;
  return {
    insert: (tableName, value) =>
      scope.attempt(() => {
        requireArgument(tableName, 1, "insert", "table");
        requireArgument(value, 2, "insert", "value");
        if (typeof tableName !== "string") throw new Error(`Invalid argument \`table\` for \`db.insert\`, expected string but got '${typeof tableName}'`);
        if (tableName.startsWith("_")) throw new Error("System tables (prefixed with `_`) are read-only.");
        return documents.insert(tableName, value);
      }),
    patch: (tableName, id, value) =>
      scope.attempt(() => {
        const text = requireId(id, 1, "patch");
        requireArgument(value, 2, "patch", "value");
        documents.patch(text, value, tableName);
      }),
    replace: (tableName, id, value) =>
      scope.attempt(() => {
        const text = requireId(id, 1, "replace");
        requireArgument(value, 2, "replace", "value");
        documents.replace(text, value, tableName);
      }),
    delete: (tableName, id) => scope.attempt(() => documents.delete(requireId(id, 1, "delete"), tableName)),
  };
}

export function databaseWriter(scope: ReadScope): object {
  const { get, query, normalizeId, table } = readerOf(scope, "user");
  const write = writeMethods(scope);
  return {
    get,
    query,
    normalizeId,
    system: systemReader(scope),
    vars: { commitTs: scope.realm.documents.commitTimestamp },
    insert: write.insert,
    patch: (tableOrId: unknown, idOrValue: unknown, value?: unknown) =>
      value === undefined ? write.patch(undefined, tableOrId, idOrValue) : write.patch(tableOrId as string, idOrValue, value),
    replace: (tableOrId: unknown, idOrValue: unknown, value?: unknown) =>
      value === undefined ? write.replace(undefined, tableOrId, idOrValue) : write.replace(tableOrId as string, idOrValue, value),
    delete: (tableOrId: unknown, id?: unknown) => (id === undefined ? write.delete(undefined, tableOrId) : write.delete(tableOrId as string, id)),
    table: (tableName: string) => ({
      ...table(tableName),
      insert: (value: unknown) => write.insert(tableName, value),
      patch: (id: unknown, value: unknown) => write.patch(tableName, id, value),
      replace: (id: unknown, value: unknown) => write.replace(tableName, id, value),
      delete: (id: unknown) => write.delete(tableName, id),
    }),
  };
}
