/** What LMDB tells about its file, and the sums of pages that the store derives from it. */
import type { TextDatabase } from "./lmdb-snapshot.js";

export interface TreeStats {
  readonly treeDepth: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

/** `mdb_env_info` and `mdb_stat` as lmdb-js returns them; its own type leaves it open. `free` is the tree of free pages. */
export interface LmdbStats extends TreeStats {
  readonly pageSize: number;
  readonly entryCount: number;
  readonly lastPageNumber: number;
  readonly free: TreeStats;
}

export function lmdbStats(database: TextDatabase): LmdbStats {
  return database.getStats() as LmdbStats;
}

const META_PAGES = 2;

/** Bytes of the pages that the newest commit refers to; the rest of the file is free for reuse. */
export function usedBytes(stats: LmdbStats): number {
  return (META_PAGES + treePages(stats) + treePages(stats.free)) * stats.pageSize;
}

export function treePages(tree: TreeStats): number {
  return tree.treeBranchPageCount + tree.treeLeafPageCount + tree.overflowPages;
}
