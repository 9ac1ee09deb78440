/**
 * The store of a data folder for those who do not write to it: other threads of the server, and tools while no server runs. What is
 * in the journal and not yet in the data file is read from the journal, so that a snapshot has every write that had resolved.
 */
import { join } from "node:path";
import { StorageCorruptError } from "./errors.js";
import { DATA_FILE, JOURNAL_FOLDER } from "./folder.js";
import { positionIn, readTail, type JournalPosition } from "./journal.js";
import { LayeredReader } from "./layers.js";
import { openLmdbStore } from "./lmdb.js";
import type { Entry, Key, KeyRange, Snapshot, SnapshotSource, Store, WriteOp } from "./store.js";
import { WriteLayer } from "./write-layer.js";

export class SharedStore implements SnapshotSource {
  constructor(
    private readonly store: Pick<Store, "snapshot" | "close">,
    private readonly journalFolder: string,
  ) {}

  /** Reads what is journaled: a millisecond or so for each thousand entries of it, of which there may be some ten thousand. */
  snapshot(): Snapshot {
    let damage: JournalPosition | null = null;
    for (;;) {
      const snapshot = this.store.snapshot();
      try {
        const position = positionIn(snapshot);
        if (position === null) return snapshot;
        const tail = this.#tailAt(position, damage);
        if (tail !== null) return tail.length === 0 ? snapshot : new LayeredSnapshot(snapshot, tail);
        damage = position;
      } catch (error) {
        snapshot.release();
        throw error;
      }
      snapshot.release();
    }
  }

  /** Every snapshot must be released before. */
  async close(): Promise<void> {
    await this.store.close();
  }

  /**
   * Null where it is to be read again: a checkpoint came meanwhile, after which the files may have been written anew; or groups are
   * missing, and were not known to be. They may have been appended to the first file after it was read, and others to the second
   * before that was; since there is no other change of files before the next checkpoint, that is over when they are read again.
   */
  #tailAt(position: JournalPosition, damage: JournalPosition | null): readonly WriteOp[] | null {
    try {
      const { ops } = readTail(this.journalFolder, position);
      return this.#isAt(position) ? ops : null;
    } catch (error) {
      const isKnown = damage !== null && isSame(damage, position);
      if (!(error instanceof StorageCorruptError) || (isKnown && this.#isAt(position))) throw error;
      return null;
    }
  }

  #isAt(position: JournalPosition): boolean {
    const newest = this.store.snapshot();
    try {
      const now = positionIn(newest);
      return now !== null && isSame(now, position);
    } finally {
      newest.release();
    }
  }
}

/** `path`: of the data folder, which somebody of this process holds. */
export async function openSharedStore(path: string): Promise<SharedStore> {
  return new SharedStore(await openLmdbStore({ path: join(path, DATA_FILE) }), join(path, JOURNAL_FOLDER));
}

function isSame(a: JournalPosition, b: JournalPosition): boolean {
  return a.number === b.number && a.checkpoints === b.checkpoints;
}

class LayeredSnapshot implements Snapshot {
  readonly #below: Snapshot;
  readonly #reader: LayeredReader;

  constructor(below: Snapshot, ops: readonly WriteOp[]) {
    const layer = new WriteLayer();
    layer.add(ops);
    this.#below = below;
    this.#reader = new LayeredReader(layer, below);
  }

  get(key: Key): string | undefined {
    return this.#reader.get(key);
  }

  entries(range: KeyRange, reverse?: boolean): Iterable<Entry> {
    return this.#reader.entries(range, reverse);
  }

  release(): void {
    this.#below.release();
  }
}
