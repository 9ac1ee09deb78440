/** EX-2, EX-3, IM-7: what is exported comes back, whatever it is. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyValue } from "../../values/arbitrary-value.suite.js";
import { encodeValue, parseValue, type JsonValue, type Value } from "../../values/value.js";
import { ShapeBuilder } from "./shape-builder.js";
import { membersOf, parseShape, valueOfShape } from "./shape.js";

function roundTrip(values: readonly Value[]): Value[] {
  const builder = new ShapeBuilder();
  for (const value of values) builder.add(value);
  const shapes = membersOf([parseShape(builder.print())]);
  return values.map((value) => valueOfShape(JSON.parse(builder.write(value)) as JsonValue, shapes));
}

describe("shapes", () => {
  it("EX-2 IM-7 bring every value back, alone and among others", () => {
    fc.assert(
      fc.property(fc.array(anyValue, { minLength: 1, maxLength: 6 }), (values) => {
        const own = values.map((value) => parseValue(encodeValue(value)));
        expect(roundTrip(own).map((value) => encodeValue(value))).toEqual(own.map((value) => encodeValue(value)));
      }),
    );
  });

  it("EX-3 objects with many names of fields are records", () => {
    const values = Array.from({ length: 300 }, (_, i) => ({ [`field${i}`]: BigInt(i) }));
    const builder = new ShapeBuilder();
    for (const value of values) builder.add(value);
    expect(builder.print()).toBe("record<string, int64>");
    expect(roundTrip(values)).toEqual(values);
  });

  it("EX-3 are printed in the syntax of existing exports", () => {
    const builder = new ShapeBuilder();
    builder.add({ _id: "x", n: 1, tags: ["a"], both: null });
    builder.add({ _id: "y", n: 2.5, tags: [], both: true, more: 1n });
    expect(builder.print(10_001)).toBe('{"_id": id<10001>, "both": boolean | null, "more"?: int64, "n": normalfloat64, "tags": array<string>}');
  });

  it("IM-7 of existing exports are understood: texts stay texts where the shape allows it", () => {
    const [shape] = [parseShape('{"_creationTime": normalfloat64, "_id": id<10007>, "mode": "audio" | "5", "order": int64 | null, "any": unknown, "x"?: array<bytes | string>}')];
    const read = (json: JsonValue): Value => valueOfShape(json, membersOf([shape!]));
    expect(read({ mode: "5", order: "5", any: "7", x: ["AAE="], unheard: "8" })).toEqual({ mode: "5", order: 5n, any: "7", x: ["AAE="], unheard: "8" });
    expect(read({ order: "99999999999999999999" })).toEqual({ order: "99999999999999999999" });
  });

  it.each(["", "{", '{"a" int64}', "int64 |", "array<", "{a: }", "}", "a b", '"open', "<"])("IM-7 that can't be read are refused: %j", (text) => {
    expect(() => parseShape(text)).toThrow(/can't be read|nested/);
  });

  it("IM-7 that are nested without end are refused", () => {
    expect(() => parseShape("{a: ".repeat(2_000))).toThrow("nested more than 64 deep");
  });
});
