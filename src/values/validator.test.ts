import vm from "node:vm";
import { v, type GenericValidator } from "convex/values";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyBytes, anyInt64, anyNumber, anyString, anyValue } from "./arbitrary-value.suite.js";
import { encodeId } from "./id.js";
import { compileValidator, formatArgumentError, formatReturnError, formatSchemaError, validatorToSource, type TableResolver, type ValidatorJson } from "./validator.js";
import type { Value } from "./value.js";

const tables: TableResolver = { tableNumberToName: (number) => ({ 10_001: "users", 10_002: "posts" })[number] ?? null };
const userId = encodeId(10_001, new Uint8Array(16).fill(1));
const postId = encodeId(10_002, new Uint8Array(16).fill(2));
const unknownId = encodeId(10_003, new Uint8Array(16));

function jsonOf(validator: GenericValidator): ValidatorJson {
  return (validator as unknown as { json: ValidatorJson }).json;
}

function messageOf(validator: GenericValidator, value: unknown): string | undefined {
  return compileValidator(jsonOf(validator)).check(value, tables)?.message;
}

describe("check", () => {
  test.each<[string, GenericValidator, unknown[], unknown[]]>([
    ["null", v.null(), [null], [undefined, 0]],
    ["number", v.number(), [0, -0, NaN], [0n, "0", null]],
    ["int64", v.int64(), [5n], [5]],
    ["boolean", v.boolean(), [true], [1, null]],
    ["string", v.string(), ["", userId], [1]],
    ["bytes", v.bytes(), [new ArrayBuffer(1)], ["", new Uint8Array(1)]],
    ["any", v.any(), [null, {}, 5n], [undefined]],
    ["literal", v.literal("a"), ["a"], ["b", null]],
    ["int64 literal", v.literal(5n), [5n], [5, 6n]],
    ["zero literal", v.literal(0), [0], [-0, false]],
    ["id", v.id("users"), [userId], [postId, unknownId, "users", `${userId}0`, 1]],
    ["array", v.array(v.number()), [[], [1, 2]], [[1, "a"], {}, [undefined]]],
    ["object", v.object({ a: v.number(), b: v.optional(v.string()) }), [{ a: 1 }, { a: 1, b: "x" }, { a: 1, b: undefined, c: undefined }], [{}, { a: 1, c: 2 }, { a: 1, b: null }, [], null, { a: undefined }]],
    ["object of inherited names", v.object({ constructor: v.optional(v.string()), x: v.optional(v.any()) }), [{}, { constructor: "a" }], [{ constructor: 1 }, { toString: 1 }]],
    ["record", v.record(v.string(), v.number()), [{}, { a: 1, b: undefined }], [{ a: "x" }, []]],
    ["record of ids", v.record(v.id("users"), v.any()), [{ [userId]: 1 }], [{ [postId]: 1 }]],
    ["union", v.union(v.literal("a"), v.literal(0), v.object({ k: v.null() })), ["a", 0, { k: null }], ["b", -0, {}, { k: 1 }]],
    ["empty union", v.union(), [], [null]],
  ])("V-90: %s", (_, validator, good, bad) => {
    const compiled = compileValidator(jsonOf(validator));
    for (const value of good) expect(compiled.check(value, tables)).toBe(null);
    for (const value of bad) expect(compiled.check(value, tables)?.message).toMatch(/\nValidator: v\./);
  });

  test("V-91: values of another realm match alike", () => {
    const validator = v.object({ a: v.array(v.bytes()), b: v.record(v.string(), v.any()) });
    expect(messageOf(validator, vm.runInNewContext("({ a: [new ArrayBuffer(1)], b: { c: 1 } })"))).toBe(undefined);
    expect(messageOf(validator, vm.runInNewContext("({ a: [], b: new Map() })"))).toContain("Path: .b");
  });

  test("V-92: JSON of a validator that is not known is refused", () => {
    expect(() => compileValidator({ type: "set" } as never)).toThrow('{"type":"set"} is not a validator.');
  });
});

