/**
 * Commits that are decided but not yet durable: the layer between transactions and the store. Reads see them at once;
 * whoever answers a client waits for {@link PendingCommits.settle} (see committer.ts).
 *
 * There are two groups at most, one that the disk writes and one that gathers, so what is settled goes as a whole, and a
 * read of a single key looks into two hash maps. A group is put in order when a range of it is first read.
 */
import { OrderedMap } from "../storage/ordered-map.js";
import type { Key, KeyRange, WriteOp } from "../storage/store.js";
import { mergeChanges, type Change, type Layer } from "./layers.js";

export class PendingCommits implements Layer {
  /** Oldest first. */
  #groups: GroupWrites[] = [];

  /** Keys with a newer value than the store's; those of two groups count twice. */
  get size(): number {
    let size = 0;
    for (const group of this.#groups) size += group.size;
    return size;
  }

  get(key: Key): string | null | undefined {
    for (let i = this.#groups.length - 1; i >= 0; i--) {
      const value = this.#groups[i]!.get(key);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  entries(range: KeyRange, reverse: boolean): Iterable<Change> {
    let merged: Iterable<Change> = [];
    for (const group of this.#groups) {
      const newer = group.entries(range, reverse)[Symbol.iterator]();
      merged = mergeChanges(newer.next(), newer, merged, reverse, true);
    }
    return merged;
  }

  /** `group` must not decrease. */
  add(ops: readonly WriteOp[], group: number): void {
    let last = this.#groups.at(-1);
    if (last?.number !== group) {
      last = new GroupWrites(group);
      this.#groups.push(last);
    }
    for (const [key, value] of ops) last.set(key, value ?? null);
  }

  /** Forgets what `group` carried, once the store holds it. */
  settle(group: number): void {
    this.#groups = this.#groups.filter(({ number }) => number > group);
  }
}

class GroupWrites {
  readonly #values = new Map<Key, string | null>();
  #ordered: OrderedMap<string | null> | null = null;

  constructor(readonly number: number) {}

  get size(): number {
    return this.#values.size;
  }

  get(key: Key): string | null | undefined {
    return this.#values.get(key);
  }

  set(key: Key, value: string | null): void {
    this.#values.set(key, value);
    this.#ordered?.set(key, value);
  }

  entries(range: KeyRange, reverse: boolean): Iterable<Change> {
    if (this.#ordered === null) {
      this.#ordered = new OrderedMap();
      for (const [key, value] of this.#values) this.#ordered.set(key, value);
    }
    return this.#ordered.entries(range, reverse);
  }
}
