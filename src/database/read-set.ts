/**
 * What a transaction read, and the one decision that everything hangs on: does a commit touch it?
 *
 * {@link overlaps} answers for a transaction that wants to commit (a conflict) and, by way of {@link ReadSetIndex}, for
 * a subscription (re-run). Both give the same answer; a property test holds them to a naive oracle.
 */
import type { Key, KeyRange } from "../storage/store.js";
import { IntervalIndex } from "./interval-index.js";

/** Keys and ranges of the key space (see keys.ts) whose content a transaction depended on, absent keys included. */
export class ReadSet {
  readonly points = new Set<Key>();
  readonly ranges: KeyRange[] = [];

  addPoint(key: Key): void {
    this.points.add(key);
  }

  addRange(range: KeyRange): void {
    if (range.end !== undefined && range.end <= range.start) return;
    const last = this.ranges.at(-1);
    if (last !== undefined && last.start === range.start && last.end === range.end) return;
    this.ranges.push(range);
  }
}

export function rangeContains(range: KeyRange, key: Key): boolean {
  return key >= range.start && (range.end === undefined || key < range.end);
}

/** Whether a commit that touched `keys` (documents, index entries old and new, table records) changes what was read. */
export function overlaps(readSet: ReadSet, keys: readonly Key[]): boolean {
  return keys.some((key) => readSet.points.has(key) || readSet.ranges.some((range) => rangeContains(range, key)));
}

/**
 * Read sets of many owners, searched by touched key: the cost of a commit grows with what it touches and with how many
 * owners it concerns, not with how many there are.
 */
export class ReadSetIndex<Owner> {
  readonly #pointOwners = new Map<Key, Set<Owner>>();
  readonly #ranges = new IntervalIndex<Owner>();

  add(owner: Owner, readSet: ReadSet): void {
    for (const key of readSet.points) {
      const owners = this.#pointOwners.get(key);
      if (owners === undefined) this.#pointOwners.set(key, new Set([owner]));
      else owners.add(owner);
    }
    for (const range of readSet.ranges) this.#ranges.add(range, owner);
  }

  /** `readSet` must be the very one that was added for `owner`. */
  remove(owner: Owner, readSet: ReadSet): void {
    for (const key of readSet.points) {
      const owners = this.#pointOwners.get(key);
      if (owners?.delete(owner) === true && owners.size === 0) this.#pointOwners.delete(key);
    }
    for (const range of readSet.ranges) this.#ranges.remove(range, owner);
  }

  /** Adds to `found` every owner whose read set {@link overlaps} `keys`. */
  collect(keys: readonly Key[], found: Set<Owner>): void {
    for (const key of keys) {
      const owners = this.#pointOwners.get(key);
      if (owners !== undefined) for (const owner of owners) found.add(owner);
      this.#ranges.collect(key, found);
    }
  }

  get size(): { points: number; ranges: number } {
    return { points: this.#pointOwners.size, ranges: this.#ranges.size };
  }
}
