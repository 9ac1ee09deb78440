import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OrderedMap } from "./ordered-map.js";
import { anyKey, anyRange } from "./store.suite.js";

const ALL = { start: "", end: undefined };

function sorted<V>(entries: Iterable<readonly [string, V]>): (readonly [string, V])[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Keys of two bytes: enough for many chunks, few enough that sets and deletes meet. */
const dense = fc.integer({ min: 0, max: 3000 }).map((n) => String.fromCharCode(n >> 8, n & 255));
const step = fc.tuple(dense, fc.option(fc.integer(), { nil: undefined }));

function apply<V>(map: OrderedMap<V>, oracle: Map<string, V>, steps: readonly (readonly [string, V | undefined])[]): void {
  for (const [key, value] of steps) {
    if (value !== undefined) {
      map.set(key, value);
      oracle.set(key, value);
    } else expect(map.delete(key)).toBe(oracle.delete(key));
  }
}

describe("OrderedMap", () => {
  it("ST-32 equals a sorted map over many chunks, in both directions and every range", () => {
    const property = fc.property(
      fc.array(step, { minLength: 500, maxLength: 3000, size: "max" }),
      fc.array(fc.record({ start: dense, end: fc.option(dense, { nil: undefined }) }), { maxLength: 5 }),
      (steps, ranges) => {
        const [map, oracle] = [new OrderedMap<number>(), new Map<string, number>()];
        apply(map, oracle, steps);
        expect(map.size).toBe(oracle.size);
        for (const range of [ALL, ...ranges]) {
          const expected = sorted(oracle).filter(([key]) => key >= range.start && (range.end === undefined || key < range.end));
          expect([...map.entries(range)]).toEqual(expected);
          expect([...map.entries(range, true)]).toEqual(expected.reverse());
        }
        for (const [key] of steps) {
          expect(map.get(key)).toBe(oracle.get(key));
          expect(map.has(key)).toBe(oracle.has(key));
        }
      },
    );
    fc.assert(property, { numRuns: 60 });
  });

  it("ST-33 keeps forks apart, whichever side changes", () => {
    const steps = fc.array(step, { maxLength: 400, size: "max" });
    const property = fc.property(steps, steps, steps, (before, ofMap, ofFork) => {
      const [map, mapOracle] = [new OrderedMap<number>(), new Map<string, number>()];
      apply(map, mapOracle, before);
      const [fork, forkOracle] = [map.fork(), new Map(mapOracle)];
      const [frozen, frozenOracle] = [fork.fork(), new Map(mapOracle)];
      apply(map, mapOracle, ofMap);
      apply(fork, forkOracle, ofFork);
      apply(map, mapOracle, ofFork);
      expect([...map.entries(ALL)]).toEqual(sorted(mapOracle));
      expect([...fork.entries(ALL)]).toEqual(sorted(forkOracle));
      expect([...frozen.entries(ALL)]).toEqual(sorted(frozenOracle));
      expect([map.size, fork.size, frozen.size]).toEqual([mapOracle.size, forkOracle.size, frozenOracle.size]);
    });
    fc.assert(property, { numRuns: 60 });
  });

  it("ST-34 tells a key with a null value from an absent one", () => {
    const map = new OrderedMap<string | null>();
    map.set("deleted", null);
    expect(map.get("deleted")).toBe(null);
    expect(map.has("deleted")).toBe(true);
    expect(map.get("absent")).toBe(undefined);
    expect(map.has("absent")).toBe(false);
    map.clear();
    expect([map.size, map.has("deleted"), [...map.entries(ALL)]]).toEqual([0, false, []]);
  });

  it("ST-35 takes keys in ascending, descending and any order, and is empty after all are deleted", () => {
    const property = fc.property(fc.uniqueArray(anyKey, { maxLength: 40 }), anyRange, (keys, range) => {
      const map = new OrderedMap<string>();
      for (const key of keys) map.set(key, key);
      const expected = keys.filter((key) => key >= range.start && (range.end === undefined || key < range.end)).sort((a, b) => (a < b ? -1 : 1));
      expect([...map.entries(range)].map(([key]) => key)).toEqual(expected);
      for (const key of keys) expect(map.delete(key)).toBe(true);
      expect([map.size, [...map.entries(ALL)]]).toEqual([0, []]);
    });
    fc.assert(property);
    for (const direction of [1, -1]) {
      const map = new OrderedMap<number>();
      const numbers = Array.from({ length: 10_000 }, (_, i) => (direction === 1 ? i : 9_999 - i));
      for (const n of numbers) map.set(String(n).padStart(5, "0"), n);
      expect([...map.entries(ALL)].map(([, n]) => n)).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
    }
  });
});
