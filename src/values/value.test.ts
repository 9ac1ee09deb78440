import vm from "node:vm";
import { convexToJson, jsonToConvex, type Value as ClientValue } from "convex/values";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyValue } from "./arbitrary-value.suite.js";
import { holdsCommitTimestamp, resolveCommitTimestamp } from "./commit-timestamp.js";
import { DOCUMENT_LIMITS } from "./limits.js";
import { decodeValue, encodePatch, encodeValue, encodeValueSized, IN_TRANSACTION, parseValue, stringifyForError, valueToJson, type JsonValue } from "./value.js";

const LEARN_MORE = "To learn about Convex's supported types, see https://docs.convex.dev/using/types.";
const RUNS = { numRuns: 1_000 };

function errorOf(f: () => unknown): string {
  try {
    f();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

/** A realm as the runtime makes them: its own parser, and its own ArrayBuffer. */
function newRealm() {
  const context = vm.createContext({});
  return {
    run: (code: string): unknown => vm.runInContext(code, context),
    parse: vm.runInContext("(text) => JSON.parse(text)", context) as (text: string) => unknown,
    makeBytes: vm.runInContext("(bytes) => new Uint8Array(bytes).buffer", context) as (bytes: Uint8Array) => ArrayBuffer,
  };
}

describe("encodeValue", () => {
  test("V-1: text is that of the public client's JSON", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(encodeValue(value)).toBe(JSON.stringify(convexToJson(value as ClientValue)));
      }),
      RUNS,
    );
  });

  test("V-2: the client reads what we write, and we read what it writes", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(jsonToConvex(JSON.parse(encodeValue(value)) as never)).toEqual(value);
        expect(decodeValue(JSON.parse(JSON.stringify(convexToJson(value as ClientValue))) as JsonValue)).toEqual(value);
        expect(parseValue(encodeValue(value))).toEqual(value);
        expect(valueToJson(value)).toEqual(JSON.parse(encodeValue(value)));
      }),
      RUNS,
    );
  });

  test("V-3: equal values have equal text, whatever the order of their fields", () => {
    expect(encodeValue({ b: 1, a: { d: null, c: true } })).toBe('{"a":{"c":true,"d":null},"b":1}');
    expect(encodeValue({ x: 1, "10": 2, "9": 3, B: 4 })).toBe('{"9":3,"10":2,"B":4,"x":1}');
    const text = encodeValue({ z: [{ y: 2, x: 1n }], "7": new ArrayBuffer(1) });
    expect(encodeValue(parseValue(text))).toBe(text);
  });

  test("V-4: undefined fields are dropped", () => {
    expect(encodeValue({ a: undefined, b: 1, c: undefined })).toBe('{"b":1}');
    expect(encodeValue({ a: undefined })).toBe("{}");
  });

  test("V-5: NaN has one text, whatever its bits", () => {
    const bits = new BigUint64Array([0xfff8_0000_0000_0001n]);
    const nan = new Float64Array(bits.buffer)[0]!;
    expect(encodeValue([nan, NaN, Infinity, -0])).toBe('[{"$float":"AAAAAAAA+H8="},{"$float":"AAAAAAAA+H8="},{"$float":"AAAAAAAA8H8="},{"$float":"AAAAAAAAAIA="}]');
  });

  test("V-6: values of another realm are values", () => {
    const { run } = newRealm();
    const value = run('({ b: [1n, NaN, new Uint8Array([1, 2]).buffer], a: Object.assign(Object.create(null), { c: "x" }) })');
    expect(encodeValue(value)).toBe('{"a":{"c":"x"},"b":[{"$integer":"AQAAAAAAAAA="},{"$float":"AAAAAAAA+H8="},{"$bytes":"AQI="}]}');
    expect(errorOf(() => encodeValue(run("({ a: new Map([[1, 2]]) })")))).toBe(
      `Map[[1,2]] is not a supported Convex type (present at path .a in original object {"a":{}}). ${LEARN_MORE}`,
    );
    expect(errorOf(() => encodeValue(run("class Point {}; [new Point()]")))).toContain("Point {} is not a supported Convex type (present at path [0]");
  });

  test.each<[string, unknown]>([
    ["undefined", undefined],
    ["undefined inside", { a: [1, undefined] }],
    ["a Set", { a: new Set([1]) }],
    ["a Map", new Map([["k", 1]])],
    ["a Date", { at: new Date(0) }],
    ["an instance", { a: { b: new (class Point { x = 1; })() } }],
    ["a function", { a: () => 1 }],
    ["a symbol", [Symbol("s")]],
    ["a typed array", { a: new Uint8Array(2) }],
    ["a large bigint", { a: 2n ** 63n }],
    ["a reserved field", { $a: 1 }],
    ["a field that is not ASCII", { "é": 1 }],
    ["a control character", { "a\n": 1 }],
    ["a long field", { ["x".repeat(1_025)]: 1 }],
  ])("V-7: %s is refused with the client's text", (_, value) => {
    expect(errorOf(() => encodeValue(value))).toBe(errorOf(() => convexToJson(value as ClientValue)));
  });

  test("V-8: an empty field name is refused", () => {
    expect(errorOf(() => encodeValue({ "": 1 }))).toBe("Field name is empty: Field names must be nonempty.");
  });

  test("V-9: depth is bounded, also of cycles, and the error names the path", () => {
    const cycle: Record<string, unknown> = {};
    cycle["a"] = [cycle];
    expect(errorOf(() => encodeValue(cycle))).toBe(
      `Value is nested too deeply (more than 64 objects and arrays inside one another) at path ${".a[0]".repeat(32)}. Split the data into smaller documents, or change its shape.`,
    );
    let deep: unknown = 1;
    for (let i = 0; i < 16; i++) deep = [deep];
    expect(encodeValue(deep, { maxDepth: 16 })).toBe(`${"[".repeat(16)}1${"]".repeat(16)}`);
    expect(errorOf(() => encodeValue([deep], { maxDepth: 16 }))).toContain("more than 16 objects and arrays");
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(errorOf(() => encodeValue(deep))).toContain("nested too deeply");
  });

  test("V-10: fields and elements are bounded where asked, and the error names the path", () => {
    const wide = Object.fromEntries(Array.from({ length: 1_025 }, (_, i) => [`f${i}`, i]));
    expect(errorOf(() => encodeValue({ a: { wide } }, DOCUMENT_LIMITS))).toContain("Object has too many fields (1025 > maximum number 1024) at path .a.wide.");
    expect(errorOf(() => encodeValue({ list: new Array(8_193).fill(0) }, DOCUMENT_LIMITS))).toContain("Array length is too long (8193 > maximum length 8192) at path .list.");
    expect(encodeValue(new Array(8_193).fill(0))).toHaveLength(2 * 8_193 + 1);
  });

  test("V-11: of a document's own fields only system fields start with an underscore", () => {
    expect(encodeValue({ _id: "x", _creationTime: 1, a: { _b: 1 } }, DOCUMENT_LIMITS)).toBe('{"_creationTime":1,"_id":"x","a":{"_b":1}}');
    expect(errorOf(() => encodeValue({ _b: 1 }, DOCUMENT_LIMITS))).toContain("Field name _b starts with an underscore");
    expect(encodeValue({ _b: 1 })).toBe('{"_b":1}');
  });

  test("V-12: user code cannot make the check and the text differ", () => {
    let reads = 0;
    const value = { a: 1, get b() { reads += 1; return reads === 1 ? "x" : () => "y"; } };
    expect(encodeValue(value)).toBe('{"a":1,"b":"x"}');
    const { run } = newRealm();
    expect(encodeValue(run("Object.prototype.toJSON = Array.prototype.toJSON = () => 'hacked'; ({ a: [1] })"))).toBe('{"a":[1]}');
  });

  test("V-13: a field named __proto__ is a field", () => {
    const value = JSON.parse('{"__proto__":{"n":{"$integer":"AQAAAAAAAAA="}}}') as JsonValue;
    const decoded = decodeValue(value) as Record<string, unknown>;
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
    expect(Object.keys(decoded)).toEqual(["__proto__"]);
    expect(encodeValue(decoded)).toBe('{"__proto__":{"n":{"$integer":"AQAAAAAAAAA="}}}');
    expect(Object.keys(encodePatch(decoded).set)).toEqual(["__proto__"]);
  });

  test("V-14: the commit timestamp placeholder is refused by name, but in documents", () => {
    class Placeholder {
      toString(): string {
        return "[unresolved commit timestamp]";
      }
      toJSON(): never {
        throw new Error("unresolved");
      }
    }
    expect(errorOf(() => encodeValue({ at: new Placeholder() }))).toContain("The commit timestamp (db.vars.commitTs) is not known before the commit (present at path .at in");
    const text = encodeValue({ at: [new Placeholder()] }, { commitTimestamps: true });
    expect(text).toBe('{"at":[{"$commitTs":null}]}');
    expect(parseValue(text, IN_TRANSACTION)).toEqual({ at: [2n ** 63n - 1n] });
    expect(parseValue(resolveCommitTimestamp(text, 1_700_000_000_000_001))).toEqual({ at: [1_700_000_000_000_001_000n] });
    const quoted = encodeValue({ at: text });
    expect([holdsCommitTimestamp(text), holdsCommitTimestamp(quoted)]).toEqual([true, false]);
  });

  test("V-15: encodeValueSized gives the same text", () => {
    fc.assert(fc.property(anyValue, (value) => encodeValueSized(value).text === encodeValue(value)));
  });
});

