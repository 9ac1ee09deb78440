/**
 * What changed, commit by commit, from the commit log: the feed of followers and exports. It costs a commit nothing, since
 * the log is written anyway; how far back it reaches is the log's retention.
 */
import type { Reader } from "../storage/store.js";
import type { Catalog } from "./catalog.js";
import { readLog } from "./commit-log.js";
import type { Table } from "./table.js";

export interface DocumentChange {
  readonly ts: number;
  readonly table: Table;
  readonly id: string;
  /** Document text; null where it was deleted. */
  readonly after: string | null;
}

export interface ChangeLimits {
  readonly documentsMax: number;
  readonly charsMax: number;
  /** Characters of the log that are passed over for tables that are not wanted. */
  readonly scannedCharsMax: number;
}

export interface Changes {
  readonly changes: readonly DocumentChange[];
  /** Everything up to here has been given. */
  readonly ts: number;
  readonly hasMore: boolean;
}

/**
 * Changes of wanted tables with `after < ts <= upTo`, oldest first: whole commits, ending with the one that reaches a limit. The
 * caller has made sure that `after` is not below `logReachesBackTo`.
 */
export function readChanges(reader: Reader, catalog: Catalog, after: number, upTo: number, wants: (table: Table) => boolean, limits: ChangeLimits): Changes {
  const changes: DocumentChange[] = [];
  let chars = 0;
  let scannedChars = 0;
  for (const { ts, writes } of readLog(reader, after, upTo, false)) {
    for (const { space, id, before, after: text } of writes) {
      const table = catalog.tableBySpace(space);
      scannedChars += (before?.length ?? 0) + (text?.length ?? 0);
      if (table === undefined || !wants(table)) continue;
      changes.push({ ts, table, id, after: text });
      chars += text?.length ?? id.length;
    }
    if (changes.length >= limits.documentsMax || chars >= limits.charsMax || scannedChars >= limits.scannedCharsMax) return { changes, ts, hasMore: ts < upTo };
  }
  return { changes, ts: upTo, hasMore: false };
}
