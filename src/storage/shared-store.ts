/**
 * The store of a data folder for those who do not write to it: other threads of the server, and tools while no server runs. What is
 * in the journal and not yet in the data file is read from the journal, so that a snapshot has every write that had resolved.
 */
import { join } from "node:path";
import { StorageCorruptError } from "./errors.js";
import { DATA_FILE, JOURNAL_FOLDER } from "./folder.js";
import { positionIn, readTail, type JournalPosition } from "./journal.js";
import { LayeredReader } from "./layers.js";
import { openLmdbStore, type LmdbStore } from "./lmdb.js";
import { OrderedMap } from "./ordered-map.js";
import type { Entry, Key, KeyRange, Reader, Snapshot, SnapshotSource, WriteOp } from "./store.js";

export class SharedStore implements SnapshotSource {
  constructor(
    private readonly store: LmdbStore,
    private readonly journalFolder: string,
  ) {}

  snapshot(): Snapshot {
    for (;;) {
      const snapshot = this.store.snapshot();
      const layered = this.#withTail(snapshot);
      if (layered !== null) return layered;
      snapshot.release();
    }
  }

  /** Every snapshot must be released before. */
  async close(): Promise<void> {
    await this.store.close();
  }

  /** Null where a checkpoint came meanwhile, after which the files may have been written anew. */
  #withTail(snapshot: Snapshot): Snapshot | null {
    const position = positionIn(snapshot);
    if (position === null) return snapshot;
    let ops: readonly WriteOp[] = [];
    let damage: StorageCorruptError | null = null;
    try {
      ops = readTail(this.journalFolder, position).ops;
    } catch (error) {
      if (!(error instanceof StorageCorruptError)) throw error;
      damage = error;
    }
    if (!this.#isAt(position)) return null;
    if (damage === null) return ops.length === 0 ? snapshot : new LayeredSnapshot(snapshot, ops);
    snapshot.release();
    throw damage;
  }

  #isAt({ number }: JournalPosition): boolean {
    const newest = this.store.snapshot();
    try {
      return positionIn(newest)?.number === number;
    } finally {
      newest.release();
    }
  }
}

/** `path`: of the data folder, which somebody of this process holds. */
export async function openSharedStore(path: string): Promise<SharedStore> {
  return new SharedStore(await openLmdbStore({ path: join(path, DATA_FILE) }), join(path, JOURNAL_FOLDER));
}

class LayeredSnapshot implements Snapshot {
  readonly #below: Snapshot;
  readonly #reader: Reader;

  constructor(below: Snapshot, ops: readonly WriteOp[]) {
    const layer = new OrderedMap<string | null>();
    for (const [key, value] of ops) layer.set(key, value ?? null);
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
