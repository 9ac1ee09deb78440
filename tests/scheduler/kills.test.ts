/** Scheduled functions over kills and restarts: mutations exactly once, actions at most once. SCH-20 to SCH-25. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copyApp, startServer, until } from "../harness.js";
import { Jobs } from "./scheduler-api.js";

test("SCH-20 what was scheduled runs after a kill, once, and what became due meanwhile runs at once", async () => {
  await using server = await startServer();
  await server.deploy("scheduler");
  const jobs = new Jobs(server);
  const soon = await jobs.mutation("after", { delayMs: 300, name: "soon" });
  const later = await jobs.mutation("after", { delayMs: 1500, name: "later" });
  const never = await jobs.mutation("after", { delayMs: 3_600_000, name: "in an hour" });
  await server.kill();
  await server.start();
  expect((await jobs.ended(soon)).state).toEqual({ kind: "success" });
  expect((await jobs.ended(later)).state).toEqual({ kind: "success" });
  expect((await jobs.job(never))!.state).toEqual({ kind: "pending" });
  expect([(await jobs.runs("soon")).length, (await jobs.runs("later")).length, (await jobs.runs("in an hour")).length]).toEqual([1, 1, 0]);
});

test("SCH-20 10,000 jobs due at once, with kills in the middle: each runs exactly once", async () => {
  await using server = await startServer();
  await server.deploy("scheduler");
  const jobs = new Jobs(server);
  for (let n = 0; n < 10; n++) await jobs.mutation("scheduleMany", { name: `batch ${n}`, count: 1000 });
  for (const share of [0.2, 0.6]) {
    await until(async () => (await jobs.count()) >= 10_000 * share, `${share} of the jobs`, 60_000);
    await server.kill();
    await server.start();
  }
  await until(async () => (await jobs.count()) === 10_000, "every job", 60_000);
  for (let n = 0; n < 10; n++) {
    const runs = await jobs.runs(`batch ${n}`);
    expect(new Set(runs.map(({ note }) => note)).size).toBe(1000);
    expect(runs).toHaveLength(1000);
  }
});

test("SCH-21 an action that a kill interrupted is failed at the next start and not run again; what it had done stays", async () => {
  await using server = await startServer();
  await server.deploy("scheduler");
  const jobs = new Jobs(server);
  const id = await jobs.mutation("startWaiting", { name: "killed" });
  await jobs.ran("killed running");
  await server.kill();
  await server.start();
  expect((await jobs.ended(id)).state).toEqual({ kind: "failed", error: expect.stringContaining("The server was restarted while the action was running") as string });
  await jobs.mutation("openGate", { name: "killed" });
  const marker = await jobs.mutation("after", { delayMs: 50, name: "marker" });
  await jobs.ended(marker);
  expect([(await jobs.runs("killed running")).length, (await jobs.runs("killed done")).length]).toEqual([1, 0]);
});

test("SCH-21 an action that runs when the server is stopped is failed too", async () => {
  await using server = await startServer();
  await server.deploy("scheduler");
  const jobs = new Jobs(server);
  const id = await jobs.mutation("startWaiting", { name: "stopped" });
  await jobs.ran("stopped running");
  expect(await server.stop()).toBe(0);
  await server.start();
  expect((await jobs.ended(id)).state.kind).toBe("failed");
});

test("SCH-25 a job that kills the engine is failed, and the others run", async () => {
  await using server = await startServer({ flags: ["--heap-mb-max", "128", "--function-time-max", "30s"] });
  await server.deploy("scheduler");
  const jobs = new Jobs(server);
  const other = await jobs.mutation("after", { delayMs: 600, name: "beside the culprit" });
  const culprit = await jobs.mutation("afterByName", { target: "jobs:hoard", args: {}, delayMs: 300 });
  const state = await until(async () => (await jobs.job(culprit).catch(() => null))?.state.kind === "failed", "the culprit to fail", 60_000);
  expect(state).toBe(true);
  expect((await jobs.job(culprit))!.state.error).toContain("ran out of memory");
  expect((await jobs.ended(other)).state).toEqual({ kind: "success" });
  expect(await jobs.runs("beside the culprit")).toHaveLength(1);
});

test("SCH-25 a function that a push has removed fails its jobs; those of functions that changed run the new code", async () => {
  await using server = await startServer();
  const folder = await copyApp("scheduler");
  await server.deploy(folder);
  const jobs = new Jobs(server);
  const gone = await jobs.mutation("afterByName", { target: "jobs:aboutToGo", args: { name: "gone" }, delayMs: 4000 }).catch(() => null);
  expect(gone).toBeNull();
  const file = join(folder, "convex", "jobs.ts");
  const source = await readFile(file, "utf8");
  await writeFile(file, `${source}\nexport const aboutToGo = internalMutation({ args: { name: v.string() }, handler: async () => null });\n`);
  await server.deploy(folder);
  const waiting = await jobs.mutation("afterByName", { target: "jobs:aboutToGo", args: { name: "gone" }, delayMs: 4000 });
  await writeFile(file, source);
  await server.deploy(folder);
  expect((await jobs.ended(waiting)).state).toEqual({ kind: "failed", error: expect.stringContaining("Could not find function for 'jobs:aboutToGo'") as string });
});