/** What each validator means, said once more and as plainly as possible. */
function oracle(json: ValidatorJson, value: unknown): boolean {
  switch (json.type) {
    case "any":
      return value !== undefined;
    case "null":
      return value === null;
    case "bytes":
      return value instanceof ArrayBuffer;
    case "commitTs":
      return typeof value === "bigint";
    case "literal":
      return value === json.value && !Object.is(value, -0);
    case "id":
      return value === userId;
    case "union":
      return json.value.some((member) => oracle(member, value));
    case "array":
      return Array.isArray(value) && value.every((item) => oracle(json.value, item));
    case "record":
      return isRecord(value) && Object.entries(value).every(([key, field]) => oracle(json.keys, key) && oracle(json.values.fieldType, field));
    case "object":
      return (
        isRecord(value) &&
        Object.keys(value).every((key) => Object.hasOwn(json.value, key)) &&
        Object.entries(json.value).every(([key, field]) => (Object.hasOwn(value, key) ? oracle(field.fieldType, value[key]) : field.optional))
      );
    default:
      return typeof value === json.type;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ArrayBuffer);
}

const anyValidator = fc.letrec<{ json: ValidatorJson }>((tie) => ({
  json: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<ValidatorJson>({ type: "null" }, { type: "number" }, { type: "bigint" }, { type: "boolean" }, { type: "string" }, { type: "bytes" }, { type: "any" }, { type: "id", tableName: "users" }, { type: "literal", value: "a" }, { type: "literal", value: 1 }, { type: "literal", value: true }),
    tie("json").map((value): ValidatorJson => ({ type: "array", value })),
    fc.array(tie("json"), { maxLength: 3 }).map((value): ValidatorJson => ({ type: "union", value })),
    tie("json").map((fieldType): ValidatorJson => ({ type: "record", keys: { type: "string" }, values: { fieldType, optional: false } })),
    fc.dictionary(fc.constantFrom("a", "b", "c"), fc.record({ fieldType: tie("json"), optional: fc.boolean() })).map((value): ValidatorJson => ({ type: "object", value })),
  ),
})).json;

/** A value that matches, mostly, so that both answers are met. */
function valueFor(json: ValidatorJson): fc.Arbitrary<Value> {
  switch (json.type) {
    case "literal":
      return fc.constant(json.value as Value);
    case "id":
      return fc.constantFrom(userId, postId);
    case "array":
      return fc.array(valueFor(json.value), { maxLength: 3 });
    case "union":
      return fc.oneof(anyValue, ...json.value.map(valueFor));
    case "record":
      return fc.dictionary(fc.constantFrom("x", "y"), valueFor(json.values.fieldType)) as fc.Arbitrary<Value>;
    case "object":
      return fc.record(Object.fromEntries(Object.entries(json.value).map(([key, field]) => [key, valueFor(field.fieldType)])), {
        requiredKeys: Object.keys(json.value).filter((key) => !json.value[key]!.optional),
      }) as fc.Arbitrary<Value>;
    default:
      return simpleValues[json.type];
  }
}

const simpleValues = { null: fc.constant(null), number: anyNumber, bigint: anyInt64, commitTs: anyInt64, boolean: fc.boolean(), string: anyString, bytes: anyBytes, any: anyValue };

test("V-93: checks agree with a naive reading of the validator, and every refusal is explained", () => {
  let matched = 0;
  fc.assert(
    fc.property(
      anyValidator.chain((json) => fc.tuple(fc.constant(json), fc.oneof({ arbitrary: valueFor(json), weight: 3 }, { arbitrary: anyValue, weight: 1 }))),
      ([json, value]) => {
        const failure = compileValidator(json).check(value, tables);
        const expected = oracle(json, value);
        if (expected) matched += 1;
        expect(failure === null).toBe(expected);
        // What failed lies where the path says: the whole value is blamed only where no part of it can be.
        if (json.type === "array" && Array.isArray(value) && failure !== null) expect(failure.path).toMatch(/^\[\d+\]/);
      },
    ),
    { numRuns: 2_000 },
  );
  expect(matched).toBeGreaterThan(300);
});

