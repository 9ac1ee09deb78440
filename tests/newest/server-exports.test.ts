/** What `convex/server` and `convex/values` offer to code on the server besides `ctx`. F-170 to F-175. */
import { ConvexError, type AsObjectValidator, type CommitTsPlaceholder, type GenericId, type GenericValidator, type Infer, type JSONValue, type NumericValue, type ObjectFieldType, type ObjectType, type OptionalProperty, type PropertyValidators, type RecordKeyValidatorJSON, type RecordValueValidatorJSON, type Validator, type ValidatorJSON, type VAny, type VArray, type VBoolean, type VBytes, type VCommitTs, type VFloat64, type VId, type VInt64, type VLiteral, type VNull, type VObject, type VOptional, type VRecord, type VString, type VUnion, type Value } from "convex/values";
import { makeFunctionReference } from "convex/server";
import { version } from "convex";
import { afterAll, beforeAll, expect, expectTypeOf, test } from "vitest";
import { Caller } from "../functions/caller.js";
import { ADMIN_KEY, startServer, type TestServer } from "../harness.js";

let server: TestServer;
let app: Caller;

beforeAll(async () => {
  server = await startServer();
  await server.deploy("newest");
  app = new Caller(server.http());
});

afterAll(() => server[Symbol.asyncDispose]());

test("F-170 references: anyApi, filterApi, makeFunctionReference, getFunctionName, getFunctionAddress, componentsGeneric", async () => {
  const component = { reference: "_reference/childComponent/signer/tokens/sign" };
  expect(await app.query("exports:references")).toEqual({
    names: ["folder/file:fn", expect.stringContaining("Found: `api`"), "a:b"],
    component,
    generic: component,
    name: "a:b",
  });
});

test("F-171 validators: every member of v, and what they can tell of themselves", async () => {
  const field = (type: string, optional = false) => ({ fieldType: { type }, optional });
  expect(await app.query("exports:validators")).toEqual({
    kinds: ["id", "null", "float64", "float64", "int64", "int64", "commitTs", "boolean", "string", "bytes", "literal", "array", "object", "record", "union", "any"],
    optional: ["optional", "optional", "optional"],
    marks: [true, "required"],
    omitted: ["name"],
    picked: ["age"],
    partial: ["optional", "optional"],
    extended: ["name", "age", "more"],
    nullable: ["string", "null"],
    parts: ["string", 1n, "events", "id", "int64"],
    json: [{ type: "object", value: { name: field("string"), age: field("number", true) } }, { type: "object", value: { a: field("string") } }],
    documents: [["title", "_id", "_creationTime"], "notes", ["title", "_id", "_creationTime"], false, ["notes"], "object"],
    pages: [["numItems", "cursor", "endCursor", "id", "maximumRowsRead", "maximumBytesRead"], ["page", "continueCursor", "isDone", "splitCursor", "pageStatus"]],
  });
});

test("F-172 values: order, sizes, base64, JSON", async () => {
  const bytes = new Uint8Array([255, 254]).buffer;
  expect(await app.query("exports:values", { bytes })).toEqual({
    order: [-1, -1, -1, -1, -1, -1, -1, -1, -1],
    sizes: [5, 16, 37],
    base64: ["//4=", "__4", [1, 2, 3], 3],
    json: '{"big":{"$integer":"AQAAAAAAAAA="},"bytes":{"$bytes":"//4="}}',
    back: { big: 1n },
  });
});

test("F-173 the placeholder of the commit timestamp is text, and nothing to reckon with", async () => {
  const unknown = expect.stringContaining("This commit timestamp is not known yet") as string;
  expect(await app.mutation("exports:placeholder")).toMatchObject({ text: "[unresolved commit timestamp]", refused: [unknown, unknown] });
});

test("F-174 routers can be looked at", async () => {
  expect(await app.query("exports:routes")).toEqual({
    isRouter: [true, true],
    routes: [["/exact", "GET"], ["/below/*", "POST"]],
    found: [["GET", "/exact"], ["POST", "/below/*"], null],
    methods: ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"],
    maps: [1, 1],
    run: "Unknown operation requestFromConvexJson: this version of Rivulet does not have it.",
    isCrons: true,
  });
});

test("F-175 functions are registered without generated code, and fail with data", async () => {
  const http = server.http();
  (http as unknown as { setAdminAuth(key: string): void }).setAdminAuth(ADMIN_KEY);
  expect([await http.query(makeFunctionReference<"query">("exports:genericQuery"), {}), await http.mutation(makeFunctionReference<"mutation">("exports:genericMutation"), {}), await http.action(makeFunctionReference<"action">("exports:genericAction"), {})]).toEqual(["query", "mutation", "action"]);
  const error = await app.queryError("exports:fails");
  expect([error instanceof ConvexError, (error as ConvexError<Value>).data]).toEqual([true, { code: 7, list: [1n] }]);
});

test("the types of convex/values hold when this is compiled", () => {
  expectTypeOf<Infer<VObject<{ a: number; b?: string }, { a: VFloat64; b: VOptional<VString> }>>>().toEqualTypeOf<{ a: number; b?: string }>();
  expectTypeOf<ObjectType<{ a: VNull; b: VBoolean }>>().toEqualTypeOf<{ a: null; b: boolean }>();
  expectTypeOf<AsObjectValidator<{ a: VInt64 }>["type"]>().toEqualTypeOf<{ a: bigint }>();
  expectTypeOf<VArray<string[], VString> | VRecord<Record<string, number>, VString, VFloat64> | VUnion<string | null, [VString, VNull]> | VLiteral<"a"> | VAny | VBytes | VId<GenericId<"a">> | VCommitTs>().toExtend<GenericValidator>();
  expectTypeOf<VCommitTs["type"]>().toEqualTypeOf<bigint | CommitTsPlaceholder>();
  expectTypeOf<Validator<string>["isOptional"]>().toExtend<OptionalProperty>();
  expectTypeOf<VObject<{ a: { b: string } }, { a: VObject<{ b: string }, { b: VString }> }>["fieldPaths"]>().toEqualTypeOf<"a" | "a.b">();
  expectTypeOf<{ a: VNull }>().toExtend<PropertyValidators>();
  expectTypeOf<{ type: "record"; keys: RecordKeyValidatorJSON; values: RecordValueValidatorJSON }>().toExtend<ValidatorJSON>();
  expectTypeOf<{ fieldType: ValidatorJSON; optional: boolean }>().toEqualTypeOf<ObjectFieldType>();
  expectTypeOf<bigint | number>().toEqualTypeOf<NumericValue>();
  expectTypeOf<NumericValue>().toExtend<Value>();
  expectTypeOf<{ a: [1, null, "x"] }>().toExtend<JSONValue>();
  expect(version).toMatch(/^\d+\.\d+\.\d+$/);
});
