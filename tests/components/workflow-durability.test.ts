/**
 * Workflows of `@convex-dev/workflow` over kills, pushes and days: every step does its work once. A server and a push for
 * each test; the clock is the server's own, moved by the test.
 */
import { readFile, writeFile } from "node:fs/promises";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copyApp, startServer, until, type TestServer } from "../harness.js";
import { FunctionLog } from "./function-log.js";
import { WorkflowCalls } from "./workflow-calls.js";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** What a power cut does, and the start after it. */
async function crash(server: TestServer, log: FunctionLog): Promise<void> {
  await log.keep();
  await server.kill();
  await server.start();
}

/** The developer changes a file of the app and pushes. */
async function edit(server: TestServer, folder: string, file: string, change: (source: string) => string): Promise<void> {
  const path = join(folder, "convex", file);
  const source = await readFile(path, "utf8");
  const changed = change(source);
  if (changed === source) throw new Error(`The change does not apply to ${file}`);
  await writeFile(path, changed);
  const { code, output } = await server.convex(folder, ["deploy", "--typecheck", "disable", "--yes"]);
  if (code !== 0) throw new Error(output);
}

test("a reminder after three days, over kills before, during and after steps and a push in between", async () => {
  await using server = await startServer({ flags: ["--test-clock", "yes"] });
  const folder = await copyApp("workflow");
  await server.convex(folder, ["deploy", "--typecheck", "disable", "--yes"]);
  const app = new WorkflowCalls(server);
  const log = new FunctionLog(server);
  const lead = "Ada";

  // Before the first step has run, or while it does.
  const id = await app.start("followUp:followUp", { lead }, { context: { lead } });
  await crash(server, log);

  // During an action: it is failed at the restart, and the step's `retry` runs it again once the pool has noticed.
  await app.did(lead, "Ada look-up begins");
  await crash(server, log);
  await app.open("Ada look-up");
  await server.advanceClock(7 * MINUTE);
  await app.did(lead, "Ada look-up ends");

  // While it waits: a kill, and a push of other code around the same workflow.
  await until(async () => (await app.journal(id)).at(-1)?.name === "reminder", "the reminder to wait");
  await server.advanceClock(DAY);
  await crash(server, log);
  await edit(server, folder, "steps.ts", (source) => source.replace("return `${step} of ${subject}`", "return `${step} of ${subject}, by the new code`"));
  await server.advanceClock(2 * DAY - MINUTE);
  await crash(server, log);
  expect((await app.status(id)).type).toBe("inProgress");
  expect(await app.stepNames(lead)).not.toContain("remind");

  // After a step, before the next.
  await server.advanceClock(MINUTE);
  await app.did(lead, "remind");
  await crash(server, log);

  expect(await app.succeeded(id)).toEqual(["assign of Ada", "Ada look-up", "remind of Ada, by the new code", "close of Ada, by the new code"]);
  await crash(server, log);
  expect(await app.stepNames(lead)).toEqual(["assign", "Ada look-up begins", "Ada look-up begins", "Ada look-up ends", "remind", "close"]);
  expect(await app.completions(id)).toEqual([expect.objectContaining({ context: { lead } })]);
  // A kill takes what was not read of the log with it, so it may know of less; never of more.
  for (const step of ["assign", "remind", "close"]) expect(await log.printed(`did: ${step} of Ada`)).toBeLessThanOrEqual(1);
  await rm(folder, { recursive: true });
});

test("killed again and again wherever it happens to be, each of 12 mutations runs exactly once", async () => {
  await using server = await startServer({ flags: ["--test-clock", "yes"] });
  await server.deploy("workflow");
  const app = new WorkflowCalls(server);
  const log = new FunctionLog(server);
  const id = await app.start("followUp:mutationsOnly", { lead: "Grace", count: 12 });
  for (const done of [0, 2, 3, 6, 9]) {
    await until(async () => (await app.steps("Grace")).length >= done, `${done} steps`);
    await crash(server, log);
  }
  expect(await app.succeeded(id)).toBe(12);
  expect(await app.stepNames("Grace")).toEqual(Array.from({ length: 12 }, (_, n) => `step ${n}`));
  expect(await app.completions(id)).toHaveLength(1);
});

test("without kills, the log and the table agree: once each", async () => {
  await using server = await startServer();
  await server.deploy("workflow");
  const app = new WorkflowCalls(server);
  const log = new FunctionLog(server);
  expect(await app.succeeded(await app.start("followUp:mutationsOnly", { lead: "Alan", count: 5 }))).toBe(5);
  for (let n = 0; n < 5; n++) expect(await log.printed(`did: step ${n} of Alan`)).toBe(1);
  expect(await app.stepNames("Alan")).toHaveLength(5);
});

test("a push that changes the order of a running workflow's steps fails it, by name; a workflow that waits for an event outlives it", async () => {
  await using server = await startServer({ flags: ["--test-clock", "yes"] });
  const folder = await copyApp("workflow");
  await server.convex(folder, ["deploy", "--typecheck", "disable", "--yes"]);
  const app = new WorkflowCalls(server);
  const reordered = await app.start("examples:reordered", { subject: "reordered" });
  const waiting = await app.start("examples:awaitingApproval", { subject: "approval" });
  await until(async () => (await app.journal(reordered)).at(-1)?.kind === "sleep", "the workflow to sleep");
  await edit(server, folder, "examples.ts", (source) => source.replace('step: "first" });\n    await step.sleep', 'step: "zeroth" });\n    await step.sleep'));
  await server.kill();
  await server.start();
  await server.advanceClock(MINUTE);
  expect((await app.ended(reordered)).result).toEqual({ kind: "failed", error: expect.stringContaining("Journal entry mismatch") as string });
  await app.mutation("manage:send", { workflowId: waiting, name: "approval", value: { approved: true } });
  expect(await app.succeeded(waiting)).toBe("approved of approval");
  await rm(folder, { recursive: true });
});
