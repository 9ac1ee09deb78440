/** Values in, out and stored; what the schema lets in; what validators say. F-51 to F-71. */
import { ConvexError, type Value } from "convex/values";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../harness.js";
import { Caller, cause } from "./caller.js";

let server: TestServer;
let app: Caller;
let item: string;
let other: string;

beforeAll(async () => {
  server = await startServer({ flags: ["--redact-errors", "no"] });
  await server.deploy("surface");
  app = new Caller(server.http());
  item = await app.mutation("documents:insert", { item: { group: "g", rank: 1 } });
  other = await app.mutation("documents:insertOther", { title: "t" });
});

afterAll(() => server[Symbol.asyncDispose]());

function bytes(...values: number[]): ArrayBuffer {
  return new Uint8Array(values).buffer;
}

const VALUES: [string, Value][] = [
  ["null", null],
  ["true", true],
  ["0", 0],
  ["-0", -0],
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
  ["the smallest float", Number.MIN_VALUE],
  ["the greatest float", Number.MAX_VALUE],
  ["0.1", 0.1],
  ["2 ** 53", 2 ** 53],
  ["int64 0", 0n],
  ["the smallest int64", -(2n ** 63n)],
  ["the greatest int64", 2n ** 63n - 1n],
  ["the empty text", ""],
  ["a text", "grüße\n\u0000\u001f\"\\😀\u2028"],
  ["no bytes", bytes()],
  ["bytes", bytes(0, 127, 128, 255)],
  ["an empty array", []],
  ["an array of all", [null, 1n, "x", [bytes(1)], { a: NaN }]],
  ["an empty object", {}],
  ["an object of all", { a: null, b: -0, c: { d: [1n] }, "with space": 1, "1": 2, _under: 3 }],
  ["names that JavaScript knows", { constructor: 1, toString: 2, hasOwnProperty: 3, length: 4 }],
];

describe("values", () => {
  test.each(VALUES)("F-51 %s goes in and out of queries and mutations unchanged", async (_name, value) => {
    expect(await app.query("values:echo", { value })).toStrictEqual(value);
    expect(await app.mutation("values:echoBack", { value })).toStrictEqual(value);
  });

  test.each(VALUES)("F-52 %s is stored unchanged and found in an index", async (name, value) => {
    const id = await app.mutation<string>("values:store", { key: name, value });
    expect(await app.query("values:load", { id })).toStrictEqual(value);
    expect(await app.query("values:equalTo", { key: name, value })).toBe(1);
  });

  test("F-53 functions see values as their own realm's", async () => {
    const describeValue = (value: Value): Promise<unknown> => app.query("values:describe", { value });
    expect(await describeValue(bytes(1))).toMatchObject({ type: "object", isArrayBuffer: true, isObject: true });
    expect(await describeValue([1])).toMatchObject({ isArray: true, isObject: true });
    expect(await describeValue({})).toMatchObject({ type: "object", isObject: true });
    expect(await describeValue(7n)).toMatchObject({ type: "bigint", text: "7" });
    expect(await describeValue(-0)).toMatchObject({ type: "number", isNegativeZero: true });
  });

  test("F-54 an index orders values of all types: absent, null, int64, float, boolean, text, bytes, array, object", async () => {
    const ascending: Value[] = [
      null, -(2n ** 63n), -1n, 0n, 5n, -Infinity, -1.5, -0, 0, 1e-300, 3, Infinity, NaN, false, true, "", "A", "a", "aa", "b", "é", "\ufffd", "😀",
      bytes(), bytes(0), bytes(0, 1), bytes(255), [], [null], [1], [1, 2], [2], {}, { a: 1 }, { a: 1, b: 1 }, { a: 2 }, { b: 0 },
    ];
    const shuffled = ascending.map((value, i) => ({ value, at: (i * 17) % ascending.length })).sort((x, y) => x.at - y.at);
    await app.mutation("values:storeAbsent", { key: "order" });
    for (const { value } of shuffled) await app.mutation("values:store", { key: "order", value });
    const sorted = await app.query<{ value?: Value }[]>("values:sorted", { key: "order" });
    expect(sorted).toStrictEqual([{}, ...ascending.map((value) => ({ value }))]);
  });

  test("F-55 undefined returns as null, and fields that are undefined are absent", async () => {
    expect(await app.query("values:returned", { name: "undefined" })).toBeNull();
    expect(await app.query("values:returned", { name: "undefined field" })).toStrictEqual({ a: 1 });
    expect(await app.query("values:returned", { name: "null prototype" })).toStrictEqual({ a: 1 });
  });

  test.each([
    ["undefined element", "undefined is not a valid Convex value (present at path [1] in original object [1,\"undefined\"])."],
    ["date", "Date \"1970-01-01T00:00:00.000Z\" is not a supported Convex type."],
    ["map", "Map[[\"a\",1]] is not a supported Convex type."],
    ["set", "Set[1] is not a supported Convex type (present at path .inside in original object"],
    ["class", "Point {\"x\":1} is not a supported Convex type."],
    ["function", "is not a supported Convex type (present at path .call in original object"],
    ["symbol", "is not a supported Convex type."],
    ["typed array", "Uint8Array {\"0\":1} is not a supported Convex type."],
    ["big", "BigInt 9223372036854775808 does not fit into a 64-bit signed integer."],
  ])("F-56 a result that is no value is refused: %s", async (name, text) => {
    expect(cause(await app.queryError("values:returned", { name }))).toContain(text);
  });

  test("F-57 a result that contains itself is an error, not the end of the server", async () => {
    expect(cause(await app.queryError("values:returned", { name: "cycle" }))).toMatch(/^(?:Uncaught )?\w*Error|too deep|deeply/);
    expect(await app.query("values:echo", { value: 1 })).toBe(1);
  });
});

