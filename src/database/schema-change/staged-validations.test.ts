/** What becomes of a staged validator while documents are written, imported and undone. Numbers of docs/spec/deploy.md. */
import { expect, test } from "vitest";
import { ChangeFixture, schemaJson, STRING, tableJson } from "./change-fixture.suite.js";
import { StagedValidations } from "./staged-validations.js";

const enforced = tableJson("messages", { body: { type: "any" } });
const staged = schemaJson({ ...enforced, stagedDocumentType: tableJson("messages", { body: STRING }).documentType });

async function settled(validations: StagedValidations): Promise<string> {
  await expect.poll(() => validations.of("")[0]?.state.state, { timeout: 10_000 }).not.toBe("pending");
  await validations.catchUp();
  return validations.of("")[0]!.state.state;
}

test("D-81 is pending first, however few documents there are, and then follows what is written", async () => {
  await using fixture = new ChangeFixture();
  const [id] = fixture.insert("messages", { body: "a" }, { body: "b" });
  fixture.database.setSchema("", staged);
  const validations = new StagedValidations(fixture.database);
  validations.sync();
  expect(validations.of("")).toEqual([{ tableName: "messages", type: staged.tables[0]!.stagedDocumentType, state: { state: "pending", documentsDone: 0 } }]);
  expect(await settled(validations)).toBe("valid");
  expect(validations.matchedAt("", schemaJson(tableJson("messages", { body: STRING }))).get("messages")).toBe(fixture.database.lastTs);
  fixture.patch(id!, { body: 1 });
  expect(await settled(validations)).toBe("failed");
  expect(validations.matchedAt("", schemaJson(tableJson("messages", { body: STRING })))).toEqual(new Map());
  await validations.close();
});

test("D-88 begins anew where documents were replaced without the log telling which, or commits were undone", async () => {
  await using fixture = new ChangeFixture();
  fixture.insert("messages", { body: "a" });
  fixture.database.setSchema("", staged);
  const validations = new StagedValidations(fixture.database);
  validations.sync();
  expect(await settled(validations)).toBe("valid");
  const { database } = fixture;
  const transaction = database.begin("mutation");
  const { record } = database.catalog.table("", "messages")!;
  const fresh = database.catalog.allocateTable("", "messages");
  const space = fresh.number;
  transaction.adoptTable({ ...record, space });
  database.commit(transaction);
  const table = database.catalog.table("", "messages")!;
  const id = fixture.insert("messages", { body: "b" })[0]!;
  database.applyUnseen([[table.documentKey(id), '{"body":1}']]);
  await expect.poll(() => validations.of("")[0]!.state.state, { timeout: 10_000 }).toBe("failed");
  await database.idle();
  fixture.store.failNextWrite();
  fixture.insert("messages", { body: "c" });
  await database.idle();
  database.applyUnseen([[table.documentKey(id), undefined]]);
  validations.retryFailed();
  validations.sync();
  expect(await settled(validations)).toBe("valid");
  await validations.close();
});

test("D-80 what is not staged, or not to be validated, is not looked at", async () => {
  await using fixture = new ChangeFixture();
  const validations = new StagedValidations(fixture.database);
  for (const schema of [schemaJson(enforced), { ...staged, schemaValidation: false }, null]) {
    fixture.database.setSchema("", schema);
    validations.sync();
    expect(validations.of("")).toEqual([]);
  }
  await validations.close();
});