describe("error texts", () => {
  const message = v.object({ author: v.string(), body: v.string() });

  test("V-100: a missing field", () => {
    expect(messageOf(message, { author: "x" })).toBe(
      'Object is missing the required field `body`. Consider wrapping the field validator in `v.optional(...)` if this is expected.\n\nObject: {author: "x"}\nValidator: v.object({author: v.string(), body: v.string()})',
    );
  });

  test("V-101: an extra field", () => {
    expect(messageOf(v.object({ companyId: v.id("users") }), { companyId: userId, mainDetails: { n: 1 } })).toBe(
      `Object contains extra field \`mainDetails\` that is not in the validator.\n\nObject: {companyId: "${userId}", mainDetails: {n: 1.0}}\nValidator: v.object({companyId: v.id("users")})`,
    );
  });

  test("V-102: a value of another type, with its path", () => {
    expect(messageOf(message, { author: "x", body: 42 })).toBe("Value does not match validator.\nPath: .body\nValue: 42.0\nValidator: v.string()");
    expect(messageOf(v.object({ list: v.array(v.object({ n: v.int64() })) }), { list: [{ n: 1n }, { n: 1 }] })).toBe("Value does not match validator.\nPath: .list[1].n\nValue: 1.0\nValidator: v.int64()");
    expect(messageOf(v.object({ byDay: v.record(v.string(), v.number()) }), { byDay: { "2024-01-01": "x" } })).toBe('Value does not match validator.\nPath: .byDay["2024-01-01"]\nValue: "x"\nValidator: v.float64()');
  });

  test("V-103: an id of another table, and text that is no id", () => {
    expect(messageOf(v.object({ id: v.id("users") }), { id: postId })).toBe(
      `Found ID "${postId}" from table \`posts\`, which does not match the table name in validator \`v.id("users")\`.\nPath: .id\nValue: "${postId}"\nValidator: v.id("users")`,
    );
    expect(messageOf(v.object({ ownerId: v.id("users") }), { ownerId: "user_demo_001" })).toBe('Value does not match validator.\nPath: .ownerId\nValue: "user_demo_001"\nValidator: v.id("users")');
  });

  test("V-104: each use has its name in front", () => {
    const failure = { path: "", message: "Value does not match validator." };
    expect(formatArgumentError(failure)).toBe("ArgumentValidationError: Value does not match validator.");
    expect(formatReturnError(failure)).toBe("ReturnsValidationError: Value does not match validator.");
    expect(formatSchemaError("messages", failure)).toBe('Failed to insert or update a document in table "messages" because it does not match the schema: Value does not match validator.');
  });

  test("V-105: values and validators are shown in the API's own words, and bounded", () => {
    const value = { a: [1.5, -0, NaN, 1e21], b: 5n, c: null, "d e": new ArrayBuffer(3), f: undefined, g: 'say "x"' };
    expect(messageOf(v.null(), value)).toBe('Value does not match validator.\n\nValue: {a: [1.5, -0.0, NaN, 1e+21], b: 5n, c: null, "d e": ArrayBuffer(3 bytes), g: "say \\"x\\""}\nValidator: v.null()');
    expect(messageOf(v.null(), new Array(100_000).fill("abcdefgh"))!.length).toBeLessThan(5_000);
    expect(
      validatorToSource(
        jsonOf(v.object({ a: v.optional(v.array(v.bytes())), b: v.union(v.literal("x"), v.literal(1), v.literal(5n), v.literal(true)), c: v.record(v.string(), v.any()), d: v.number(), e: v.boolean(), f: v.id("users") })),
      ),
    ).toBe('v.object({a: v.optional(v.array(v.bytes())), b: v.union(v.literal("x"), v.literal(1.0), v.literal(5n), v.literal(true)), c: v.record(v.string(), v.any()), d: v.float64(), e: v.boolean(), f: v.id("users")})');
  });
});
