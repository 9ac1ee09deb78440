import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeId, newId } from "../../values/id.js";
import { IdSet } from "./id-set.js";

/** Few different bytes, so that ids come twice and share slots. */
const id = fc.array(fc.constantFrom(0, 1, 128, 255), { minLength: 16, maxLength: 16 }).map((bytes) => encodeId(10_001, Uint8Array.from(bytes)));

test("finds what came before, as a Set of texts does", () => {
  fc.assert(
    fc.property(fc.array(id, { maxLength: 3_000 }), (ids) => {
      const [set, oracle] = [new IdSet(1_000_000), new Set<string>()];
      for (const each of ids) {
        expect(set.add(each)).toBe(oracle.has(each));
        oracle.add(each);
      }
    }),
    { numRuns: 30 },
  );
});

test("grows, and at its bound still finds what it has", () => {
  const set = new IdSet(5_000);
  const ids = Array.from({ length: 6_000 }, () => newId(10_001));
  expect(ids.some((each) => set.add(each))).toBe(false);
  expect(set.size).toBe(5_000);
  expect(ids.map((each) => set.add(each))).toEqual(ids.map((_, i) => i < 5_000));
});
