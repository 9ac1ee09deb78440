/**
 * The database as it was at an earlier timestamp: the newest state under a layer that puts back what later commits
 * changed, built from the commit log. Costs as much as was changed since, nothing when nothing was.
 */
import { OrderedMap } from "../storage/ordered-map.js";
import type { Entry, Reader } from "../storage/store.js";
import { parseValue } from "../values/value.js";
import type { Catalog } from "./catalog.js";
import { readLog } from "./commit-log.js";
import { LayeredReader } from "../storage/layers.js";
import type { DocumentValue, Table } from "./table.js";

interface Change {
  readonly table: Table;
  readonly id: string;
  /** Document text, null where there was none. */
  readonly then: string | null;
  readonly now: string | null;
}

/** `reader` shows the state at `nowTs`; the result shows that at `ts`. The caller has made sure that the log reaches back. */
export function readerAt(reader: Reader, catalog: Catalog, ts: number, nowTs: number): Reader {
  const layer = new OrderedMap<string | null>();
  for (const change of changesSince(reader, catalog, ts, nowTs)) undo(layer, change);
  return new LayeredReader(layer, reader);
}

function changesSince(reader: Reader, catalog: Catalog, ts: number, nowTs: number): Iterable<Change> {
  const changes = new Map<string, Change>();
  for (const entry of readLog(reader, ts, nowTs, true)) {
    for (const { space, id, before, after } of entry.writes) {
      const table = catalog.tableBySpace(space);
      if (table !== undefined) changes.set(id, { table, id, then: before, now: changes.has(id) ? changes.get(id)!.now : after });
    }
  }
  return changes.values();
}

function undo(layer: OrderedMap<string | null>, { table, id, then, now }: Change): void {
  for (const [key] of indexEntries(table, id, now)) layer.set(key, null);
  for (const [key, value] of indexEntries(table, id, then)) layer.set(key, value);
  layer.set(table.documentKey(id), then);
}

function indexEntries(table: Table, id: string, text: string | null): Entry[] {
  if (text === null) return [];
  const document = parseValue(text) as DocumentValue;
  const entries = table.entryIndexes.flatMap((index) => index.entriesOf(document, id));
  return [...table.indexes.map((index): Entry => [index.keyOf(document, id), id]), ...entries.map(({ key, value }): Entry => [key, value])];
}
