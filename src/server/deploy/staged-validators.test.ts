/** Staged validators: what pushes, writes and restarts make of them, and what evaluate_schema tells the CLI. Numbers of docs/spec/deploy.md. */
import { expect, test } from "vitest";
import { DeployFixture } from "./deploy-harness.suite.js";
import { newId } from "../../values/id.js";
import { push, pushBody, waitForSchema } from "./push-body.suite.js";

const V1 = "defineTable({ body: v.string() })";
const WITH_AUTHOR = "{ body: v.string(), author: v.string() }";

interface Evaluated {
  readonly table: Record<string, unknown>;
  readonly discarded: unknown[];
}

/** A table `messages` as it is declared in the text. */
function schema(table: string): Record<string, string> {
  return { "schema.ts": `import { defineSchema, defineTable } from "convex/server"; import { v } from "convex/values"; export default defineSchema({ messages: ${table} });` };
}

async function evaluate(fixture: DeployFixture, table: string): Promise<Evaluated> {
  const { componentSchemaEvaluations } = (await fixture.call("evaluate_schema", await pushBody(schema(table)))) as { componentSchemaEvaluations: Record<string, { tables: Record<string, unknown>[]; discardedStagedValidators: unknown[] }> };
  const { tables, discardedStagedValidators } = componentSchemaEvaluations[""]!;
  return { table: tables[0]!, discarded: discardedStagedValidators };
}

/** Of what is staged, as it is pushed again. */
async function untilSettled(fixture: DeployFixture, table: string): Promise<Record<string, unknown>> {
  const state = async (): Promise<Record<string, unknown>> => (await evaluate(fixture, table)).table["staged"] as Record<string, unknown>;
  await expect.poll(async () => (await state())["state"], { timeout: 10_000 }).not.toBe("pending");
  return await state();
}

/** A document that nobody is told of: a walk would find that it matches nothing. */
function hideOdd(fixture: DeployFixture): void {
  const table = fixture.database.catalog.table("", "messages")!;
  fixture.database.applyUnseen([[table.documentKey(newId(table.number)), '{"odd":true}']]);
}

function insertMany(fixture: DeployFixture, count: number, fields: Readonly<Record<string, unknown>>): void {
  for (let i = 0; i < count; i++) fixture.insert("messages", fields);
}

const STAGED = `${V1}.staged({ author: v.string() })`;
const OPTIONAL = "defineTable({ body: v.string(), author: v.optional(v.string()) })";
const OPTIONAL_STAGED = `${OPTIONAL}.staged({ author: v.string() })`;

test("D-80 D-81 a push does not wait for what it stages, writes are held against the enforced validator, and the outcome is told", async () => {
  await using fixture = new DeployFixture();
  insertMany(fixture, 600, { body: "x", author: "a" });
  const start = await fixture.call("start_push", await pushBody(schema(OPTIONAL_STAGED)));
  expect((await evaluate(fixture, OPTIONAL_STAGED)).table["staged"]).toBeUndefined();
  await waitForSchema(fixture, start);
  await fixture.call("finish_push", { startPush: start, dryRun: false });
  expect((await evaluate(fixture, OPTIONAL_STAGED)).table).toMatchObject({ outcome: "supersetOfEnforced", staged: { state: expect.stringMatching(/^(pending|valid)$/) as string } });
  expect(await untilSettled(fixture, OPTIONAL_STAGED)).toEqual({ state: "valid" });
  const id = fixture.insert("messages", { body: "y" });
  expect(await untilSettled(fixture, OPTIONAL_STAGED)).toEqual({ state: "failed", error: expect.stringContaining(`Document with ID "${id}" in table "messages" does not match the schema`) as string });
});

test("D-82 what is validated becomes enforced without a look at the documents that are there, from the moment of the push", async () => {
  await using fixture = new DeployFixture();
  insertMany(fixture, 3, { body: "x", author: "a" });
  await push(fixture, schema(OPTIONAL_STAGED));
  await untilSettled(fixture, OPTIONAL_STAGED);
  hideOdd(fixture);
  const applied = `defineTable(${WITH_AUTHOR})`;
  expect(await evaluate(fixture, applied)).toEqual({ table: { name: "messages", outcome: "supersetOfStagedValidated", numDocs: 4, sizeBytes: expect.any(Number) as number, staged: { state: "valid" } }, discarded: [] });
  const start = await fixture.call("start_push", await pushBody(schema(applied)));
  expect(await waitForSchema(fixture, start)).toEqual({ type: "complete" });
  await fixture.call("finish_push", { startPush: start, dryRun: false });
  expect(() => fixture.insert("messages", { body: "y" })).toThrow("author");
  expect((await evaluate(fixture, applied)).table).not.toHaveProperty("staged");
});

