/**
 * Reads of the LMDB store: one read transaction of LMDB per snapshot, and iteration that puts runs of long keys
 * (see `lmdb-keys.ts`) into key order. Writes and the life of the store are in `lmdb.ts`.
 */
import type { RangeOptions, RootDatabase, Transaction } from "lmdb";
import { StorageError } from "./errors.js";
import { endToStored, isLong, keyToStored, prefixOf, startToStored, storedToEntry } from "./lmdb-keys.js";
import type { Entry, Key, KeyRange, Snapshot } from "./store.js";

export type TextDatabase = RootDatabase<string, string>;

/** Told of everything that uses the read transaction, so that the store is not closed under it, and of what it is asked for. */
export interface ReadObserver {
  lookedUp(): void;
  readBegan(): void;
  readEnded(): void;
}

export class LmdbSnapshot implements Snapshot {
  readonly #database: TextDatabase;
  readonly #observer: ReadObserver;
  readonly #transaction: Transaction;
  /** What every `get` passes; made once. */
  readonly #getOptions: { readonly transaction: Transaction };
  #isReleased = false;
  /** Iterations begun and not ended. One that was stopped in the middle of a step never ends by itself. */
  #scans = 0;

  constructor(database: TextDatabase, observer: ReadObserver) {
    this.#database = database;
    this.#observer = observer;
    this.#transaction = beginRead(database);
    this.#getOptions = { transaction: this.#transaction };
    observer.readBegan();
  }

  get(key: Key): string | undefined {
    this.#assertOpen();
    this.#observer.lookedUp();
    if (key.length === 0) return undefined;
    if (!isLong(key)) return this.#database.get(key, this.#getOptions);
    const storedKey = keyToStored(key);
    const storedValue = this.#database.get(storedKey, this.#getOptions);
    return storedValue === undefined ? undefined : storedToEntry(storedKey, storedValue)[1];
  }

  entries(range: KeyRange, reverse = false): Iterable<Entry> {
    this.#assertOpen();
    return range.end !== undefined && range.end <= range.start ? [] : this.#scan(range, reverse);
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#transaction.done();
    this.#observer.readEnded();
    for (; this.#scans > 0; this.#scans--) this.#observer.readEnded();
  }

  *#scan(range: KeyRange, reverse: boolean): Generator<Entry, void, undefined> {
    this.#assertOpen();
    this.#scans++;
    this.#observer.readBegan();
    /** Long keys seen since the last short one, all of one prefix. */
    let run: Entry[] = [];
    try {
      for (const { key, value } of this.#database.getRange(this.#rangeOptions(range, reverse))) {
        this.#assertOpen();
        if (run.length > 0 && (!isLong(key) || prefixOf(key) !== prefixOf(run[0]![0]))) {
          yield* inKeyOrder(run, range, reverse);
          run = [];
        }
        if (isLong(key)) run.push(storedToEntry(key, value));
        else yield [key, value];
      }
      yield* inKeyOrder(run, range, reverse);
    } finally {
      this.#endScan();
    }
  }

  #endScan(): void {
    if (this.#isReleased) return; // ended with the snapshot
    this.#scans--;
    this.#observer.readEnded();
  }

  /** A superset of the range: the runs at its ends are whole. Undefined bounds mean the first and last key to LMDB. */
  #rangeOptions({ start, end }: KeyRange, reverse: boolean): RangeOptions {
    const transaction = this.#transaction;
    const low = start === "" ? undefined! : startToStored(start);
    const high = end === undefined ? undefined! : endToStored(end);
    return reverse
      ? { transaction, reverse, start: high, exclusiveStart: high !== undefined, end: low, inclusiveEnd: true }
      : { transaction, start: low, end: high };
  }

  #assertOpen(): void {
    if (this.#isReleased) throw new StorageError("closed", "The snapshot was read after its release. Take a new one.");
  }
}

/**
 * A read transaction on the newest commit, of this or any other thread. lmdb-js shares one transaction per turn of the
 * event loop and reuses its cursors: the first reset forces a fresh one, the second detaches it, so that it ends, with
 * all its cursors, at `done()`. It still hands out the same one while nothing was committed in between.
 */
function beginRead(database: TextDatabase): Transaction {
  database.resetReadTxn();
  const transaction = database.useReadTransaction();
  database.resetReadTxn();
  return transaction;
}

function inKeyOrder(run: Entry[], { start, end }: KeyRange, reverse: boolean): Entry[] {
  if (run.length === 0) return run;
  const inRange = run.filter(([key]) => key >= start && (end === undefined || key < end));
  inRange.sort(([a], [b]) => (a < b ? -1 : 1));
  return reverse ? inRange.reverse() : inRange;
}
