import { describe, expect, it } from "vitest";
import { ChangeFixture, STRING, schemaJson, tableJson } from "./change-fixture.suite.js";
import { tablesToCheck } from "./schema-check.js";
import type { SchemaChange } from "./schema-change.js";

const strict = schemaJson(tableJson("messages", { body: STRING }));

function documents(count: number): { body: string }[] {
  return Array.from({ length: count }, (_, i) => ({ body: `m${i}` }));
}

function failureOf(change: SchemaChange): { tableName: string; message: string } {
  const { check } = change.status;
  if (check.state !== "failed") throw new Error(`the check is ${check.state}`);
  return check.failure;
}

describe("SchemaCheck", () => {
  it("D-50 accepts documents that match", async () => {
    await using fixture = new ChangeFixture();
    fixture.insert("messages", ...documents(1_200));
    const change = fixture.begin(strict);
    expect(change.status.check.state).toBe("checking");
    await change.check.run();
    expect(change.status.check.state).toBe("valid");
  });

  it("D-51 names the document, the table and the reason", async () => {
    await using fixture = new ChangeFixture();
    const [, wrong] = fixture.insert("messages", { body: "fine" }, { body: 7 });
    const change = fixture.begin(strict);
    await change.check.run();
    const { tableName, message } = failureOf(change);
    expect(tableName).toBe("messages");
    expect(message.split("\n")[0]).toBe(`Document with ID "${wrong}" in table "messages" does not match the schema: Value does not match validator.`);
    expect(message).toContain("Path: .body");
  });

  it("D-52 skips tables whose validator is enforced already or accepts anything", () => {
    const other = schemaJson(tableJson("messages", { body: STRING, author: STRING }));
    const any = schemaJson(tableJson("messages", {}, { documentType: { type: "any" } }));
    expect(tablesToCheck(strict, strict)).toEqual([]);
    expect(tablesToCheck({ ...strict, schemaValidation: false }, strict)).toEqual(["messages"]);
    expect(tablesToCheck(strict, other)).toEqual(["messages"]);
    expect(tablesToCheck(null, strict)).toEqual(["messages"]);
    expect(tablesToCheck(strict, any)).toEqual([]);
    expect(tablesToCheck(strict, { ...other, schemaValidation: false })).toEqual([]);
    expect(tablesToCheck(strict, null)).toEqual([]);
  });

  it.each([
    ["behind the walk", 1],
    ["after the walk", 20],
  ])("D-53 fails for a document that is written %s", async (_, turns) => {
    await using fixture = new ChangeFixture();
    const ids = fixture.insert("messages", ...documents(1_700));
    const change = fixture.begin(strict);
    const done = change.check.run();
    await fixture.turns(turns);
    fixture.patch([...ids].sort()[0]!, { body: 1 });
    await done;
    expect(failureOf(change).message).toContain([...ids].sort()[0]!);
  });

  it("D-54 accepts a document that is mended or deleted before the check comes to it", async () => {
    await using fixture = new ChangeFixture();
    const ids = fixture.insert("messages", ...documents(1_700));
    const last = [...ids].sort().slice(-2) as [string, string];
    for (const id of last) fixture.patch(id, { body: 1 });
    const change = fixture.begin(strict);
    const done = change.check.run();
    await fixture.turns(1);
    fixture.patch(last[0], { body: "mended" });
    fixture.delete(last[1]);
    await done;
    expect(change.status.check).toEqual({ state: "valid" });
  });

  it("D-55 starts over when the commit log no longer reaches back to its last look", async () => {
    await using fixture = new ChangeFixture();
    const [id] = fixture.insert("messages", ...documents(3));
    const change = fixture.begin(strict);
    await change.check.run();
    expect(change.status.check.state).toBe("valid");
    fixture.patch(id!, { body: 1 });
    const cut = [...fixture.database.reader.entries({ start: "l", end: "m" })].slice(0, -1);
    fixture.database.applyUnseen(cut.map(([key]) => [key, undefined]));
    expect(change.status.check.state).toBe("checking");
    await change.check.run();
    expect(failureOf(change).message).toContain(id!);
  });
});