describe("decodeValue", () => {
  test("V-20: works in place", () => {
    const json = { a: [{ $integer: "AQAAAAAAAAA=" }], b: { c: 1 } };
    const { a, b } = json;
    const decoded = decodeValue(json) as unknown as typeof json;
    expect(decoded).toBe(json);
    expect([decoded.a, decoded.b]).toEqual([a, b]);
    expect(decoded.a).toEqual([1n]);
  });

  test("V-21: bytes and objects belong to the realm that is given", () => {
    const realm = newRealm();
    const value = parseValue('{"a":{"$bytes":"AQI="},"b":[1]}', realm) as { a: ArrayBuffer; b: unknown };
    const isOwn = realm.run("(value) => value.a instanceof ArrayBuffer && value.b instanceof Array && value instanceof Object") as (value: unknown) => boolean;
    expect(isOwn(value)).toBe(true);
    expect([...new Uint8Array(value.a)]).toEqual([1, 2]);
  });

  test.each<[string, JsonValue]>([
    ["an int64 of 7 bytes", { $integer: "AAAAAAAAAA==" }],
    ["an int64 that is no string", { $integer: 5 }],
    ["a float of 4 bytes", { $float: "AAAAAA==" }],
    ["a float that needs no wrapper", { $float: "AAAAAAAA8D8=" }],
    ["bytes that are no string", { $bytes: null }],
    ["base64 of a wrong length", { $bytes: "AAA" }],
    ["a Set", { $set: [] }],
    ["a Map", { $map: [] }],
    ["a reserved field", { $a: 1 }],
    ["a reserved field among others", { a: 1, $b: 1 }],
    ["a field that is not ASCII", { "é": 1 }],
  ])("V-22: %s is refused with the client's text", (_, json) => {
    expect(errorOf(() => decodeValue(structuredClone(json)))).toBe(errorOf(() => jsonToConvex(json as never)));
  });

  test("V-23: base64 with other characters, and depth beyond 64, are refused", () => {
    expect(errorOf(() => decodeValue({ $bytes: "A*==" }))).toBe("Invalid string. It holds characters that are not base64");
    const deep = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`) as JsonValue;
    expect(errorOf(() => decodeValue(deep))).toContain("nested too deeply");
    expect(errorOf(() => decodeValue({ $commitTs: null }))).toContain("Received a commit timestamp before its commit.");
  });
});

describe("encodePatch", () => {
  test("V-30: undefined fields are removals", () => {
    expect(encodePatch({ a: 1, b: undefined, c: { d: undefined } })).toEqual({ set: { a: 1, c: { d: undefined } }, unset: ["b"] });
  });

  test("V-31: names are checked, and only objects are patches", () => {
    expect(errorOf(() => encodePatch({ $a: undefined }))).toBe("Field name $a starts with a '$', which is reserved.");
    expect(errorOf(() => encodePatch([1]))).toContain("[1] is not a patch.");
    expect(errorOf(() => encodePatch(new Date(0)))).toContain("is not a patch.");
  });
});

describe("stringifyForError", () => {
  test("V-40: prints what JSON cannot, and is bounded", () => {
    expect(stringifyForError({ a: undefined, b: () => 1, c: Symbol("s"), d: 5n, e: [undefined] })).toBe('{"a":"undefined","b":"[Function]","c":"Symbol(s)","d":"5n","e":["undefined"]}');
    const text = stringifyForError(new Array(100_000).fill("abcdef"));
    expect(text).toHaveLength(16_384);
    expect(text.endsWith("[...truncated]")).toBe(true);
    const cycle: Record<string, unknown> = {};
    cycle["a"] = cycle;
    expect(stringifyForError(cycle)).toContain('"[...]"');
    expect(stringifyForError({ get a() { throw new Error("no"); } })).toBe('"[unreadable]"');
  });
});
