/**
 * Workflows of `@convex-dev/workflow` over kills, pushes and days: every step does its work once. The clock is the server's
 * own, moved by the test.
 */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { copyApp, startServer, until, type TestServer } from "../harness.js";
import { FunctionLog } from "./function-log.js";
import { WorkflowCalls } from "./workflow-calls.js";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let server: TestServer;
/** Of the app, as its developer has it. */
let folder: string;
let app: WorkflowCalls;
let log: FunctionLog;

beforeAll(async () => {
  server = await startServer({ flags: ["--test-clock", "yes"] });
  folder = await copyApp("workflow");
  await push();
  app = new WorkflowCalls(server);
  log = new FunctionLog(server);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function push(): Promise<void> {
  const { code, output } = await server.convex(folder, ["deploy", "--typecheck", "disable", "--yes"]);
  if (code !== 0) throw new Error(output);
}

/** What a power cut does, and the start after it. */
async function crash(): Promise<void> {
  await log.keep();
  await server.kill();
  await server.start();
}

/** The developer changes a file of the app and pushes. */
async function edit(file: string, from: string, to: string): Promise<void> {
  const path = join(folder, "convex", file);
  const source = await readFile(path, "utf8");
  if (!source.includes(from)) throw new Error(`${file} has no ${from}`);
  await writeFile(path, source.replace(from, to));
  await push();
}

test("a reminder after three days, over kills before, during and after steps and a push in between", async () => {
  const lead = "Ada";

  // Before the first step has run, or while it does.
  const id = await app.start("followUp:followUp", { lead }, { context: { lead } });
  await crash();

  // During an action: it is failed at the restart, and the step's `retry` runs it again once the pool has noticed.
  await app.did(lead, "Ada look-up begins");
  await crash();
  await app.open("Ada look-up");
  await server.advanceClock(7 * MINUTE);
  await app.did(lead, "Ada look-up ends");

  // While it waits: a kill, and a push of other code around the same workflow.
  await until(async () => (await app.journal(id)).at(-1)?.name === "reminder", "the reminder to wait");
  await server.advanceClock(DAY);
  await crash();
  await edit("steps.ts", "return `${step} of ${subject}`", "return `${step} of ${subject}, by the new code`");
  await server.advanceClock(2 * DAY - MINUTE);
  await crash();
  expect((await app.status(id)).type).toBe("inProgress");
  expect(await app.stepNames(lead)).not.toContain("remind");

  // After a step, before the next.
  await server.advanceClock(MINUTE);
  await app.did(lead, "remind");
  await crash();

  expect(await app.succeeded(id)).toEqual(["assign of Ada", "Ada look-up", "remind of Ada, by the new code", "close of Ada, by the new code"]);
  await crash();
  expect(await app.stepNames(lead)).toEqual(["assign", "Ada look-up begins", "Ada look-up begins", "Ada look-up ends", "remind", "close"]);
  expect(await app.completions(id)).toEqual([expect.objectContaining({ context: { lead } })]);
  expect([await log.printed("did: remind of Ada"), await log.printed("did: close of Ada")]).toEqual([1, 1]);
  // The first kill may have come before its line was read.
  expect(await log.printed("did: assign of Ada")).toBeLessThanOrEqual(1);
}, 180_000);

test("killed again and again wherever it happens to be, each of 12 mutations runs exactly once", async () => {
  const id = await app.start("followUp:mutationsOnly", { lead: "Grace", count: 12 });
  for (const done of [0, 2, 3, 6, 9]) {
    await until(async () => (await app.steps("Grace")).length >= done, `${done} steps`);
    await crash();
  }
  expect(await app.succeeded(id)).toBe(12);
  expect(await app.stepNames("Grace")).toEqual(Array.from({ length: 12 }, (_, n) => `step ${n}`));
  expect(await app.completions(id)).toHaveLength(1);
}, 180_000);

test("a push that changes the order of a running workflow's steps fails it, by name; a workflow that waits for an event outlives it", async () => {
  const reordered = await app.start("examples:reordered", { subject: "reordered" });
  const waiting = await app.start("examples:awaitingApproval", { subject: "approval" });
  await until(async () => (await app.journal(reordered)).at(-1)?.kind === "sleep", "the workflow to sleep");
  await edit("examples.ts", 'step: "first" });\n    await step.sleep', 'step: "zeroth" });\n    await step.sleep');
  await crash();
  await server.advanceClock(MINUTE);
  expect((await app.ended(reordered)).result).toEqual({ kind: "failed", error: expect.stringContaining("Journal entry mismatch") as string });
  await app.mutation("manage:send", { workflowId: waiting, name: "approval", value: { approved: true } });
  expect(await app.succeeded(waiting)).toBe("approved of approval, by the new code");
});
