/** `ctx.scheduler` of mutations and actions, and what becomes of its jobs. SCH-1 to SCH-12. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_KEY, queryNamed, startServer, type TestServer } from "../harness.js";
import { Watch } from "../sync/watch.js";
import { makeFunctionReference } from "convex/server";
import { Jobs, type JobDocument } from "./scheduler-api.js";

let server: TestServer;
let jobs: Jobs;

beforeAll(async () => {
  server = await startServer({ flags: ["--function-time-max", "20s"] });
  await server.deploy("scheduler");
  jobs = new Jobs(server);
});

afterAll(() => server[Symbol.asyncDispose]());

const HOUR_MS = 3_600_000;

async function failureOf(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    (value) => `it ran: ${JSON.stringify(value)}`,
    (error: Error) => error.message,
  );
}

describe("from mutations", () => {
  test("SCH-1, SCH-10 runs after its time, with its arguments, and says so", async () => {
    const before = Date.now();
    const id = await jobs.mutation("after", { delayMs: 1500, name: "after", note: { big: 5n, bytes: new Uint8Array([1]).buffer } });
    expect(await jobs.job(id)).toEqual({
      _id: id,
      _creationTime: expect.any(Number) as number,
      name: "jobs.js:record",
      args: [{ name: "after", note: { big: 5n, bytes: new Uint8Array([1]).buffer } }],
      scheduledTime: expect.any(Number) as number,
      state: { kind: "pending" },
    });
    const job = await jobs.ended(id);
    const [run] = await jobs.runs("after");
    expect(job).toMatchObject({ state: { kind: "success" } });
    expect(job.scheduledTime).toBeGreaterThanOrEqual(before + 1500);
    expect(run!.at).toBeGreaterThanOrEqual(Math.floor(job.scheduledTime));
    expect(job.completedTime).toBeGreaterThanOrEqual(job.scheduledTime);
    expect(run!.note).toEqual({ big: 5n, bytes: new Uint8Array([1]).buffer });
  });

  test.each([true, false])("SCH-1 at a time, as a Date: %s; one that has passed is due at once", async (asDate) => {
    const name = `at ${asDate}`;
    const later = await jobs.mutation("at", { time: Date.now() + 80, name, asDate });
    await jobs.mutation("at", { time: Date.now() - 1000, name: `${name} past`, asDate });
    await jobs.ran(`${name} past`);
    expect((await jobs.ended(later)).state).toEqual({ kind: "success" });
  });

  test("SCH-2 by handle, by name, actions", async () => {
    await jobs.mutation("byHandle", { name: "by handle" });
    await jobs.mutation("afterByName", { target: "jobs:record", args: { name: "by name" }, delayMs: 0 });
    const action = await jobs.mutation("afterByName", { target: "jobs:recordAction", args: { name: "an action" }, delayMs: 0 });
    await jobs.ran("by handle");
    await jobs.ran("by name");
    await jobs.ran("an action");
    expect(await jobs.ended(action)).toMatchObject({ name: "jobs.js:recordAction", state: { kind: "success" } });
  });

  test("SCH-3 a mutation that throws has scheduled nothing, nor a sub-mutation that throws", async () => {
    await expect(jobs.mutation("scheduleThenThrow", { name: "thrown" })).rejects.toThrow("after scheduling");
    await jobs.mutation("inSubMutations", { name: "sub" });
    await jobs.ran("sub");
    await jobs.mutation("after", { delayMs: 0, name: "a later one" });
    await jobs.ran("a later one");
    expect(await jobs.runs("thrown")).toEqual([]);
    expect((await jobs.runs("sub")).map(({ note }) => note)).toEqual([0]);
  });

  test("SCH-5, SCH-22 arguments that do not fit and functions that throw make failed jobs, which are not run again", async () => {
    const wrong = await jobs.mutation("afterByName", { target: "jobs:record", args: { name: 5 }, delayMs: 0 });
    expect((await jobs.ended(wrong)).state).toEqual({ kind: "failed", error: expect.stringMatching(/ArgumentValidationError[^]*\.name/) as string });
    const thrown = await jobs.mutation("afterByName", { target: "jobs:fail", args: { name: "failing" }, delayMs: 0 });
    expect((await jobs.ended(thrown)).state).toEqual({ kind: "failed", error: expect.stringContaining("the job failed") as string });
    const action = await jobs.mutation("afterByName", { target: "jobs:failAction", args: {}, delayMs: 0 });
    expect((await jobs.ended(action)).state).toEqual({ kind: "failed", error: expect.stringContaining("the action failed") as string });
    expect(await jobs.runs("failing")).toEqual([]);
  });

  test.each([
    ["text delay", "`delayMs` must be a number"],
    ["negative delay", "`delayMs` must be non-negative"],
    ["infinite delay", "`delayMs` must be a finite number"],
    ["text time", "The invoke time must a Date or a timestamp"],
    ["invalid date", "must be a finite number"],
    ["far future", "can't be more than 5 years in the future"],
    ["far past", "can't be more than 5 years in the past"],
    ["long delay", "can't be more than 5 years in the future"],
    ["text arguments", 'The arguments to a Convex function must be an object. Received: "wrong"'],
    ["null arguments", "The arguments to a Convex function must be an object. Received: null"],
    ["no reference", "is not a functionReference"],
    ["a query", "only mutations and actions can"],
    ["unknown", "Could not find function for 'jobs:nothing'"],
    ["a function as argument", "is not a supported Convex type"],
    ["cancel nothing", "Must provide arg 1 `id` to `cancel`"],
  ])("SCH-2, SCH-6 %s is refused", async (kind, message) => {
    const before = (await jobs.all()).length;
    expect(await failureOf(jobs.mutation("wrongArguments", { kind }))).toContain(message);
    expect(await jobs.all()).toHaveLength(before);
  });

  test("SCH-7 a thousand at most, counted over sub-mutations", async () => {
    await jobs.mutation("scheduleMany", { name: "thousand", count: 1000 });
    expect(await failureOf(jobs.mutation("scheduleMany", { name: "too many", count: 1001 }))).toContain("Too many functions scheduled by this mutation (limit: 1000)");
    const runs = await jobs.ran("thousand", 1000);
    expect(runs.map(({ note }) => note)).toEqual(Array.from({ length: 1000 }, (_, n) => n));
    expect(await jobs.runs("too many")).toEqual([]);
  });

  test("SCH-7 16 MiB of arguments at most, in one job or in several", async () => {
    await jobs.mutation("schedulePadded", { name: "large", count: 3, bytes: 5_000_000 });
    expect((await jobs.ran("large", 3)).map(({ note }) => note)).toEqual([5_000_000, 5_000_000, 5_000_000]);
    expect(await failureOf(jobs.mutation("schedulePadded", { name: "too large", count: 4, bytes: 5_000_000 }))).toContain("Too large total size of the arguments");
    expect(await jobs.runs("too large")).toEqual([]);
  });

  test("SCH-7 limits of a sub-mutation, and what is left of them", async () => {
    const bytes = '{"name":"limited","note":0}'.length;
    const limited = (limits: Record<string, number>) => jobs.mutation<{ failure: string | null; functionsScheduled: object; scheduledFunctionArgsBytes: object }>("withLimits", { name: "limited", ...limits });
    expect(await limited({})).toEqual({ failure: null, functionsScheduled: { used: 3, remaining: 997 }, scheduledFunctionArgsBytes: { used: 3 * bytes, remaining: 16_777_216 - 3 * bytes } });
    expect((await limited({ functionsScheduled: 2 })).failure).toContain("(limit: 2)");
    expect((await limited({ scheduledFunctionArgsBytes: 2 * bytes })).failure).toContain(`limit: ${2 * bytes} bytes`);
    expect(await jobs.ran("limited", 3)).toHaveLength(3);
  });

  test("SCH-1 by the syscalls of convex/server, in seconds", async () => {
    const [runs, canceled] = (await jobs.mutation<string[]>("bySyscalls", { name: "by syscalls" })) as [string, string];
    const job = await jobs.ended(runs);
    expect(job.state).toEqual({ kind: "success" });
    expect(Number.isInteger(job.scheduledTime)).toBe(true);
    expect(await jobs.job(canceled)).toMatchObject({ state: { kind: "canceled" }, scheduledTime: job.scheduledTime + 1 });
    expect(await jobs.runs("by syscalls")).toHaveLength(1);
  });

  test("SCH-2 actions of Node", async () => {
    const id = await jobs.mutation("afterByName", { target: "nodeJobs:schedules", args: { name: "node" }, delayMs: 0 });
    expect(await jobs.ended(id)).toMatchObject({ name: "nodeJobs.js:schedules", state: { kind: "success" } });
    expect((await jobs.ran("node")).map(({ note }) => note)).toEqual([process.arch]);
  });

  test("SCH-8 nobody is authenticated in a scheduled function; it knows its id", async () => {
    const identity = Buffer.from(JSON.stringify({ subject: "s", issuer: "https://issuer.test", name: "Someone" })).toString("base64");
    const response = await fetch(`${server.url}/api/mutation`, {
      method: "POST",
      headers: { Authorization: `Convex ${ADMIN_KEY}:${identity}`, "Content-Type": "application/json" },
      body: JSON.stringify({ path: "jobs:afterByName", args: { target: "jobs:whoAmI", args: { name: "who" }, delayMs: 0 }, format: "json" }),
    });
    const { value } = (await response.json()) as { value: string };
    const [run] = await jobs.ran("who");
    expect(run!.note).toEqual({ identity: null, scheduledFunctionId: value });
  });

  test("a scheduled mutation schedules the next", async () => {
    await jobs.mutation("startChain", { name: "chain", length: 50 });
    expect((await jobs.ran("chain", 50)).map(({ note }) => note)).toEqual(Array.from({ length: 50 }, (_, n) => 49 - n));
  });

  test("executions are logged as the scheduler's", async () => {
    const log = await fetch(`${server.url}/api/stream_function_logs?cursor=0`, { headers: { Authorization: `Convex ${ADMIN_KEY}` } });
    const { entries } = (await log.json()) as { entries: { identifier: string; caller: string }[] };
    expect(entries.find(({ identifier }) => identifier === "jobs:record")).toMatchObject({ caller: "Scheduler" });
  });
});

describe("from actions", () => {
  test("SCH-4 scheduling and canceling", async () => {
    const ids = await jobs.action<string[]>("actionSchedules", { name: "by action", delayMs: 20 });
    expect(ids).toHaveLength(2);
    await jobs.ran("by action", 2);
    const [waiting] = await jobs.action<string[]>("actionSchedules", { name: "canceled by action", delayMs: HOUR_MS });
    await jobs.action("actionCancels", { id: waiting! });
    expect((await jobs.job(waiting!))!.state).toEqual({ kind: "canceled" });
  });

  test("SCH-2 what can't be scheduled is refused", async () => {
    expect(await failureOf(jobs.action("actionSchedulesWrong", { target: "jobs:aQuery" }))).toContain("only mutations and actions can");
    expect(await failureOf(jobs.action("actionSchedulesWrong", { target: "jobs:nothing" }))).toContain("Could not find function for 'jobs:nothing'");
  });
});

describe("SCH-12 cancel", () => {
  test("a pending job never runs; canceling again, and canceling what has ended, does nothing", async () => {
    const id = await jobs.mutation("after", { delayMs: 60, name: "canceled" });
    await jobs.mutation("cancel", { id });
    const job = (await jobs.job(id)) as JobDocument;
    expect(job).toMatchObject({ state: { kind: "canceled" }, completedTime: expect.any(Number) as number });
    await jobs.mutation("cancel", { id });
    const later = await jobs.mutation("after", { delayMs: 70, name: "after the canceled" });
    await jobs.ended(later);
    await jobs.mutation("cancel", { id: later });
    expect((await jobs.job(later))!.state).toEqual({ kind: "success" });
    expect(await jobs.runs("canceled")).toEqual([]);
    expect(await jobs.job(id)).toEqual(job);
  });

  test("in the mutation that scheduled it", async () => {
    const id = await jobs.mutation("cancelInSame", { name: "never" });
    expect((await jobs.job(id))!.state).toEqual({ kind: "canceled" });
    expect(await jobs.runs("never")).toEqual([]);
  });

  test("an action in progress goes on, but what it schedules from then on never runs", async () => {
    const id = await jobs.mutation("startWaiting", { name: "gate" });
    await jobs.ran("gate running");
    expect((await jobs.job(id))!.state).toEqual({ kind: "inProgress" });
    await jobs.mutation("cancel", { id });
    await jobs.mutation("openGate", { name: "gate" });
    await jobs.ran("gate done");
    expect((await jobs.job(id))!.state).toEqual({ kind: "canceled" });
    const scheduled = (await jobs.all()).filter(({ args }) => String(args[0]!["name"]).startsWith("gate scheduled"));
    expect(scheduled.map(({ state }) => state.kind)).toEqual(["canceled", "canceled"]);
    expect(await jobs.runs("gate scheduled")).toEqual([]);
  });

  test("ids of nothing and of other tables are refused", async () => {
    expect(await failureOf(jobs.mutation("cancelAnything", { id: "nothing" }))).toContain('is no Id<"_scheduled_functions">');
  });
});

test("SCH-10 queries of jobs are live", async () => {
  const id = await jobs.mutation("after", { delayMs: 150, name: "watched" });
  const watch = Watch.on(server.client(), makeFunctionReference<"query", { id: string }, JobDocument>("jobs:job"), { id });
  const job = await watch.value(({ state }) => state.kind === "success");
  expect(job.completedTime).toBeGreaterThanOrEqual(job.scheduledTime);
  expect(await server.http().query(queryNamed("jobs:job"), { id })).toEqual(job);
});
