import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { v, type GenericValidator } from "convex/values";
import { acceptsAll } from "./validator-superset.js";
import { compileValidator, type TableResolver, type ValidatorJson } from "./validator.js";

const jsonOf = (validator: GenericValidator): ValidatorJson => (validator as unknown as { json: ValidatorJson }).json;
const tables: TableResolver = { tableNumberToName: () => null };

describe("a validator that takes whatever another takes", () => {
  test.each<[string, boolean, GenericValidator, GenericValidator]>([
    ["the same", true, v.object({ a: v.string() }), v.object({ a: v.string() })],
    ["anything", true, v.any(), v.string()],
    ["not of anything", false, v.string(), v.any()],
    ["a field more that may lack", true, v.object({ a: v.string(), b: v.optional(v.number()) }), v.object({ a: v.string() })],
    ["a field more that may not", false, v.object({ a: v.string(), b: v.number() }), v.object({ a: v.string() })],
    ["a field less", false, v.object({}), v.object({ a: v.optional(v.string()) })],
    ["a field that may lack now", true, v.object({ a: v.optional(v.string()) }), v.object({ a: v.string() })],
    ["a field that may no longer lack", false, v.object({ a: v.string() }), v.object({ a: v.optional(v.string()) })],
    ["a kind more", true, v.union(v.string(), v.null()), v.string()],
    ["kinds in another order", true, v.union(v.null(), v.string()), v.union(v.string(), v.null())],
    ["a kind less", false, v.string(), v.union(v.string(), v.null())],
    ["a text for literals and ids", true, v.string(), v.union(v.literal("a"), v.id("users"))],
    ["an id for a text", false, v.id("users"), v.string()],
    ["numbers for a literal", true, v.number(), v.literal(1)],
    ["int64s for a literal", true, v.int64(), v.literal(1n)],
    ["numbers for a literal of int64", false, v.number(), v.literal(1n)],
    ["within arrays and records", true, v.array(v.record(v.string(), v.union(v.number(), v.null()))), v.array(v.record(v.string(), v.number()))],
  ])("%s: %s", (_, expected, wide, narrow) => {
    expect(acceptsAll(jsonOf(wide), jsonOf(narrow))).toBe(expected);
  });

  test("never says yes where a value tells them apart", () => {
    const leaf = fc.constantFrom<ValidatorJson>({ type: "string" }, { type: "number" }, { type: "null" }, { type: "any" }, { type: "literal", value: "a" }, { type: "literal", value: 1 });
    const { validator } = fc.letrec<{ validator: ValidatorJson }>((tie) => {
      const field = fc.record({ fieldType: tie("validator"), optional: fc.boolean() });
      return {
        validator: fc.oneof(
          { depthSize: "small", withCrossShrink: true },
          leaf,
          fc.dictionary(fc.constantFrom("a", "b"), field).map((value): ValidatorJson => ({ type: "object", value })),
          fc.array(tie("validator"), { minLength: 1, maxLength: 3 }).map((value): ValidatorJson => ({ type: "union", value })),
          tie("validator").map((value): ValidatorJson => ({ type: "array", value })),
        ),
      };
    });
    const value = fc.letrec<{ value: unknown }>((tie) => ({ value: fc.oneof({ depthSize: "small" }, fc.constantFrom("a", "b", 1, 2, null), fc.dictionary(fc.constantFrom("a", "b"), tie("value")), fc.array(tie("value"), { maxLength: 2 })) })).value;
    fc.assert(
      fc.property(validator, validator, fc.array(value, { maxLength: 10 }), (wide, narrow, values) => {
        if (!acceptsAll(wide, narrow)) return;
        const [wideCheck, narrowCheck] = [compileValidator(wide), compileValidator(narrow)];
        for (const each of values) if (narrowCheck.check(each as never, tables) === null) expect(wideCheck.check(each as never, tables)).toBeNull();
      }),
      { numRuns: 400 },
    );
  });
});
