/** `@convex-dev/crons`, used as its README does: crons that are registered while the app runs. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, until, type TestServer } from "../harness.js";
import { AppCalls, refusal, type CallArguments } from "./app-calls.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

interface Cron {
  readonly id: string;
  readonly name?: string;
  readonly schedule: unknown;
  readonly args: unknown;
}

class Crons extends AppCalls {
  register(schedule: CallArguments, message: string, options: CallArguments = {}): Promise<string> {
    return this.mutation("example:register", { schedule, message, ...options });
  }

  get(by: CallArguments): Promise<Cron | null> {
    return this.query("example:get", by);
  }

  list(): Promise<Cron[]> {
    return this.query("example:list");
  }

  async runs(message: string): Promise<number[]> {
    return (await this.query<{ at: number }[]>("example:runsOf", { message })).map(({ at }) => at);
  }

  ran(message: string, times: number): Promise<number[]> {
    return until(async () => {
      const runs = await this.runs(message);
      return runs.length >= times ? runs : null;
    }, `${message} to run ${times} times`);
  }
}

let server: TestServer;
let app: Crons;

beforeAll(async () => {
  server = await startServer({ flags: ["--test-clock", "yes"] });
  await server.deploy("runtime-crons");
  app = new Crons(server);
});

afterAll(() => server[Symbol.asyncDispose]());

describe("schedules", () => {
  test("an interval runs again and again", async () => {
    await app.register({ kind: "interval", ms: HOUR }, "hourly");
    for (const times of [1, 2, 3]) {
      await server.advanceClock(HOUR);
      await app.ran("hourly", times);
    }
    const [first, second, third] = await app.runs("hourly");
    for (const pause of [second! - first!, third! - second!]) expect(Math.round(pause / HOUR)).toBe(1);
  });

  test("a cron expression, with a time zone", async () => {
    await app.register({ kind: "cron", cronspec: "0 0 * * *" }, "midnight");
    await app.register({ kind: "cron", cronspec: "0 0 * * *", tz: "Asia/Kolkata" }, "midnight in India");
    const now = await app.query<number>("example:now");
    const nextMidnight = (aheadOfUtc: number): number => now + DAY - ((now + aheadOfUtc) % DAY);
    const times = [["midnight", nextMidnight(0)], ["midnight in India", nextMidnight(5.5 * HOUR)]] as const;
    for (const [message, at] of times.toSorted(([, a], [, b]) => a - b)) {
      await server.advanceClock(at - MINUTE - (await app.query<number>("example:now")));
      expect(await app.runs(message)).toEqual([]);
      await server.advanceClock(MINUTE);
      expect((await app.ran(message, 1))[0]).toBeGreaterThanOrEqual(at);
    }
  });

  test("of an action", async () => {
    const id = await app.register({ kind: "interval", ms: HOUR }, "by action", { byAction: true });
    await server.advanceClock(HOUR);
    await app.ran("by action", 1);
    await app.mutation("example:remove", { id });
  });

  test("every second by a cron expression of six fields", async () => {
    const id = await app.register({ kind: "cron", cronspec: "* * * * * *" }, "each second");
    const runs = await app.ran("each second", 3);
    await app.mutation("example:remove", { id });
    for (const at of runs) expect(at % SECOND).toBeLessThan(900);
  });

  test("what no schedule can be is refused", async () => {
    expect(await refusal(app.register({ kind: "interval", ms: 999 }, "too fast"))).toContain("Interval must be >= 1000ms");
    expect(await refusal(app.register({ kind: "cron", cronspec: "every day" }, "unclear"))).toContain('Invalid cronspec: "every day"');
    expect(await refusal(app.register({ kind: "cron", cronspec: "0 0 * * *", tz: "Mars/Olympus" }, "far away"))).toContain("unhandled timestamp");
    expect(await refusal(app.register({ kind: "moon" }, "unknown"))).toContain("kind");
  });
});

describe("registering", () => {
  test("get by name and id, list, delete", async () => {
    const id = await app.register({ kind: "interval", ms: DAY }, "named", { name: "by name" });
    const cron = { id, name: "by name", schedule: { kind: "interval", ms: DAY }, args: { message: "named" }, functionHandle: expect.stringMatching(/^function:\/\//) as string };
    expect([await app.get({ name: "by name" }), await app.get({ id })]).toEqual([cron, cron]);
    expect((await app.list()).map((listed) => listed.id)).toContain(id);
    expect(await refusal(app.register({ kind: "interval", ms: DAY }, "named", { name: "by name" }))).toContain('Cron with name "by name" already exists');
    await app.mutation("example:remove", { name: "by name" });
    expect([await app.get({ name: "by name" }), await app.get({ id })]).toEqual([null, null]);
    expect(await refusal(app.mutation("example:remove", { name: "by name" }))).toContain('Cron "by name" not found');
    await server.advanceClock(2 * DAY);
    await app.register({ kind: "interval", ms: SECOND }, "marker", { name: "marker" });
    await app.ran("marker", 1);
    await app.mutation("example:remove", { name: "marker" });
    expect(await app.runs("named")).toEqual([]);
  });

  test("is part of the caller's transaction", async () => {
    const before = await app.list();
    expect(await refusal(app.mutation("example:registerThenThrow"))).toContain("after registering");
    const { code, output } = await server.convex(".", ["run", "example:doSomeStuff"]);
    expect([code, JSON.parse(output.slice(output.indexOf("{\n")))]).toEqual([0, { byName: true, byId: true, count: before.length + 2, left: [null, null] }]);
    expect(await app.list()).toEqual(before);
  });

  test("an init script may run at each push", async () => {
    for (let n = 0; n < 2; n++) expect((await server.convex(".", ["run", "example:registerDailyCron"])).code).toBe(0);
    expect((await app.list()).filter(({ name }) => name === "daily")).toHaveLength(1);
  });

  test("a cron that deletes itself when it first runs", async () => {
    await app.mutation("example:selfDeletingCron");
    await server.advanceClock(10 * SECOND);
    await app.ran("deleted itself", 1);
    expect(await app.get({ name: "self-deleting-cron" })).toBeNull();
    await server.advanceClock(HOUR);
    await app.register({ kind: "interval", ms: SECOND }, "second marker", { name: "second marker" });
    await app.ran("second marker", 1);
    await app.mutation("example:remove", { name: "second marker" });
    expect(await app.runs("deleted itself")).toHaveLength(1);
  });
});

test("killed, and down over several of its times: it goes on, one run at a time", async () => {
  const id = await app.register({ kind: "interval", ms: HOUR }, "killed");
  await server.advanceClock(HOUR);
  await app.ran("killed", 1);
  await server.kill();
  await server.start();
  await server.advanceClock(HOUR);
  await app.ran("killed", 2);
  expect(await app.get({ id })).not.toBeNull();
  expect((await app.runs("killed")).length).toBe(2);
});
