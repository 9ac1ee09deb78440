/** What a developer is asked to confirm: table by table, what an import adds and what goes. */
import type { Table } from "../../database/table.js";
import type { ImportEffect } from "./import-effect.js";

export interface AddedTable {
  readonly namespace: string;
  readonly name: string;
  readonly added: number;
}

interface Line {
  readonly name: string;
  readonly added: number;
  readonly removed: string;
}

/** `countOf` counts no further than to `countMax`. */
export function describeImport(tables: readonly AddedTable[], { replaced, cleared, deleted }: ImportEffect, countOf: (table: Table) => number, countMax: number): { readonly message: string; readonly isDestructive: boolean } {
  const removed = (table: Table | undefined): string => (table === undefined ? "0" : countText(countOf(table), countMax));
  const lines: Line[] = tables.map(({ namespace, name, added }) => ({
    name: shownName(namespace, name),
    added,
    removed: removed(replaced.find((table) => table.record.namespace === namespace && table.name === name)),
  }));
  for (const table of cleared) lines.push({ name: shownName(table.record.namespace, table.name), added: 0, removed: removed(table) });
  for (const table of deleted) lines.push({ name: `${shownName(table.record.namespace, table.name)} (the table goes)`, added: 0, removed: removed(table) });
  const isDestructive = lines.some((line) => line.removed !== "0") || deleted.length > 0;
  const width = Math.max("Table".length, ...lines.map(({ name }) => name.length));
  const row = (name: string, added: string, removedText: string): string => `${name.padEnd(width)} | ${added.padStart(9)} | ${removedText}`;
  const table = [row("Table", "Add", "Delete"), "-".repeat(width + 24), ...lines.map(({ name, added, removed: text }) => row(name, String(added), text))].join("\n");
  return { message: `Documents by table:\n${table}${isDestructive ? "\nDeleted documents can't be brought back." : ""}`, isDestructive };
}

function shownName(namespace: string, name: string): string {
  return namespace === "" ? name : `[${namespace}] ${name}`;
}

function countText(count: number, countMax: number): string {
  return count >= countMax ? `${countMax} or more` : String(count);
}
