/**
 * A Store without a disk, for tests. It keeps the contract of `store.ts` except durability, checks what the callers of
 * the disk store must guarantee (keys are bytes, values well-formed text), and can fail or hold writes on demand.
 */
import { StorageError, StorageFullError } from "./errors.js";
import { checkWriteOps } from "./limits.js";
import { OrderedMap } from "./ordered-map.js";
import type { Entry, Key, KeyRange, Snapshot, Store, StoreStats, WriteOp } from "./store.js";

const NOT_BINARY = /[^\x00-\xff]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

export class MemoryStore implements Store {
  #map = new OrderedMap<string>();
  /** Whether a snapshot reads `#map`, which then is never changed again. */
  #mapIsFrozen = false;
  #snapshots = 0;
  #lookups = 0;
  #closed = false;
  #lastWrite: Promise<void> = Promise.resolve();
  #gate: Promise<void> = Promise.resolve();
  #failures: StorageError[] = [];

  /** Another store with the same entries; costs nothing until one of them changes. */
  fork(): MemoryStore {
    this.#mapIsFrozen = true;
    const fork = new MemoryStore();
    fork.#map = this.#map;
    fork.#mapIsFrozen = true;
    return fork;
  }

  snapshot(): Snapshot {
    if (this.#closed) throw closedError("store");
    this.#mapIsFrozen = true;
    this.#snapshots++;
    return new MemorySnapshot(this.#map, { lookedUp: () => void this.#lookups++, released: () => void this.#snapshots-- });
  }

  write(ops: readonly WriteOp[]): Promise<void> {
    if (this.#closed) return Promise.reject(closedError("store"));
    const gate = this.#gate;
    const write = this.#lastWrite.then(() => gate).then(() => this.#apply(ops));
    this.#lastWrite = write.catch(() => undefined);
    return write;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#lastWrite;
  }

  stats(): StoreStats {
    return {
      diskBytes: 0,
      usedBytes: 0,
      usedBytesMax: Infinity,
      entries: this.#map.size,
      snapshots: this.#snapshots,
      lookups: this.#lookups,
    };
  }

  /** The next write that is applied rejects with `error` instead. Calls add up. */
  failNextWrite(error: StorageError = new StorageFullError("The disk is full. Free some space.")): void {
    this.#failures.push(error);
  }

  /** Writes called from now on wait, in order, until the returned function is called. */
  holdWrites(): () => void {
    let resume = (): void => undefined;
    this.#gate = new Promise((resolve) => (resume = resolve));
    return resume;
  }

  #apply(ops: readonly WriteOp[]): void {
    checkWriteOps(ops);
    ops.forEach(checkText);
    const failure = this.#failures.shift();
    if (failure !== undefined) throw failure;
    if (this.#mapIsFrozen) this.#map = this.#map.fork();
    this.#mapIsFrozen = false;
    for (const [key, value] of ops) {
      if (value === undefined) this.#map.delete(key);
      else this.#map.set(key, value);
    }
  }
}

class MemorySnapshot implements Snapshot {
  #map: OrderedMap<string> | undefined;
  readonly #observer: { readonly lookedUp: () => void; readonly released: () => void };

  constructor(map: OrderedMap<string>, observer: { readonly lookedUp: () => void; readonly released: () => void }) {
    this.#map = map;
    this.#observer = observer;
  }

  get(key: Key): string | undefined {
    this.#observer.lookedUp();
    return this.#open().get(key);
  }

  entries(range: KeyRange, reverse = false): Iterable<Entry> {
    return this.#open().entries(range, reverse);
  }

  release(): void {
    if (this.#map === undefined) return;
    this.#map = undefined;
    this.#observer.released();
  }

  #open(): OrderedMap<string> {
    if (this.#map === undefined) throw closedError("snapshot");
    return this.#map;
  }
}

function checkText([key, value]: WriteOp): void {
  if (NOT_BINARY.test(key)) throw new StorageError("invalid", "A key has a code unit above 255. Encode keys as bytes.");
  if (value !== undefined && LONE_SURROGATE.test(value)) {
    throw new StorageError("invalid", "A value has a lone surrogate. Encode values as well-formed text.");
  }
}

function closedError(what: "store" | "snapshot"): StorageError {
  return new StorageError("closed", `The ${what} was used after it was closed. Take a new one.`);
}
