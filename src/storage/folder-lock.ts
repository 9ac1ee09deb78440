/**
 * One process at a time in a data folder. Node has no lock on files, but LMDB does, and the kernel drops it with the
 * process, however it ends: whoever holds the folder keeps a read transaction open on a small environment of its own,
 * `lock.mdb`. LMDB empties the table of readers whenever a process opens the environment alone, so a reader in the
 * table means a holder. Looking at the table and entering it happen under LMDB's write lock, so that of two processes
 * that start at once one wins. No stale locks, no pid files, no clocks.
 */
import { join } from "node:path";
import type { RootDatabase, Transaction } from "lmdb";
import { StorageError } from "./errors.js";
import { open } from "./lmdb-library.js";

export interface FolderLock {
  release(): Promise<void>;
}

/** Locks of this thread. Referred to here, because a transaction that is garbage collected leaves the table. */
const held = new Set<FolderLock>();

const COMMIT_SYNCHRONOUSLY = 2;

/** Throws `StorageError` "inUse" when any process, this one included, holds the folder. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const database = openLockFile(folder);
  const entered = database.transactionSync(() => enterReaderTable(database), COMMIT_SYNCHRONOUSLY);
  if ("holder" in entered) {
    await database.close();
    const message = `The data folder ${folder} is in use by process ${entered.holder}. Stop it, or choose another folder with --data.`;
    throw new StorageError("inUse", message);
  }
  const lock: FolderLock = {
    async release() {
      if (!held.delete(lock)) return;
      entered.transaction.done();
      await database.close();
    },
  };
  held.add(lock);
  return lock;
}

function openLockFile(folder: string): RootDatabase {
  try {
    return open({ path: join(folder, "lock.mdb"), noSubdir: true, mapSize: 1 << 20, overlappingSync: false });
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    const mend = "Check the permissions and the free space of the folder.";
    throw new StorageError("io", `The data folder ${folder} cannot be locked (${text}). ${mend}`, { cause });
  }
}

function enterReaderTable(database: RootDatabase): { holder: string } | { transaction: Transaction } {
  database.readerCheck();
  const holder = /^\s*(\d+)\s/m.exec(database.readerList())?.[1];
  if (holder !== undefined) return { holder };
  const transaction = database.useReadTransaction();
  // Detaches it from the event loop turn, at whose end lmdb-js would otherwise reset it.
  database.resetReadTxn();
  return { transaction };
}