test("D-82 a document that came after the validation still refuses the push", async () => {
  await using fixture = new DeployFixture();
  fixture.insert("messages", { body: "x", author: "a" });
  await push(fixture, schema(OPTIONAL_STAGED));
  await untilSettled(fixture, OPTIONAL_STAGED);
  const start = await fixture.call("start_push", await pushBody(schema(`defineTable(${WITH_AUTHOR})`)));
  await waitForSchema(fixture, start);
  const id = fixture.insert("messages", { body: "y" });
  expect(await waitForSchema(fixture, start)).toMatchObject({ type: "failed", tableName: "messages", error: expect.stringContaining(id) as string });
});

test("D-83 what failed is tried again by the next push, and holds up none", async () => {
  await using fixture = new DeployFixture();
  const id = fixture.insert("messages", { body: "x" });
  await push(fixture, schema(STAGED));
  expect(await untilSettled(fixture, STAGED)).toMatchObject({ state: "failed" });
  const transaction = fixture.database.begin("mutation");
  transaction.write(transaction.table("", "messages")!, id, { text: transaction.get(transaction.table("", "messages")!, id)!, value: {} }, null);
  fixture.database.commit(transaction);
  expect(await untilSettled(fixture, STAGED)).toMatchObject({ state: "failed" });
  await push(fixture, schema(STAGED));
  expect(await untilSettled(fixture, STAGED)).toEqual({ state: "valid" });
});

test("D-84 what a push would discard is told, but for what failed", async () => {
  await using fixture = new DeployFixture();
  fixture.insert("messages", { body: "x", author: "a" });
  await push(fixture, schema(OPTIONAL_STAGED));
  await untilSettled(fixture, OPTIONAL_STAGED);
  expect((await evaluate(fixture, OPTIONAL)).discarded).toEqual([{ tableName: "messages", state: { state: "valid" }, replaced: false }]);
  expect((await evaluate(fixture, `${OPTIONAL}.staged({ author: v.literal("a") })`)).discarded).toEqual([{ tableName: "messages", state: { state: "valid" }, replaced: true }]);
  expect((await evaluate(fixture, OPTIONAL_STAGED)).discarded).toEqual([]);
  await push(fixture, schema(OPTIONAL));
  expect((await evaluate(fixture, OPTIONAL)).discarded).toEqual([]);
});

test("D-85 a narrower validator than the staged one has its documents walked", async () => {
  await using fixture = new DeployFixture();
  fixture.insert("messages", { body: "x", author: "a" });
  await push(fixture, schema(OPTIONAL_STAGED));
  await untilSettled(fixture, OPTIONAL_STAGED);
  expect((await evaluate(fixture, 'defineTable({ body: v.string(), author: v.literal("a") })')).table).toMatchObject({ outcome: "mustWalk", canSkipAfterStagedValidation: false });
});

test("D-86 outcomes outlive a restart, and writes before and after it are accounted for", async () => {
  await using fixture = new DeployFixture();
  fixture.insert("messages", { body: "x", author: "a" });
  await push(fixture, schema(OPTIONAL_STAGED));
  await untilSettled(fixture, OPTIONAL_STAGED);
  hideOdd(fixture);
  await using restarted = await fixture.restart();
  expect(await untilSettled(restarted, OPTIONAL_STAGED)).toEqual({ state: "valid" });
  restarted.insert("messages", { body: "y" });
  await using again = await restarted.restart();
  expect(await untilSettled(again, OPTIONAL_STAGED)).toMatchObject({ state: "failed" });
  await using last = await again.restart();
  expect((await evaluate(last, OPTIONAL_STAGED)).table["staged"]).toMatchObject({ state: "failed" });
});

test("D-87 an odd staged validator is refused", async () => {
  await using fixture = new DeployFixture();
  await expect(pushBody(schema(`${V1}.staged(v.string() as never)`)).then((body) => fixture.call("start_push", body))).rejects.toThrow('The staged validator of the table "messages" is `v.string()`');
});
