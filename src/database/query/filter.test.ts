/** filter expressions. */
import fc from "fast-check";
import { compareValues as compareValuesOfClient } from "convex/values";
import { describe, expect, it } from "vitest";
import type { JsonValue, Value } from "../../values/value.js";
import { DatabaseError } from "../errors.js";
import type { DocumentValue } from "../table.js";
import { compileFilter } from "./filter.js";
import { field, literal } from "./query-database.suite.js";
import { documentField } from "./values.suite.js";

function holds(expression: JsonValue, document: DocumentValue = {}): boolean {
  return compileFilter(expression)(document);
}

function failure(expression: JsonValue, document: DocumentValue = {}): string {
  try {
    holds(expression, document);
  } catch (error) {
    if (error instanceof DatabaseError && error.kind === "invalidQuery") return error.message;
    throw error;
  }
  throw new Error("the filter did not fail");
}

const COMPARISONS: readonly [string, (order: number) => boolean][] = [
  ["$eq", (order) => order === 0],
  ["$neq", (order) => order !== 0],
  ["$lt", (order) => order < 0],
  ["$lte", (order) => order <= 0],
  ["$gt", (order) => order > 0],
  ["$gte", (order) => order >= 0],
];

describe("Q-3 filters", () => {
  it.each(COMPARISONS)("Q-3.1 %s compares any two values in the client's order", (operator, expected) => {
    fc.assert(
      fc.property(documentField, documentField, (a, b) => {
        const order = compareValuesOfClient(a, b);
        const document = a === undefined ? {} : { x: a };
        expect(holds({ [operator]: [field("x"), literal(b)] }, document)).toBe(expected(order));
        expect(holds({ [operator]: [literal(a), literal(b)] }, document)).toBe(expected(order));
        expect(holds({ [operator]: [field("x"), field("x")] }, document)).toBe(expected(0));
      }),
    );
  });

  it("Q-3.1 equality tells 0 from -0 and knows one NaN", () => {
    expect(holds({ $eq: [field("x"), literal(0)] }, { x: -0 })).toBe(false);
    expect(holds({ $neq: [field("x"), literal(-0)] }, { x: 0 })).toBe(true);
    expect(holds({ $eq: [field("x"), literal(-0)] }, { x: -0 })).toBe(true);
    expect(holds({ $eq: [field("x"), literal(NaN)] }, { x: NaN })).toBe(true);
  });

  it("Q-3.2 fields are paths through objects, and undefined where there is none", () => {
    const document: DocumentValue = { _id: "k1", a: { b: { c: 1 } }, list: [{ c: 1 }], text: "abc" };
    const valueAt = (path: string, value: Value | undefined): boolean => holds({ $eq: [field(path), literal(value)] }, document);
    expect(valueAt("_id", "k1")).toBe(true);
    expect(valueAt("a.b.c", 1)).toBe(true);
    expect(valueAt("a.b", { c: 1 })).toBe(true);
    for (const path of ["a.x", "a.b.c.d", "list.0", "list.length", "text.length", "toString", "__proto__", "a.constructor"]) expect(valueAt(path, undefined), path).toBe(true);
  });

  it("Q-3.3 arithmetic on numbers and on bigints", () => {
    const gives = (operator: string, a: Value, b: Value, result: Value): void => expect(holds({ $eq: [{ [operator]: [literal(a), literal(b)] }, literal(result)] }), operator).toBe(true);
    gives("$add", 1, 2, 3);
    gives("$sub", 1, 2, -1);
    gives("$mul", 3, 2, 6);
    gives("$div", 3, 2, 1.5);
    gives("$div", 1, 0, Infinity);
    gives("$mod", -7, 3, -1);
    gives("$add", 2n ** 62n, 1n, 2n ** 62n + 1n);
    gives("$sub", 1n, 2n, -1n);
    gives("$mul", 3n, 2n, 6n);
    gives("$div", -7n, 2n, -3n);
    gives("$mod", -7n, 3n, -1n);
    expect(holds({ $eq: [{ $neg: literal(2) }, literal(-2)] })).toBe(true);
    expect(holds({ $eq: [{ $neg: literal(2n) }, literal(-2n)] })).toBe(true);
  });

  it("Q-3.4 arithmetic refuses mixed and other types, and what does not fit in 64 bits", () => {
    expect(failure({ $gt: [{ $add: [field("n"), literal(1)] }, literal(0)] }, { n: 1n })).toContain("q.add(…) in a filter was given a bigint and a number: operands must be all numbers or all bigints");
    expect(failure({ $mul: [field("n"), literal(1)] })).toContain("a missing field and a number");
    expect(failure({ $neg: literal("x") })).toContain("given a string");
    expect(failure({ $add: [literal(null), literal([])] })).toContain("null and an array");
    expect(failure({ $add: [literal(2n ** 63n - 1n), literal(1n)] })).toContain("does not fit in 64 bits");
    expect(failure({ $neg: literal(-(2n ** 63n)) })).toContain("does not fit in 64 bits");
    expect(failure({ $div: [literal(1n), literal(0n)] })).toContain("divides by the bigint 0");
    expect(failure({ $mod: [literal(1n), literal(0n)] })).toContain("divides by the bigint 0");
  });

  it("Q-3.5 and, or, not: from left to right, until one decides", () => {
    const bad = { $neg: literal("x") };
    expect(holds({ $and: [] })).toBe(true);
    expect(holds({ $or: [] })).toBe(false);
    expect(holds({ $and: [literal(true), literal(false), bad] })).toBe(false);
    expect(holds({ $or: [literal(false), literal(true), bad] })).toBe(true);
    expect(holds({ $and: [literal(true), literal(true)] })).toBe(true);
    expect(holds({ $or: [literal(false), literal(false)] })).toBe(false);
    expect(holds({ $not: literal(false) })).toBe(true);
    expect(holds(literal(true))).toBe(true);
  });

  it("Q-3.6 a missing field counts as false, anything else that is no boolean is refused", () => {
    expect(holds(field("flag"))).toBe(false);
    expect(holds({ $not: field("flag") })).toBe(true);
    expect(holds({ $or: [field("flag"), literal(true)] })).toBe(true);
    expect(failure(field("flag"), { flag: 1 })).toContain("The result of a filter is a number instead of a boolean");
    expect(failure({ $and: [literal("yes")] })).toContain("An operand of q.and(…) in a filter is a string");
    expect(failure({ $not: literal(null) })).toContain("is null instead of a boolean");
  });

  it("Q-3.7 refuses what is no expression, when the query starts", () => {
    for (const expression of [null, true, [], {}, { $eq: [] }, { $eq: 1 }, { $field: 1 }, { $and: 1 }, { $like: [] }, { $field: "a", $literal: 1 }, { constructor: 1 }] as JsonValue[]) {
      expect(() => compileFilter(expression), JSON.stringify(expression)).toThrow("Malformed filter");
    }
    let deep = literal(true);
    for (let i = 0; i < 2000; i++) deep = { $not: deep };
    expect(() => compileFilter(deep)).toThrow("nested more than 1000 levels");
  });
});
