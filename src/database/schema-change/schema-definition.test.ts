import { describe, expect, it } from "vitest";
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

  it("D-60 refuses vector indexes of odd dimensions", () => {
    const vector = { indexDescriptor: "by_v", vectorField: "v", dimensions: 1, filterFields: [] };
    expect(schemaProblem(schemaJson(tableJson("a", {}, { vectorIndexes: [vector] })))).toContain("has 1 dimensions");
  });
});