describe("schema", () => {
  const TEXT = { text: "t" };

  test.each<[string, () => Record<string, Value>]>([
    ["only what is required", () => ({})],
    ["float", () => ({ float: 1.5 })],
    ["int", () => ({ int: 2n })],
    ["flag", () => ({ flag: false })],
    ["nothing", () => ({ nothing: null })],
    ["bytes", () => ({ bytes: bytes(1) })],
    ["id", () => ({ item })],
    ["literals of a union", () => ({ color: 3 })],
    ["array of objects", () => ({ list: [{ name: "a" }, { name: "b", count: 1 }] })],
    ["record", () => ({ scores: { ann: 1, "b c": 2 } })],
    ["record of ids", () => ({ owners: { [item]: true } })],
    ["nested object", () => ({ deep: { inner: { value: null } } })],
    ["any", () => ({ anything: { x: [1n] } })],
  ])("F-58 a document that matches is let in: %s", async (_what, more) => {
    expect(await app.mutation("strict:insert", { document: { ...TEXT, ...more() } })).toMatch(/^[0-9a-z]{31,37}$/);
  });

  test.each<[string, () => Record<string, Value>, string]>([
    ["a missing field", () => ({ text: undefined as never }), "Object is missing the required field `text`."],
    ["an extra field", () => ({ extra: 1 }), "Object contains extra field `extra` that is not in the validator."],
    ["another type", () => ({ text: 1 }), "Path: .text\nValue: 1.0\nValidator: v.string()"],
    ["a float for an int64", () => ({ int: 1 }), "Path: .int\nValue: 1.0\nValidator: v.int64()"],
    ["an int64 for a float", () => ({ float: 1n }), "Path: .float\nValue: 1n\nValidator: v.float64()"],
    ["null for an optional field", () => ({ flag: null }), "Path: .flag\nValue: null\nValidator: v.boolean()"],
    ["no id", () => ({ item: "text" }), "Path: .item\nValue: \"text\"\nValidator: v.id(\"items\")"],
    ["an id of another table", () => ({ item: other }), "from table `others`, which does not match the table name in validator `v.id(\"items\")`."],
    ["no member of a union", () => ({ color: "blue" }), "Path: .color\nValue: \"blue\"\nValidator: v.union(v.literal(\"red\"), v.literal(\"green\"), v.literal(3.0))"],
    ["a wrong element", () => ({ list: [{ name: "a" }, { name: 2 }] }), "Path: .list[1].name\nValue: 2.0\nValidator: v.string()"],
    ["a wrong value of a record", () => ({ scores: { ann: "x" } }), "Path: .scores.ann\nValue: \"x\"\nValidator: v.float64()"],
    ["a wrong key of a record", () => ({ owners: { nobody: true } }), "Validator: v.id(\"items\")"],
    ["deep inside", () => ({ deep: { inner: { value: 1 } } }), "Path: .deep.inner.value\nValue: 1.0\nValidator: v.union(v.string(), v.null())"],
  ])("F-59 one that does not is refused with path, value and validator: %s", async (_what, more, text) => {
    const document = Object.fromEntries(Object.entries({ ...TEXT, ...more() }).filter(([, value]) => (value as unknown) !== undefined));
    const error = cause(await app.mutationError("strict:insert", { document }));
    expect(error).toContain('Uncaught Error: Failed to insert or update a document in table "strict" because it does not match the schema: ');
    expect(error).toContain(text);
  });

  test("F-60 patch and replace are judged by the document that they make", async () => {
    const id = await app.mutation<string>("strict:insert", { document: TEXT });
    expect(cause(await app.mutationError("strict:patch", { id, change: { text: 1 } }))).toContain("Path: .text");
    expect(cause(await app.mutationError("strict:replace", { id, document: { float: 1 } }))).toContain("missing the required field `text`");
    expect(await app.query("documents:get", { id })).toMatchObject(TEXT);
  });

  test("F-61 a table of several shapes takes each of them and no mixture", async () => {
    const id = await app.mutation<string>("strict:insertShape", { document: { kind: "circle", radius: 1 } });
    await app.mutation("strict:replaceShape", { id, document: { kind: "square", side: 2 } });
    for (const document of [{ kind: "circle", side: 1 }, { kind: "circle", radius: 1, side: 1 }, { kind: "triangle" }]) {
      expect(cause(await app.mutationError("strict:insertShape", { document: document as never }))).toContain('in table "shapes" because it does not match the schema: ');
    }
  });
});

