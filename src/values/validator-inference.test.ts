import { v, type GenericValidator } from "convex/values";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyValue } from "./arbitrary-value.suite.js";
import { encodeId } from "./id.js";
import { ValidatorInference } from "./validator-inference.js";
import { compileValidator, validatorToSource, type TableResolver } from "./validator.js";

const tables: TableResolver = { tableNumberToName: (number) => ({ 10_001: "users" })[number] ?? null };
const userId = encodeId(10_001, new Uint8Array(16).fill(1));

function inferred(values: readonly unknown[]) {
  const inference = new ValidatorInference(tables);
  for (const value of values) inference.add(value);
  return inference.validator();
}

describe("the validator of values that are there", () => {
  test.each<[string, unknown[], GenericValidator]>([
    ["one kind", [1, 2], v.number()],
    ["several kinds", ["a", null, 5n], v.union(v.string(), v.null(), v.int64())],
    ["ids of known tables", [userId], v.id("users")],
    ["a field that some lack", [{ a: 1, b: true }, { b: false }], v.object({ a: v.optional(v.number()), b: v.boolean() })],
    ["arrays", [[1], ["a"]], v.array(v.union(v.number(), v.string()))],
    ["empty arrays", [[]], v.array(v.any())],
    ["objects within objects", [{ a: { b: new ArrayBuffer(1) } }], v.object({ a: v.object({ b: v.bytes() }) })],
    ["many names", [Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, i]))], v.record(v.string(), v.number())],
  ])("of %s", (_, values, expected) => {
    expect(validatorToSource(inferred(values)!)).toBe(validatorToSource((expected as unknown as { json: Parameters<typeof validatorToSource>[0] }).json));
  });

  test("of nothing is none", () => {
    expect(inferred([])).toBeNull();
  });

  test("lets through every value that it was made from", () => {
    const names = fc.integer({ min: 0, max: 200 }).map((n) => `f${n}`);
    const wide = fc.array(fc.dictionary(names, fc.oneof(fc.integer(), fc.dictionary(names, fc.string(), { maxKeys: 80 })), { maxKeys: 80 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.oneof(fc.array(anyValue, { minLength: 1, maxLength: 10 }), wide), (values) => {
        const validator = compileValidator(inferred(values)!);
        expect(values.filter((value) => validator.check(value, tables) !== null)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
