/** DB-1: one decision, {@link overlaps}, and an index over many read sets that always agrees with it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KeyRange } from "../storage/store.js";
import { ReadSet, ReadSetIndex, overlaps } from "./read-set.js";

const SPACES = ["iAAAA", "iAAAB", "dAAAA"];
const key = fc.tuple(fc.constantFrom(...SPACES), fc.string({ unit: fc.constantFrom("a", "b", "c", "\0", "\xff"), maxLength: 3 })).map(([space, rest]) => space + rest);
const range: fc.Arbitrary<KeyRange> = fc
  .tuple(fc.constantFrom(...SPACES), fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 3 }), fc.option(fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 3 }), { nil: undefined }))
  .map(([space, start, end]) => ({ start: space + start, end: end === undefined ? space.slice(0, 4) + String.fromCharCode(space.charCodeAt(4) + 1) : space + end }));

interface Spec {
  readonly points: string[];
  readonly ranges: KeyRange[];
}

const spec: fc.Arbitrary<Spec> = fc.record({ points: fc.array(key, { maxLength: 3 }), ranges: fc.array(range, { maxLength: 3 }) });

function readSetOf({ points, ranges }: Spec): ReadSet {
  const readSet = new ReadSet();
  for (const point of points) readSet.addPoint(point);
  for (const each of ranges) readSet.addRange(each);
  return readSet;
}

/** The definition, with no structure to be wrong in. */
function naivelyOverlaps({ points, ranges }: Spec, keys: readonly string[]): boolean {
  return keys.some((touched) => points.includes(touched) || ranges.some(({ start, end }) => start <= touched && (end === undefined || touched < end)));
}

describe("DB-1 overlaps", () => {
  it("DB-1.1 says of every read set and commit what the definition says", () => {
    fc.assert(fc.property(spec, fc.array(key, { maxLength: 5 }), (read, keys) => overlaps(readSetOf(read), keys) === naivelyOverlaps(read, keys)), { numRuns: 2000 });
  });

  it("DB-1.2 the index finds exactly the owners whose read sets overlap, through additions and removals", () => {
    const owners = fc.array(fc.record({ read: spec, removed: fc.boolean() }), { maxLength: 30 });
    fc.assert(
      fc.property(owners, fc.array(key, { maxLength: 5 }), (list, keys) => {
        const index = new ReadSetIndex<number>();
        const readSets = list.map(({ read }) => readSetOf(read));
        readSets.forEach((readSet, i) => index.add(i, readSet));
        list.forEach(({ removed }, i) => {
          if (removed) index.remove(i, readSets[i]!);
        });
        const found = new Set<number>();
        index.collect(keys, found);
        const expected = list.flatMap(({ read, removed }, i) => (!removed && naivelyOverlaps(read, keys) ? [i] : []));
        expect([...found].sort((a, b) => a - b)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it("DB-1.3 an index whose owners are all gone is empty", () => {
    const index = new ReadSetIndex<number>();
    const readSets = Array.from({ length: 1000 }, (_, i) => readSetOf({ points: [`dAAAA${i}`], ranges: [{ start: `iAAAA${i}`, end: `iAAAA${i}\xff` }] }));
    readSets.forEach((readSet, i) => index.add(i, readSet));
    expect(index.size).toEqual({ points: 1000, ranges: 1000 });
    readSets.forEach((readSet, i) => index.remove(i, readSet));
    expect(index.size).toEqual({ points: 0, ranges: 0 });
  });

  it("DB-1.4 looking up a key visits few of a hundred thousand disjoint ranges", () => {
    const index = new ReadSetIndex<number>();
    for (let i = 0; i < 100_000; i++) {
      const prefix = `iAAAA${String(i).padStart(6, "0")}`;
      index.add(i, readSetOf({ points: [], ranges: [{ start: prefix, end: prefix + "\xff" }] }));
    }
    const found = new Set<number>();
    index.collect(["iAAAA054321x"], found);
    expect([...found]).toEqual([54321]);
  });
});
