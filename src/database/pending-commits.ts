/**
 * Commits that are decided but not yet durable: the layer between transactions and the store. Reads see them at once;
 * whoever answers a client waits for {@link PendingCommits.settle} (see committer.ts).
 */
import { OrderedMap } from "../storage/ordered-map.js";
import type { Key, KeyRange, WriteOp } from "../storage/store.js";
import type { Layer } from "./layers.js";

interface PendingValue {
  readonly value: string | null;
  /** Number of the group that carries it to the store. */
  readonly group: number;
}

export class PendingCommits implements Layer {
  readonly #values = new OrderedMap<PendingValue>();

  get size(): number {
    return this.#values.size;
  }

  get(key: Key): string | null | undefined {
    return this.#values.get(key)?.value;
  }

  *entries(range: KeyRange, reverse: boolean): Generator<readonly [Key, string | null]> {
    for (const [key, pending] of this.#values.entries(range, reverse)) yield [key, pending.value];
  }

  add(ops: readonly WriteOp[], group: number): void {
    for (const [key, value] of ops) this.#values.set(key, { value: value ?? null, group });
  }

  /** Forgets everything, once the store holds all of it. */
  clear(): void {
    this.#values.clear();
  }

  /** Forgets what `group` carried, once the store holds it; later groups' values of the same keys stay. */
  settle(ops: readonly WriteOp[], group: number): void {
    for (const [key] of ops) {
      const pending = this.#values.get(key);
      if (pending !== undefined && pending.group <= group) this.#values.delete(key);
    }
  }
}
