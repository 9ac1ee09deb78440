import { describe, expect, it } from "vitest";
import type { ValidatorJson } from "../../values/validator.js";
import { STRING, index, schemaJson, tableJson } from "./change-fixture.suite.js";
import { schemaProblem } from "./schema-definition.js";

const withIndexes = (...indexes: ReturnType<typeof index>[]): string | null => schemaProblem(schemaJson(tableJson("messages", { body: STRING }, { indexes })));

describe("schemaProblem", () => {
  it("D-60 accepts what the public limits allow", () => {
    expect(withIndexes(index("by_a", "a.b", "_id"), index("i".repeat(64), ...Array.from({ length: 16 }, (_, i) => `f${i}`)))).toBeNull();
  });

  it.each([
    ["a name that starts with an underscore", index("_by_a", "a"), 'Index name "_by_a" is not allowed'],
    ["a reserved name", index("by_id", "a"), 'Index name "by_id" is reserved'],
    ["no fields", index("by_a"), 'Index "messages.by_a" has no fields'],
    ["_creationTime", index("by_a", "a", "_creationTime"), "names `_creationTime`, which is added"],
    ["17 fields", index("by_a", ...Array.from({ length: 17 }, (_, i) => `f${i}`)), "has 17 fields, and at most 16"],
    ["a field twice", index("by_a", "a", "a"), "names the field `a` twice"],
    ["an odd field", index("by_a", "a..b"), "names `a..b`, which is no field path"],
  ])("D-60 refuses an index with %s", (_, definition, message) => {
    expect(withIndexes(definition)).toContain(message);
  });

  it("D-60 refuses two indexes of one name, staged or not, and more than 32", () => {
    const table = tableJson("messages", {}, { indexes: [index("by_a", "a")], stagedDbIndexes: [index("by_a", "b")] });
    expect(schemaProblem(schemaJson(table))).toContain('defines the index "by_a" twice');
    expect(withIndexes(...Array.from({ length: 33 }, (_, i) => index(`by_${i}`, "a")))).toContain("has 33 indexes, and at most 32");
  });

  it("D-60 refuses odd tables", () => {
    expect(schemaProblem(schemaJson(tableJson("_mine", {})))).toContain('Table name "_mine" is not allowed');
    expect(schemaProblem(schemaJson(tableJson("a", {}), tableJson("a", {})))).toContain('defines the table "a" twice');
    expect(schemaProblem(schemaJson(tableJson("a", {}, { documentType: STRING })))).toContain("is `v.string()`, but documents are objects");
  });

  it("VS-2.3 refuses more than four vector indexes of a table", () => {
    const vectorIndexes = ["a", "b", "c", "d", "e"].map((name) => ({ indexDescriptor: name, vectorField: "v", dimensions: 2, filterFields: [] }));
    expect(schemaProblem(schemaJson(tableJson("a", {}, { vectorIndexes: vectorIndexes.slice(1) })))).toBeNull();
    expect(schemaProblem(schemaJson(tableJson("a", {}, { vectorIndexes })))).toContain("has 5 vector indexes, and at most 4 are allowed");
  });

  it("D-60 refuses vector indexes of odd dimensions", () => {
    const vector = { indexDescriptor: "by_v", vectorField: "v", dimensions: 1, filterFields: [] };
    expect(schemaProblem(schemaJson(tableJson("a", {}, { vectorIndexes: [vector] })))).toContain("has 1 dimensions");
  });
});

describe("SE-1 search indexes", () => {
  const search = (indexDescriptor: string, searchField: string, ...filterFields: string[]): object => ({ indexDescriptor, searchField, filterFields });
  const TITLE: ValidatorJson = { type: "object", value: { title: { fieldType: STRING, optional: true } } };
  const FIELDS: Readonly<Record<string, ValidatorJson>> = { body: { type: "union", value: [STRING, { type: "null" }] }, likes: { type: "number" }, meta: TITLE, any: { type: "any" }, tags: { type: "array", value: STRING }, kind: { type: "literal", value: "a" } };
  const problem = (...searchIndexes: object[]): string | null => schemaProblem(schemaJson(tableJson("messages", FIELDS, { searchIndexes })));

  it("SE-1.2 their field can be a string", () => {
    for (const field of ["body", "meta.title", "any", "any.deeper", "kind"]) expect(problem(search("s", field))).toBeNull();
    expect(problem(search("s", "likes"))).toBe('Search index "messages.s" searches the field `likes`, which is `v.float64()`. Name a field that is a `v.string()`.');
    expect(problem(search("s", "tags"))).toContain("which is `v.array(v.string())`");
    expect(problem(search("s", "meta"))).toContain("which is `v.object({title: v.optional(v.string())})`");
    expect(problem(search("s", "meta.nothing"))).toContain("which the table does not have");
    expect(schemaProblem(schemaJson({ ...tableJson("messages", {}), documentType: { type: "any" }, searchIndexes: [search("s", "whatever")] }))).toBeNull();
  });

  it("SE-1.1 names are those of other indexes: once, well formed, not reserved", () => {
    expect(problem(search("s", "body"), search("s", "meta.title"))).toContain("twice");
    expect(problem(search("by_id", "body"))).toContain("is reserved");
    expect(problem(search("no name", "body"))).toContain("is not allowed");
  });

  it("SE-1.3 at most 16 filter fields, each once", () => {
    const many = Array.from({ length: 17 }, (_, i) => `f${i}`);
    expect(problem(search("s", "body", ...many.slice(1)))).toBeNull();
    expect(problem(search("s", "body", ...many))).toContain("17 fields, and at most 16 are allowed");
    expect(problem(search("s", "body", "likes", "likes"))).toContain("names the field `likes` twice");
    expect(problem(search("s", "body", "not a field"))).toContain("which is no field path");
  });

  it("SE-1.4 they count among the 32 indexes of a table", () => {
    const indexes = Array.from({ length: 33 }, (_, i) => search(`s${i}`, "body"));
    expect(problem(...indexes.slice(1))).toBeNull();
    expect(problem(...indexes)).toContain("33 indexes, and at most 32 are allowed");
  });
});
