import { describe, expect, it } from "vitest";
import { ChangeFixture, STRING, index, schemaJson, tableJson } from "./change-fixture.suite.js";
import { dropUnfinished } from "./schema-change.js";
import { isDatabaseIndex } from "../table.js";

const messages = (...indexes: ReturnType<typeof index>[]): ReturnType<typeof schemaJson> => schemaJson(tableJson("messages", { body: STRING }, { indexes }));

function bodies(count: number): { body: string }[] {
  return Array.from({ length: count }, (_, i) => ({ body: `m${String((i * 7919) % count).padStart(5, "0")}` }));
}

describe("SchemaChange", () => {
  it("D-33 makes tables that do not exist, with indexes that are ready at once", async () => {
    await using fixture = new ChangeFixture();
    const change = fixture.begin(messages(index("by_body", "body")));
    expect(fixture.indexes("messages")).toMatchObject([{ name: "by_body", state: "ready", enabled: false }]);
    await change.check.run();
    expect(change.status).toEqual({ check: { state: "valid" }, indexesReady: 1, indexesTotal: 1 });
  });

  it("D-34 shows a new index to queries only when the change is finished", async () => {
    await using fixture = new ChangeFixture();
    fixture.insert("messages", ...bodies(3));
    const change = fixture.begin(messages(index("by_body", "body")));
    const table = (): unknown => fixture.database.catalog.table("", "messages")!.index("by_body");
    await Promise.all([change.check.run(), fixture.indexing.idle()]);
    expect(table()).toBeUndefined();
    change.finish(fixture.database.begin("mutation"));
    expect(table()).toMatchObject({ record: { enabled: true, state: "ready" } });
    expect(fixture.database.schemas.get("")!.json).toEqual(messages(index("by_body", "body")));
  });

  it("D-35 keeps the index with the old fields until the one with the new fields takes its place", async () => {
    await using fixture = new ChangeFixture();
    fixture.insert("messages", { body: "b", room: "1" }, { body: "a", room: "2" });
    const loose = (fields: string[]): ReturnType<typeof schemaJson> => ({ tables: [tableJson("messages", {}, { documentType: { type: "any" }, indexes: [index("sorted", ...fields)] })], schemaValidation: true });
    await fixture.push(loose(["body"]));
    const change = fixture.begin(loose(["room"]));
    expect(fixture.indexes("messages").filter(isDatabaseIndex).map(({ fields, enabled }) => ({ fields, enabled }))).toEqual([
      { fields: ["body"], enabled: true },
      { fields: ["room"], enabled: false },
    ]);
    await Promise.all([change.check.run(), fixture.indexing.idle()]);
    change.finish(fixture.database.begin("mutation"));
    const [record] = fixture.indexes("messages");
    expect(record).toMatchObject({ fields: ["room"], enabled: true });
    expect(fixture.indexed("messages", record!.id, "body")).toEqual(["b", "a"]);
  });

  it("D-36 deletes the entries of dropped indexes in the background, and nothing else", async () => {
    await using fixture = new ChangeFixture();
    fixture.insert("messages", ...bodies(5_000));
    await fixture.push(messages(index("by_body", "body")));
    const [dropped] = fixture.indexes("messages");
    expect(fixture.storedIndexIds()).toContain(dropped!.id);
    await fixture.push(messages());
    expect(fixture.indexes("messages")).toEqual([]);
    expect(fixture.storedIndexIds()).toEqual([fixture.creationIndexId("messages")]);
    expect(fixture.indexed("messages", fixture.creationIndexId("messages"), "body")).toHaveLength(5_000);
  });

  it("D-37 does not wait for staged indexes, and enables one later without filling it again", async () => {
    await using fixture = new ChangeFixture();
    fixture.insert("messages", ...bodies(3));
    const staged = schemaJson(tableJson("messages", { body: STRING }, { stagedDbIndexes: [index("by_body", "body")] }));
    expect(fixture.begin(staged).status).toMatchObject({ indexesReady: 0, indexesTotal: 0 });
    await fixture.push(staged);
    const [record] = fixture.indexes("messages");
    expect(record).toMatchObject({ state: "ready", staged: true, enabled: false });
    const change = fixture.begin(messages(index("by_body", "body")));
    await change.check.run();
    expect(change.status).toMatchObject({ indexesReady: 1, indexesTotal: 1 });
    change.finish(fixture.database.begin("mutation"));
    expect(fixture.indexes("messages")).toEqual([{ ...record, staged: false, enabled: true }]);
  });

  it("D-38 drops at the next change, or at the next start, what an unfinished one had begun", async () => {
    await using fixture = new ChangeFixture();
    fixture.insert("messages", ...bodies(3));
    await fixture.push(messages(index("by_body", "body")));
    fixture.begin(messages(index("by_body", "body"), index("left_over", "body", "author")));
    expect(fixture.indexes("messages").map(({ name }) => name)).toEqual(["by_body", "left_over"]);
    fixture.begin(messages(index("by_body", "body"), index("second", "author")));
    expect(fixture.indexes("messages").map(({ name }) => name)).toEqual(["by_body", "second"]);
    await using restarted = await fixture.restart();
    dropUnfinished(restarted.database, "", null);
    expect(restarted.indexes("messages").map(({ name }) => name)).toEqual(["by_body"]);
  });

  it("D-38 gives up what it had begun when it is abandoned", async () => {
    await using fixture = new ChangeFixture();
    fixture.insert("messages", ...bodies(3));
    const change = fixture.begin(messages(index("by_body", "body")));
    change.abandon();
    expect(fixture.indexes("messages")).toEqual([]);
  });

  it("D-39 says so when the disk refused commits since", async () => {
    await using fixture = new ChangeFixture();
    fixture.insert("messages", ...bodies(3));
    await fixture.database.idle();
    const change = fixture.begin(messages(index("by_body", "body")));
    expect(change.isUndone).toBe(false);
    fixture.store.failNextWrite();
    await fixture.database.idle();
    expect(change.isUndone).toBe(true);
    expect(fixture.indexes("messages")).toEqual([]);
  });

  it("D-40 rehearses without changing anything", async () => {
    const { SchemaChange } = await import("./schema-change.js");
    await using fixture = new ChangeFixture();
    fixture.insert("messages", { body: 1 });
    const before = fixture.database.lastTs;
    const change = SchemaChange.rehearse({ database: fixture.database, namespace: "", next: messages(index("by_body", "body")) });
    await change.check.run();
    expect(change.diff.added).toHaveLength(1);
    expect(change.status.check.state).toBe("failed");
    expect(fixture.database.lastTs).toBe(before);
  });
});
