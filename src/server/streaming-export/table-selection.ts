/** Which tables a connector asks for. The server's own are never exported, nor tables that are still being imported. */
import type { Catalog } from "../../database/catalog.js";
import { isStaged } from "../../database/staged-namespace.js";
import type { Table } from "../../database/table.js";
import type { TableSelection } from "./export-messages.js";

export function isSelected({ record: { name, namespace } }: Table, { component, tableName }: TableSelection): boolean {
  return isExported(name, namespace) && (component === null || component === namespace) && (tableName === null || tableName === name);
}

/** In the order in which a snapshot is walked. */
export function selectedTables(catalog: Catalog, selection: TableSelection): Table[] {
  return [...catalog.tables()].filter((table) => isSelected(table, selection)).sort((a, b) => a.space - b.space);
}

function isExported(name: string, namespace: string): boolean {
  return !name.startsWith("_") && !isStaged(namespace);
}
