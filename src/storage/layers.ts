/**
 * Reading through layers of change: a transaction's own writes, over commits that are not durable yet, over the store.
 *
 *     transaction overlay    k3 → "new"      k7 → deleted
 *     pending commits                k5 → "x"
 *     store                  k3 → "old"  k5 → "w"  k7 → "y"  k9 → "z"
 *     what a reader sees     k3 → "new"  k5 → "x"            k9 → "z"
 *
 * One merge serves them all: queries, a mutation that reads its own writes, and reads at an earlier timestamp (whose top
 * layer holds what later commits replaced).
 */
import type { Entry, Key, KeyRange, Reader } from "./store.js";

/** Null hides what lies below. */
export type Change = readonly [Key, string | null];

/** Changes over something below: `undefined` says nothing about a key. */
export interface Layer {
  get(key: Key): string | null | undefined;
  entries(range: KeyRange, reverse: boolean): Iterable<Change>;
  readonly size: number;
}

export class LayeredReader implements Reader {
  /** `layer` is read over `below`; neither may change while an iteration is under way. */
  constructor(
    private readonly layer: Layer,
    private readonly below: Reader,
  ) {}

  get(key: Key): string | undefined {
    const found = this.layer.size === 0 ? undefined : this.layer.get(key);
    if (found === undefined) return this.below.get(key);
    return found ?? undefined;
  }

  entries(range: KeyRange, reverse = false): Iterable<Entry> {
    if (this.layer.size === 0) return this.below.entries(range, reverse);
    const changes = this.layer.entries(range, reverse)[Symbol.iterator]();
    const first = changes.next();
    if (first.done === true) return this.below.entries(range, reverse);
    return mergeChanges(first, changes, this.below.entries(range, reverse), reverse, false) as Generator<Entry>;
  }
}

/** Of a key that both have, the newer. What is deleted stays, as null, or is left out. */
export function* mergeChanges(first: IteratorResult<Change, unknown>, newer: Iterator<Change>, older: Iterable<Change>, reverse: boolean, keepsDeleted: boolean): Generator<Change> {
  let change = first;
  for (const entry of older) {
    while (change.done !== true && isBefore(change.value[0], entry[0], reverse)) {
      if (keepsDeleted || change.value[1] !== null) yield change.value;
      change = newer.next();
    }
    if (change.done !== true && change.value[0] === entry[0]) continue; // the change takes its place in the next round
    yield entry;
  }
  while (change.done !== true) {
    if (keepsDeleted || change.value[1] !== null) yield change.value;
    change = newer.next();
  }
}

function isBefore(a: Key, b: Key, reverse: boolean): boolean {
  return reverse ? a > b : a < b;
}