describe("validators", () => {
  const REQUIRED = { text: "t", number: 1 };

  test("F-62 arguments that match reach the function, absent ones stay absent", async () => {
    expect(await app.query("validators:everything", REQUIRED)).toEqual(["number", "text"]);
    const full = { ...REQUIRED, int: 1n, flag: true, nothing: null, bytes: bytes(), item, color: "red", list: [{ name: "a" }], record: { a: 1 }, deep: { inner: { value: null } }, any: [] };
    expect(await app.query("validators:everything", full)).toEqual(Object.keys(full).sort());
  });

  test.each<[string, Record<string, Value>, string]>([
    ["missing", { number: 1 }, "Object is missing the required field `text`. Consider wrapping the field validator in `v.optional(...)` if this is expected.\n\nObject: {number: 1.0}\nValidator: v.object({"],
    ["extra", { ...REQUIRED, more: "x" }, "Object contains extra field `more` that is not in the validator.\n\nObject: {"],
    ["type", { ...REQUIRED, number: "1" }, "Value does not match validator.\nPath: .number\nValue: \"1\"\nValidator: v.float64()"],
    ["null for optional", { ...REQUIRED, int: null }, "Value does not match validator.\nPath: .int\nValue: null\nValidator: v.int64()"],
    ["nested", { ...REQUIRED, list: [{ name: "a", more: 1 }] }, "Object contains extra field `more` that is not in the validator.\nPath: .list[0]\n\nObject: {more: 1.0, name: \"a\"}\nValidator: v.object({name: v.string()})"],
    ["record", { ...REQUIRED, record: { "a b": "x" } }, "Value does not match validator.\nPath: .record[\"a b\"]\nValue: \"x\"\nValidator: v.float64()"],
  ])("F-63 arguments that do not are an ArgumentValidationError: %s", async (_what, args, text) => {
    const error = cause(await app.queryError("validators:everything", args));
    expect(error).toContain(`ArgumentValidationError: ${text}`);
    expect(error).not.toContain("    at ");
  });

  test("F-64 the arguments' validator may be an object validator or a union", async () => {
    expect(await app.query("validators:objectValidator", { a: 1 })).toBe(1);
    expect(await app.query("validators:unionValidator", { kind: "b", b: "x" })).toBe("b");
    expect(cause(await app.queryError("validators:unionValidator", { kind: "b", b: 1 }))).toContain("ArgumentValidationError: ");
    expect(await app.query("validators:noArguments")).toBe("none");
    expect(cause(await app.queryError("validators:noArguments", { a: 1 }))).toContain("ArgumentValidationError: Object contains extra field `a`");
  });

  test("F-65 results are judged too", async () => {
    expect(await app.query("validators:returnsNumber", { value: 1 })).toBe(1);
    expect(cause(await app.queryError("validators:returnsNumber", { value: "x" }))).toContain("ReturnsValidationError: Value does not match validator.\n\nValue: \"x\"\nValidator: v.float64()");
    expect(await app.query("validators:returnsNull")).toBeNull();
    expect(await app.query("validators:returnsFields", { value: { a: 1 } })).toEqual({ a: 1 });
    for (const name of ["returnsObject", "returnsFields"]) {
      expect(cause(await app.queryError(`validators:${name}`, { value: { a: 1, b: 2 } }))).toContain("ReturnsValidationError: Object contains extra field `b` that is not in the validator.");
    }
  });

  test("F-66 a mutation whose result is refused writes nothing", async () => {
    expect(cause(await app.mutationError("validators:writeThenReturnWrong", { group: "wrong result" }))).toContain("ReturnsValidationError: ");
    expect(await app.query("calls:read", { group: "wrong result" })).toEqual([]);
  });
});

