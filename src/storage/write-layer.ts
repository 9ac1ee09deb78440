/** Writes over something that does not have them yet. Put in order when a range is first read: until then a hash map serves. */
import type { Change, Layer } from "./layers.js";
import { OrderedMap } from "./ordered-map.js";
import type { Key, KeyRange, WriteOp } from "./store.js";

export class WriteLayer implements Layer {
  readonly #values = new Map<Key, string | null>();
  #ordered: OrderedMap<string | null> | null = null;

  /** Keys; each counts once. */
  get size(): number {
    return this.#values.size;
  }

  get(key: Key): string | null | undefined {
    return this.#values.get(key);
  }

  entries(range: KeyRange, reverse: boolean): Iterable<Change> {
    if (this.#ordered === null) {
      this.#ordered = new OrderedMap();
      for (const [key, value] of this.#values) this.#ordered.set(key, value);
    }
    return this.#ordered.entries(range, reverse);
  }

  add(ops: readonly WriteOp[]): void {
    for (const [key, value] of ops) this.#set(key, value ?? null);
  }

  /** What `newer` has counts. */
  take(newer: WriteLayer): void {
    for (const [key, value] of newer.#values) this.#set(key, value);
  }

  /** One for each key, in the order of the keys. */
  ops(): WriteOp[] {
    // Without a comparison of ours V8 takes less than half the time.
    return [...this.#values.keys()].sort().map((key) => [key, this.#values.get(key) ?? undefined]);
  }

  #set(key: Key, value: string | null): void {
    this.#values.set(key, value);
    this.#ordered?.set(key, value);
  }
}
