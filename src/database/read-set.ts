/**
 * What a transaction read, and the one decision that everything hangs on: does a commit touch it?
 *
 * {@link overlaps} answers for a transaction that wants to commit (a conflict) and, by way of {@link ReadSetIndex}, for
 * a subscription (re-run). Both give the same answer; a property test holds them to a naive oracle.
 */
import type { Key, KeyRange } from "../storage/store.js";
import { IntervalIndex } from "./interval-index.js";
import { spaceOf } from "./keys.js";

/**
 * A part of the key space that is no range: keys that say themselves whether they belong to it. To be told apart by prefix
 * first, since every touched key with that prefix is asked about.
 */
export interface KeyRegion {
  /** What all its keys start with; at least the prefix of one index. */
  readonly prefix: Key;
  contains(key: Key): boolean;
}

/** Keys, ranges and regions of the key space (see keys.ts) whose content a transaction depended on, absent keys included. */
export class ReadSet {
  #points: Key[] = [];
  /** Of the points; made when it is first asked for one, since most transactions commit without any check. */
  #lookup: Set<Key> | null = null;
  readonly ranges: KeyRange[] = [];
  readonly regions: KeyRegion[] = [];

  /** What was read more than once may stand in it more than once; see {@link compact}. */
  get points(): readonly Key[] {
    return this.#points;
  }

  addPoint(key: Key): void {
    this.#points.push(key);
    this.#lookup = null;
  }

  hasPoint(key: Key): boolean {
    this.#lookup ??= new Set(this.#points);
    return this.#lookup.has(key);
  }

  /** To be called by who keeps it. */
  compact(): void {
    this.#points = [...new Set(this.#points)];
  }

  addRange(range: KeyRange): void {
    if (range.end !== undefined && range.end <= range.start) return;
    const last = this.ranges.at(-1);
    if (last !== undefined && last.start === range.start && last.end === range.end) return;
    this.ranges.push(range);
  }

  addRegion(region: KeyRegion): void {
    this.regions.push(region);
  }
}

export function rangeContains(range: KeyRange, key: Key): boolean {
  return key >= range.start && (range.end === undefined || key < range.end);
}

/** Whether a commit that touched `keys` (documents, index entries old and new, table records) changes what was read. */
export function overlaps(readSet: ReadSet, keys: readonly Key[]): boolean {
  for (const key of keys) if (contains(readSet, key)) return true;
  return false;
}

function contains(readSet: ReadSet, key: Key): boolean {
  if (readSet.hasPoint(key)) return true;
  for (const range of readSet.ranges) if (rangeContains(range, key)) return true;
  for (const region of readSet.regions) if (region.contains(key)) return true;
  return false;
}

/**
 * Read sets of many owners, searched by touched key: the cost of a commit grows with what it touches and with how many
 * owners it concerns, not with how many there are.
 */
export class ReadSetIndex<Owner> {
  readonly #pointOwners = new Map<Key, Set<Owner>>();
  readonly #ranges = new IntervalIndex<Owner>();
  readonly #regions = new RegionIndex<Owner>();

  add(owner: Owner, readSet: ReadSet): void {
    readSet.compact();
    for (const key of readSet.points) {
      const owners = this.#pointOwners.get(key);
      if (owners === undefined) this.#pointOwners.set(key, new Set([owner]));
      else owners.add(owner);
    }
    for (const range of readSet.ranges) this.#ranges.add(range, owner);
    for (const region of readSet.regions) this.#regions.add(region, owner);
  }

  /** `readSet` must be the very one that was added for `owner`. */
  remove(owner: Owner, readSet: ReadSet): void {
    for (const key of readSet.points) {
      const owners = this.#pointOwners.get(key);
      if (owners?.delete(owner) === true && owners.size === 0) this.#pointOwners.delete(key);
    }
    for (const range of readSet.ranges) this.#ranges.remove(range, owner);
    for (const region of readSet.regions) this.#regions.remove(region);
  }

  /** Adds to `found` every owner whose read set {@link overlaps} `keys`. */
  collect(keys: readonly Key[], found: Set<Owner>): void {
    for (const key of keys) {
      const owners = this.#pointOwners.get(key);
      if (owners !== undefined) for (const owner of owners) found.add(owner);
      this.#ranges.collect(key, found);
      this.#regions.collect(key, found);
    }
  }

  get size(): { points: number; ranges: number } {
    return { points: this.#pointOwners.size, ranges: this.#ranges.size };
  }
}

/** Regions of many owners, by the index that they lie in: each is asked about every key of that index. */
class RegionIndex<Owner> {
  readonly #spaces = new Map<Key, Map<KeyRegion, Owner>>();

  add(region: KeyRegion, owner: Owner): void {
    const space = spaceOf(region.prefix);
    const regions = this.#spaces.get(space);
    if (regions === undefined) this.#spaces.set(space, new Map([[region, owner]]));
    else regions.set(region, owner);
  }

  remove(region: KeyRegion): void {
    const space = spaceOf(region.prefix);
    const regions = this.#spaces.get(space);
    if (regions?.delete(region) === true && regions.size === 0) this.#spaces.delete(space);
  }

  collect(key: Key, found: Set<Owner>): void {
    const regions = this.#spaces.size === 0 ? undefined : this.#spaces.get(spaceOf(key));
    if (regions === undefined) return;
    for (const [region, owner] of regions) if (!found.has(owner) && region.contains(key)) found.add(owner);
  }
}
