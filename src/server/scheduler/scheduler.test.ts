/** When jobs are handed over, and what becomes of them, by a clock that the tests turn. SCH-10 to SCH-25. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { SchedulerFixture } from "./scheduler-fixture.suite.js";

const DAY_MS = 24 * 3_600_000;
const ACTION = { name: "jobs.js:act", kind: "action" } as const;

let fixture: SchedulerFixture;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval"], now: Date.UTC(2026, 0, 1) });
  fixture = new SchedulerFixture();
  fixture.scheduler.start();
});

afterEach(() => {
  fixture.scheduler.close();
  vi.useRealTimers();
});

const names = (): unknown[] => fixture.functions.calls.map(({ request }) => (JSON.parse(request.args) as { note: unknown }).note);

describe("SCH-23 time", () => {
  test("jobs start in the order of their times, never before", async () => {
    fixture.schedule(500, "second");
    fixture.schedule(900, "last");
    fixture.schedule(200, "first");
    await fixture.pass(199);
    expect(names()).toEqual([]);
    await fixture.pass(1);
    expect(await fixture.runAll()).toEqual(["first"]);
    await fixture.pass(299);
    expect(await fixture.runAll()).toEqual([]);
    await fixture.pass(1);
    expect(await fixture.runAll()).toEqual(["second"]);
    await fixture.pass(400);
    expect(await fixture.runAll()).toEqual(["last"]);
  });

  test("times may have fractions of a millisecond", async () => {
    fixture.schedule(1.25, "fraction");
    await fixture.pass(1);
    expect(names()).toEqual([]);
    await fixture.pass(1);
    expect(names()).toEqual(["fraction"]);
  });

  test("weeks ahead, beyond the longest timer", async () => {
    fixture.schedule(30 * DAY_MS, "far");
    await fixture.pass(30 * DAY_MS - 1);
    expect(names()).toEqual([]);
    await fixture.pass(1);
    expect(names()).toEqual(["far"]);
  }, 120_000);

  test("what became due while the server was down is handed over at the start, the oldest first", async () => {
    fixture.scheduler.close();
    for (const delayMs of [30, 10, 20]) fixture.schedule(delayMs, delayMs);
    await fixture.pass(DAY_MS);
    expect(names()).toEqual([]);
    const restarted = new SchedulerFixture();
    restarted.scheduler.start();
    for (const delayMs of [-10, -30, -20]) restarted.schedule(delayMs, delayMs);
    expect(await restarted.runAll()).toEqual([-30, -20, -10]);
    restarted.scheduler.close();
  });

  test("jobs of all components take their turns by time", async () => {
    fixture.schedule(30, "app 30");
    fixture.schedule(20, "component 20", { namespace: "component" });
    fixture.schedule(10, "app 10");
    fixture.schedule(40, "component 40", { namespace: "component" });
    await fixture.pass(50);
    expect(await fixture.runAll()).toEqual(["app 10", "component 20", "app 30", "component 40"]);
  });
});

describe("SCH-12, SCH-20 mutations", () => {
  test("one that is canceled between being due and its turn does not run", async () => {
    const id = fixture.schedule(0, "canceled");
    await fixture.pass();
    expect(names()).toEqual(["canceled"]);
    fixture.cancel(id);
    expect(fixture.functions.runNext()).toBeNull();
    expect(fixture.job(id)!.state).toEqual({ kind: "canceled" });
    await fixture.pass();
    expect(names()).toEqual([]);
  });

  test("one that fails keeps its error, cut where it is long, and is not run again", async () => {
    const id = fixture.schedule(0, "failing");
    await fixture.pass();
    fixture.functions.runNext("x".repeat(100_000));
    const job = fixture.job(id)!;
    expect(job).toMatchObject({ completedTime: Date.now(), state: { kind: "failed", error: "x".repeat(16_384) } });
    await fixture.pass(DAY_MS);
    expect(names()).toEqual([]);
  });

  test("one whose commit the disk refuses is pending again, and runs again a little later", async () => {
    const id = fixture.schedule(0, "refused");
    await fixture.pass();
    fixture.store.failNextWrite();
    expect(fixture.functions.runNext()).toBe("refused");
    await fixture.pass(10);
    expect(fixture.job(id)!.state).toEqual({ kind: "pending" });
    expect(names()).toEqual([]);
    await fixture.pass(1_000);
    expect(await fixture.runAll()).toEqual(["refused"]);
    expect(fixture.job(id)!.state).toEqual({ kind: "success" });
  });

  test("SCH-24 few are handed over while nothing is known of their function, many when it is known to be short", async () => {
    for (let n = 0; n < 1_000; n++) fixture.schedule(0, n);
    await fixture.pass();
    expect(names()).toEqual([0, 1, 2, 3]);
    for (let n = 0; n < 40; n++) {
      expect(fixture.functions.runNext()).toBe(n);
      await fixture.pass();
    }
    expect(names().length).toBeGreaterThan(50);
    expect(names().length).toBeLessThanOrEqual(256);
    expect(await fixture.runAll()).toEqual(Array.from({ length: 960 }, (_, n) => n + 40));
  });

  test("one that a push has made an action of runs as an action", async () => {
    const id = fixture.schedule(1_000, "changed");
    fixture.deploy({ mutate: "Action" });
    await fixture.pass(1_000);
    expect(fixture.functions.calls.map(({ request }) => request.kind)).toEqual(["action"]);
    expect(fixture.job(id)!.state).toEqual({ kind: "inProgress" });
    fixture.functions.runNext();
    expect(fixture.job(id)!.state).toEqual({ kind: "success" });
  });

  test("one that is gone is called all the same: the call says what is wrong", async () => {
    fixture.deploy({});
    fixture.schedule(0, "gone");
    await fixture.pass();
    expect(fixture.functions.calls.map(({ request }) => [request.kind, request.path])).toEqual([["mutation", "jobs:mutate"]]);
  });

  test("a server that stops begins none", async () => {
    const id = fixture.schedule(0, "stopped");
    await fixture.pass();
    fixture.scheduler.close();
    expect(fixture.functions.runNext()).toBeNull();
    expect(fixture.job(id)!.state).toEqual({ kind: "pending" });
  });
});

describe("SCH-21 actions", () => {
  test("in progress, durably, before they run", async () => {
    const id = fixture.schedule(1_000, "action", ACTION);
    await fixture.pass(999);
    const release = fixture.store.holdWrites();
    await fixture.pass(1);
    expect(fixture.job(id)!.state).toEqual({ kind: "inProgress" });
    expect(names()).toEqual([]);
    release();
    await fixture.pass();
    expect(fixture.functions.runNext()).toBe("action");
    expect(fixture.job(id)).toMatchObject({ completedTime: Date.now(), state: { kind: "success" } });
  });

  test("where the disk refuses that, they are pending, and tried again a little later", async () => {
    const id = fixture.schedule(1_000, "action", ACTION);
    await fixture.pass(999);
    fixture.store.failNextWrite();
    await fixture.pass(1);
    expect([names(), fixture.job(id)!.state]).toEqual([[], { kind: "pending" }]);
    await fixture.pass(1_000);
    expect(names()).toEqual(["action"]);
  });

  test("where the disk refuses their end, it is written again, and they are not run again", async () => {
    const id = fixture.schedule(0, "action", ACTION);
    await fixture.pass();
    fixture.store.failNextWrite();
    fixture.functions.runNext("it failed");
    await fixture.pass(5_000);
    expect(fixture.job(id)!.state).toEqual({ kind: "inProgress" });
    await fixture.pass(5_000);
    expect(fixture.job(id)!.state).toEqual({ kind: "failed", error: "it failed" });
    expect(names()).toEqual([]);
  });

  test("SCH-24 three quarters of the places at once, and mutations pass them", async () => {
    for (let n = 0; n < 10; n++) fixture.schedule(0, n, ACTION);
    await fixture.pass();
    expect(names()).toEqual([0, 1, 2]);
    fixture.schedule(0, "mutation");
    await fixture.pass();
    expect(names()).toEqual([0, 1, 2, "mutation"]);
    expect(fixture.functions.runNext()).toBe(0);
    await fixture.pass();
    expect(names()).toEqual([1, 2, "mutation", 3]);
    expect(await fixture.runAll()).toEqual([1, 2, "mutation", 3, 4, 5, 6, 7, 8, 9]);
  });

  test("SCH-12 canceled in progress: it stays so, whatever the end", async () => {
    const id = fixture.schedule(0, "action", ACTION);
    await fixture.pass();
    const running = fixture.functions.begin()!;
    fixture.cancel(id);
    const child = fixture.schedule(0, "child", { parentId: id });
    running.end();
    await fixture.pass();
    expect([fixture.job(id)!.state, fixture.job(child)!.state]).toEqual([{ kind: "canceled" }, { kind: "canceled" }]);
    expect(names()).toEqual([]);
  });

  test("when the server stops, those that have not begun are pending again; one that runs gets its end", async () => {
    const [running, waiting] = [fixture.schedule(0, "running", ACTION), fixture.schedule(0, "waiting", ACTION)];
    await fixture.pass();
    const begun = fixture.functions.begin()!;
    fixture.scheduler.close();
    expect(fixture.job(waiting)!.state).toEqual({ kind: "pending" });
    expect(fixture.functions.runNext()).toBeNull();
    begun.end("The server was shut down.");
    await fixture.pass();
    expect(fixture.job(running)!.state).toEqual({ kind: "failed", error: "The server was shut down." });
  });

  test("those that an earlier engine had in progress fail at the start", async () => {
    const id = fixture.schedule(0, "interrupted", ACTION);
    await fixture.pass();
    fixture.functions.begin();
    // As after a kill: a scheduler that knows nothing of what the first had begun.
    fixture.scheduler.start();
    expect(fixture.job(id)!.state).toEqual({ kind: "failed", error: expect.stringContaining("was restarted while the action was running") as string });
  });
});

test("SCH-11 results go after seven days, in small batches, and nothing stays of them", async () => {
  for (let n = 0; n < 250; n++) fixture.schedule(0, n);
  await fixture.runAll();
  const canceled = fixture.schedule(30 * DAY_MS, "canceled");
  fixture.cancel(canceled);
  const waiting = fixture.schedule(30 * DAY_MS, "waiting");
  await fixture.pass(7 * DAY_MS - 60_000);
  expect(fixture.documents("_scheduled_functions")).toBe(252);
  await fixture.pass(120_000);
  expect([fixture.documents("_scheduled_functions"), fixture.documents("_scheduled_queue")]).toEqual([1, 1]);
  expect(fixture.job(waiting)!.state).toEqual({ kind: "pending" });
  expect(() => fixture.cancel(canceled)).toThrow("its result is kept for 7 days only");
}, 120_000);
