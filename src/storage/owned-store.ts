/** The store of a data folder, with its journal, for the one who writes to it; for everybody else there is `shared-store.ts`. */
import { join } from "node:path";
import { DATA_FILE, JOURNAL_FOLDER } from "./folder.js";
import { openJournal, type Journal } from "./journal.js";
import { openLmdbStore } from "./lmdb.js";
import type { Store } from "./store.js";

export interface OwnedStore {
  readonly store: Store;
  readonly journal: Journal;
}

/** `path`: of the data folder, which somebody of this process holds. Throws `StorageError`; then nothing is open. */
export async function openOwnedStore(path: string): Promise<OwnedStore> {
  const store = await openLmdbStore({ path: join(path, DATA_FILE) });
  try {
    return { store, journal: openJournal(store, join(path, JOURNAL_FOLDER)) };
  } catch (error) {
    await store.close();
    throw error;
  }
}
