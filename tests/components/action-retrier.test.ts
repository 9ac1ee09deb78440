/** `@convex-dev/action-retrier`, used as its README does. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, until, type TestServer } from "../harness.js";
import { AppCalls, refusal, type CallArguments } from "./app-calls.js";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

interface Result {
  readonly type: string;
  readonly returnValue?: unknown;
  readonly error?: string;
}

class Retrier extends AppCalls {
  kickoff(name: string, args: CallArguments = {}): Promise<string> {
    return this.mutation("index:kickoff", { name, failures: 0, ...args });
  }

  status(runId: string): Promise<{ type: string; result?: Result }> {
    return this.query("index:status", { runId });
  }

  async ended(runId: string): Promise<Result> {
    return until(async () => (await this.status(runId)).result, `run ${runId} to end`);
  }

  attempts(name: string): Promise<number> {
    return this.query("index:attempts", { name });
  }

  async completions(runId: string): Promise<Result[]> {
    return (await this.query<{ result: Result }[]>("index:completionsOf", { runId })).map(({ result }) => result);
  }
}

let server: TestServer;
let app: Retrier;

beforeAll(async () => {
  server = await startServer({ flags: ["--test-clock", "yes"] });
  await server.deploy("action-retrier");
  app = new Retrier(server);
});

afterAll(() => server[Symbol.asyncDispose]());

describe("runs", () => {
  test("an action that succeeds: its result is kept, onComplete is called once", async () => {
    const runId = await app.kickoff("fine");
    expect(await app.ended(runId)).toEqual({ type: "success", returnValue: "fine after 1" });
    expect(await app.completions(runId)).toEqual([{ type: "success", returnValue: "fine after 1" }]);
  });

  test("an action that fails is tried again until it succeeds", async () => {
    const runId = await app.kickoff("flaky", { failures: 2 });
    expect(await app.ended(runId)).toEqual({ type: "success", returnValue: "flaky after 3" });
    expect(await app.completions(runId)).toHaveLength(1);
  });

  test("at most as often as allowed: by the retrier's options, or the run's own", async () => {
    const byDefault = await app.kickoff("hopeless", { failures: 99 });
    const own = await app.kickoff("hopeless once", { failures: 99, maxFailures: 0, initialBackoffMs: 1, base: 1.5 });
    expect(await app.ended(byDefault)).toEqual({ type: "failed", error: expect.stringContaining("attempt 4 of hopeless failed") as string });
    expect(await app.ended(own)).toEqual({ type: "failed", error: expect.stringContaining("attempt 1 of hopeless once failed") as string });
    expect(await app.completions(byDefault)).toEqual([expect.objectContaining({ type: "failed" })]);
  });

  test("from an action that waits for the end and cleans up", async () => {
    expect(await app.action("index:runAndWait", { name: "waited for", failures: 1 })).toEqual({ type: "success", returnValue: "waited for after 2" });
  });

  test("later, with runAfter", async () => {
    const runId = await app.kickoff("tomorrow", { runAfter: DAY });
    await app.ended(await app.kickoff("today"));
    expect([await app.attempts("tomorrow"), await app.status(runId)]).toEqual([0, { type: "inProgress" }]);
    await server.advanceClock(DAY);
    expect(await app.ended(runId)).toEqual({ type: "success", returnValue: "tomorrow after 1" });
  });
});

describe("canceling and cleaning up", () => {
  test("a run that waits is canceled; nothing runs afterwards", async () => {
    const runId = await app.kickoff("canceled", { runAfter: DAY });
    await app.mutation("index:cancel", { runId });
    expect(await app.status(runId)).toEqual({ type: "completed", result: { type: "canceled" } });
    expect(await app.completions(runId)).toEqual([{ type: "canceled" }]);
    await server.advanceClock(DAY);
    await app.ended(await app.kickoff("after the canceled"));
    expect(await app.attempts("canceled")).toBe(0);
  });

  test("a run whose action is running is canceled: the status says so from then on, whatever the action does", async () => {
    const runId = await app.kickoff("running", { gate: "running" });
    await until(async () => (await app.attempts("running")) === 1, "the action to run");
    await app.mutation("index:cancel", { runId });
    await app.mutation("index:open", { gate: "running" });
    await app.ended(await app.kickoff("after the running"));
    expect(await app.status(runId)).toEqual({ type: "completed", result: { type: "canceled" } });
    expect(await app.completions(runId)).toEqual([{ type: "canceled" }]);
  });

  test("cleanup removes what has ended and refuses what has not; a status of nothing is refused", async () => {
    const runId = await app.kickoff("cleaned up");
    await app.ended(runId);
    await app.mutation("index:cleanup", { runId });
    expect(await refusal(app.status(runId))).toContain(`Run ${runId} not found`);
    const waiting = await app.kickoff("not yet", { runAfter: DAY });
    expect(await refusal(app.mutation("index:cleanup", { runId: waiting }))).toContain("hasn't completed");
    expect(await refusal(app.status("no id"))).toContain("Run no id not found");
  });

  test("after seven days the component's own cron removes what has ended", async () => {
    const runId = await app.kickoff("old");
    await app.ended(runId);
    await server.advanceClock(8 * DAY);
    await until(async () => refusal(app.status(runId)).then((message) => message.includes("not found"), () => false), "the run to be removed");
  });
});

test("killed while the action runs: the heartbeat notices, and the action is tried again; onComplete once", async () => {
  const runId = await app.kickoff("killed", { gate: "killed" });
  await until(async () => (await app.attempts("killed")) === 1, "the action to run");
  await server.kill();
  await server.start();
  await app.mutation("index:open", { gate: "killed" });
  await server.advanceClock(MINUTE);
  expect(await app.ended(runId)).toEqual({ type: "success", returnValue: "killed after 2" });
  expect(await app.completions(runId)).toHaveLength(1);
});
