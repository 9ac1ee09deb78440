/** How large a table is, found by counting: sizes are not kept, so only bounded questions are answered. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Reader } from "../../storage/store.js";
import type { Database } from "../database.js";
import { prefixRange } from "../keys.js";
import type { Table } from "../table.js";
import { TableWalk } from "./table-walk.js";

export interface TableSize {
  readonly documents: number;
  /** Of the documents' JSON text, in UTF-16 code units: close enough to bytes for an estimate. */
  readonly chars: number;
}

/** Counts at most about `documentsMax` documents, in slices. */
export async function measureTable(database: Database, table: Table, documentsMax: number): Promise<TableSize> {
  const walk = new TableWalk(database, table);
  let chars = 0;
  for (let slice = walk.next(); slice.length > 0 && walk.documentsDone < documentsMax; slice = walk.next()) {
    for (const { text } of slice) chars += text.length;
    await nextTurn();
  }
  return { documents: walk.documentsDone, chars };
}

/** In one go, so keep `documentsMax` small. */
export function countDocuments(reader: Reader, table: Table, documentsMax: number): number {
  let count = 0;
  for (const _ of reader.entries(prefixRange(table.creationIndex.prefix))) if (++count >= documentsMax) break;
  return count;
}
