/**
 * Commits that the store does not show yet: the layer between transactions and the store. Reads see them at once; see
 * committer.ts for when they go.
 *
 *     gathering group ▷ group on its way to disk ▷ journaled ▷ being carried into the store
 *
 * What is journaled is one layer, however many groups it came from, so that a read of a single key looks into four hash maps
 * at most.
 */
import { mergeChanges, type Change, type Layer } from "../storage/layers.js";
import type { Key, KeyRange, WriteOp } from "../storage/store.js";
import { WriteLayer } from "../storage/write-layer.js";

export class PendingCommits implements Layer {
  /** Oldest first. */
  #groups: GroupWrites[] = [];
  #journaled: WriteLayer | null = null;
  #leaving: WriteLayer | null = null;
  /** All of the above, oldest first. */
  #layers: WriteLayer[] = [];

  /** Keys with a newer value than the store's; those of two layers count twice. */
  get size(): number {
    let size = 0;
    for (const layer of this.#layers) size += layer.size;
    return size;
  }

  /** Keys of {@link journaled} groups that did not leave yet. */
  get journaledSize(): number {
    return this.#journaled?.size ?? 0;
  }

  get(key: Key): string | null | undefined {
    for (let i = this.#layers.length - 1; i >= 0; i--) {
      const value = this.#layers[i]!.get(key);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  entries(range: KeyRange, reverse: boolean): Iterable<Change> {
    let merged: Iterable<Change> = [];
    for (const layer of this.#layers) {
      const newer = layer.entries(range, reverse)[Symbol.iterator]();
      const first = newer.next();
      if (first.done !== true) merged = mergeChanges(first, newer, merged, reverse, true);
    }
    return merged;
  }

  /** `group` must not decrease. */
  add(ops: readonly WriteOp[], group: number): void {
    let last = this.#groups.at(-1);
    if (last?.number !== group) {
      last = new GroupWrites(group);
      this.#groups.push(last);
      this.#layers.push(last);
    }
    last.add(ops);
  }

  /** The oldest group is in the journal. */
  journaled(): void {
    const group = this.#groups.shift();
    if (group === undefined) return;
    if (this.#journaled === null) this.#journaled = group;
    else this.#journaled.take(group);
    this.#stack();
  }

  /** What was in the journal before anything was added. */
  recover(tail: readonly WriteOp[]): void {
    if (tail.length === 0) return;
    this.#journaled = new WriteLayer();
    this.#journaled.add(tail);
    this.#stack();
  }

  /** All that is journaled leaves for the store: each key once. Again, with what came since, where it did not get there. */
  leave(): WriteOp[] {
    if (this.#leaving === null) this.#leaving = this.#journaled;
    else if (this.#journaled !== null) this.#leaving.take(this.#journaled);
    this.#journaled = null;
    this.#stack();
    return this.#leaving?.ops() ?? [];
  }

  /** What had left is in the store. */
  arrived(): void {
    this.#leaving = null;
    this.#stack();
  }

  /** The oldest group is in the store, and all that had left. */
  settled(): void {
    this.#groups.shift();
    this.arrived();
  }

  /** Forgets what is not on disk. */
  dropGroups(): void {
    this.#groups = [];
    this.#stack();
  }

  #stack(): void {
    this.#layers = [this.#leaving, this.#journaled, ...this.#groups].filter((layer) => layer !== null);
  }
}

class GroupWrites extends WriteLayer {
  constructor(readonly number: number) {
    super();
  }
}