describe("errors", () => {
  test.each([
    ["error", "Uncaught Error: plain"],
    ["type error", "Uncaught TypeError: typed"],
    ["custom", "Uncaught CustomError: of a class"],
    ["null access", "Uncaught TypeError: Cannot read properties of null (reading 'x')"],
    ["multiline", "Uncaught Error: first\nsecond"],
    ["after await", "Uncaught Error: later"],
    ["rejected", "Uncaught Error: rejected"],
    ["cause", "Uncaught Error: outer"],
  ])("F-67 what was thrown is shown with its class, its text and where: %s", async (what, text) => {
    const error = await app.queryError("errors:fail", { what });
    expect(cause(error).startsWith(`${text}\n    at `)).toBe(true);
    expect(cause(error)).toMatch(/\n {4}at (?:async )?handler \(\.\.\/convex\/errors\.ts:\d+:\d+\)/);
    expect(error).not.toBeInstanceOf(ConvexError);
  });

  test.each(["string", "object", "undefined", "empty"])("F-68 anything that is thrown is a failure: %s", async (what) => {
    expect(cause(await app.queryError("errors:fail", { what }))).toMatch(/^Uncaught /);
  });

  test("F-69 the data of a ConvexError arrives as it was, of subclasses too", async () => {
    const dataOf = async (what: string): Promise<Value> => ((await app.queryError("errors:fail", { what })) as ConvexError<Value>).data;
    expect(await dataOf("convex")).toStrictEqual({ code: 1n, bytes: bytes(1, 2), list: ["a"] });
    expect(await dataOf("convex text")).toBe("only text");
    expect(await dataOf("convex subclass")).toStrictEqual({ code: 402 });
    expect(cause(await app.queryError("errors:fail", { what: "convex subclass" }))).toMatch(/^Uncaught (?:ConvexError|PaymentError): \{"code":402\}\n {4}at /);
  });

  test("F-70 frames of helpers and of modules in folders are mapped to their files", async () => {
    const error = cause(await app.queryError("folder/deep/module:fails", { message: "deep" }));
    expect(error).toMatch(/^Uncaught TypeError: deep\n {4}at inHelper \(\.\.\/convex\/folder\/deep\/module\.ts:13:\d+\)\n {4}at (?:async )?handler \(\.\.\/convex\/folder\/deep\/module\.ts:8:\d+\)/);
  });

  test("F-71 a write that nobody awaits happens all the same", async () => {
    expect(await app.mutation("errors:unawaited")).toBe("returned");
    const titles = (await app.query<{ title: string }[]>("documents:all", { table: "others" })).map(({ title }) => title);
    expect(titles).toContain("never awaited");
  });
});
