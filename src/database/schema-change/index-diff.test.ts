import { describe, expect, it } from "vitest";
import { index, schemaJson, tableJson } from "./change-fixture.suite.js";
import { diffSchema, type IndexDiff } from "./index-diff.js";

const search = { indexDescriptor: "search_body", searchField: "body", filterFields: ["room"] };
const vector = { indexDescriptor: "by_embedding", vectorField: "embedding", dimensions: 3, filterFields: [] };
const NOTHING: IndexDiff = { added: [], removed: [], enabled: [], disabled: [], identical: [] };

describe("diffSchema", () => {
  it("D-30 lists what is added, with the field that every index ends with", () => {
    const next = schemaJson(tableJson("messages", {}, { indexes: [index("by_room", "room")], stagedDbIndexes: [index("by_author", "author.name")] }));
    expect(diffSchema(null, next)).toEqual({
      ...NOTHING,
      added: [
        { type: "database", name: "messages.by_room", fields: ["room", "_creationTime"], staged: false },
        { type: "database", name: "messages.by_author", fields: ["author.name", "_creationTime"], staged: true },
      ],
    });
  });

  it("D-30 lists search and vector indexes", () => {
    const next = schemaJson(tableJson("messages", {}, { searchIndexes: [search], stagedVectorIndexes: [vector] }));
    expect(diffSchema(null, next).added).toEqual([
      { type: "search", name: "messages.search_body", searchField: "body", filterFields: ["room"], staged: false },
      { type: "vector", name: "messages.by_embedding", vectorField: "embedding", dimensions: 3, filterFields: [], staged: true },
    ]);
  });

  it("D-31 takes other fields under the same name for one removed and one added", () => {
    const before = schemaJson(tableJson("messages", {}, { indexes: [index("by_room", "room")] }));
    const after = schemaJson(tableJson("messages", {}, { indexes: [index("by_room", "room", "author")] }));
    const { added, removed } = diffSchema(before, after);
    expect(added.map(({ name }) => name)).toEqual(["messages.by_room"]);
    expect(removed).toEqual([{ type: "database", name: "messages.by_room", fields: ["room", "_creationTime"], staged: false }]);
  });

  it("D-32 tells staging from unstaging", () => {
    const staged = schemaJson(tableJson("messages", {}, { stagedDbIndexes: [index("by_room", "room")] }));
    const live = schemaJson(tableJson("messages", {}, { indexes: [index("by_room", "room")] }));
    const names = (list: readonly { name: string }[]): string[] => list.map(({ name }) => name);
    expect(names(diffSchema(staged, live).enabled)).toEqual(["messages.by_room"]);
    expect(names(diffSchema(live, staged).disabled)).toEqual(["messages.by_room"]);
    expect(names(diffSchema(live, live).identical)).toEqual(["messages.by_room"]);
  });

  it("D-30 removes everything when the schema is taken away", () => {
    const before = schemaJson(tableJson("messages", {}, { indexes: [index("by_room", "room")], searchIndexes: [search] }));
    expect(diffSchema(before, null).removed.map(({ name }) => name)).toEqual(["messages.by_room", "messages.search_body"]);
  });
});
