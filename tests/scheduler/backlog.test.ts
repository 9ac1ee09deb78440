/** Backlogs of scheduled functions, and what waits for its turn when the server stops. SCH-12, SCH-21, SCH-24. */
import { expect, test } from "vitest";
import { startServer, until } from "../harness.js";
import { Jobs } from "./scheduler-api.js";

/** Some 15 ms of computing on an ordinary machine. */
const ROUNDS = 8_000_000;

test("SCH-24 a backlog of slow mutations leaves clients their turns", async () => {
  await using server = await startServer({ flags: ["--function-time-max", "20s"] });
  await server.deploy("scheduler");
  const jobs = new Jobs(server);
  await jobs.mutation("scheduleSlow", { name: "slow", count: 25, rounds: ROUNDS });
  await jobs.ran("slow", 1);
  for (let n = 0; n < 3; n++) {
    const before = (await jobs.runs("slow")).length;
    await jobs.mutation("openGate", { name: `gate ${n}` });
    expect((await jobs.runs("slow")).length - before).toBeLessThan(8);
  }
  await jobs.ran("slow", 25);
});

test("SCH-24 a backlog of actions leaves places to clients' actions and holds up no mutation; each runs once", async () => {
  await using server = await startServer({ flags: ["--actions-max", "4"] });
  await server.deploy("scheduler");
  const jobs = new Jobs(server);
  await jobs.mutation("startManyWaiting", { name: "backlog", count: 12 });
  await jobs.ran("backlog running", 3);
  const mutation = await jobs.mutation("after", { delayMs: 0, name: "a mutation" });
  expect((await jobs.ended(mutation)).state).toEqual({ kind: "success" });
  await jobs.action("actionSchedules", { name: "a client's action", delayMs: 3_600_000 });
  expect(await jobs.runs("backlog running")).toHaveLength(3);
  expect((await jobs.all()).filter(({ state }) => state.kind === "inProgress")).toHaveLength(3);
  await jobs.mutation("openGate", { name: "backlog" });
  await jobs.ran("backlog done", 12);
  expect(await jobs.runs("backlog running")).toHaveLength(12);
});

test("SCH-21 an action that waited for its turn when the server was stopped runs after the next start", async () => {
  await using server = await startServer({ flags: ["--actions-max", "1"] });
  await server.deploy("scheduler");
  const jobs = new Jobs(server);
  const held = jobs.action("holdPlace", { name: "held" }).catch((error: Error) => error.message);
  await jobs.ran("held running");
  const id = await jobs.mutation("startWaiting", { name: "waited" });
  await until(async () => (await jobs.job(id))!.state.kind === "inProgress", "the job to be handed over");
  expect(await server.stop()).toBe(0);
  expect(await held).toEqual(expect.any(String));
  await server.start();
  await jobs.ran("waited running");
  await jobs.mutation("openGate", { name: "waited" });
  expect((await jobs.ended(id)).state).toEqual({ kind: "success" });
  expect(await jobs.runs("waited running")).toHaveLength(1);
});

test("SCH-12 an action that is canceled while it waits for its turn never runs, and gives its place to the next", async () => {
  await using server = await startServer({ flags: ["--actions-max", "1"] });
  await server.deploy("scheduler");
  const jobs = new Jobs(server);
  const held = jobs.action("holdPlace", { name: "held" });
  await jobs.ran("held running");
  const canceled = await jobs.mutation("afterByName", { target: "jobs:recordAction", args: { name: "canceled" }, delayMs: 0 });
  await until(async () => (await jobs.job(canceled))!.state.kind === "inProgress", "the job to be handed over");
  const next = await jobs.mutation("afterByName", { target: "jobs:recordAction", args: { name: "next" }, delayMs: 0 });
  await jobs.mutation("cancel", { id: canceled });
  await jobs.mutation("openGate", { name: "held" });
  await held;
  expect((await jobs.ended(next)).state).toEqual({ kind: "success" });
  expect((await jobs.job(canceled))!.state).toEqual({ kind: "canceled" });
  expect(await jobs.runs("canceled")).toEqual([]);
});
