/** `@convex-dev/workpool`, used as its README does: two pools and a third that runs one thing at a time. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { queryNamed, startServer, until, type TestServer } from "../harness.js";
import { AppCalls, refusal, type CallArguments } from "./app-calls.js";

const MINUTE = 60_000;

interface Completion {
  readonly context: unknown;
  readonly result: { readonly kind: string; readonly returnValue?: unknown; readonly error?: string };
}

interface Attempt {
  readonly name: string;
  readonly at: number;
  readonly endedAt?: number;
}

class Pools extends AppCalls {
  enqueue(name: string, args: CallArguments = {}): Promise<string> {
    return this.mutation(`pools:${name}`, args);
  }

  completions(workId: string): Promise<Completion[]> {
    return this.query("pools:completionsOf", { workId });
  }

  completed(workId: string): Promise<Completion> {
    return until(async () => (await this.completions(workId)).at(-1), `work ${workId} to end`);
  }

  status(pool: string, id: string): Promise<{ state: string; previousAttempts?: number }> {
    return this.query("pools:getStatus", { pool, id });
  }

  finished(pool: string, id: string): Promise<boolean> {
    return until(async () => (await this.status(pool, id)).state === "finished", `work ${id} to finish`);
  }

  attempts(name: string): Promise<Attempt[]> {
    return this.query("work:attemptsAt", { name });
  }

  begun(prefix: string): Promise<Attempt[]> {
    return this.query("work:allAttempts", { prefix });
  }

  open(gate: string): Promise<null> {
    return this.mutation("work:open", { gate });
  }
}

let server: TestServer;
let app: Pools;

beforeAll(async () => {
  server = await startServer({ flags: ["--test-clock", "yes"] });
  await server.deploy("workpool");
  app = new Pools(server);
});

afterAll(() => server[Symbol.asyncDispose]());

describe("enqueueing", () => {
  test("an action: onComplete gets its result and the context", async () => {
    const id = await app.enqueue("email", { to: "ada@example.com", failures: 0 });
    expect(await app.completed(id)).toMatchObject({ context: { to: "ada@example.com" }, result: { kind: "success", returnValue: 1 } });
    expect(await app.status("email", id)).toEqual({ state: "finished" });
    expect(await app.completions(id)).toHaveLength(1);
  });

  test("a query, and a mutation that fails: its writes are undone", async () => {
    expect((await app.completed(await app.enqueue("askCount"))).result).toEqual({ kind: "success", returnValue: await app.query("work:counter") });
    const id = await app.enqueue("failMutation", { name: "fails" });
    expect((await app.completed(id)).result).toEqual({ kind: "failed", error: expect.stringContaining("this mutation always fails") as string });
    expect(await app.attempts("fails")).toEqual([]);
  });

  test("belongs to the caller's transaction", async () => {
    expect(await refusal(app.mutation("pools:enqueueThenThrow", { to: "never@example.com" }))).toContain("after enqueueing");
    await app.completed(await app.enqueue("email", { to: "marker@example.com", failures: 0 }));
    expect(await app.attempts("never@example.com")).toEqual([]);
  });

  test("a batch, from a mutation and from an action", async () => {
    const fromMutation = await app.mutation<string[]>("pools:scrapeBatch", { cities: ["batch Oslo", "batch Lima", "batch Rome"] });
    const fromAction = await app.action<string[]>("pools:scrapeFromAction", { cities: ["batch Kyiv"] });
    const ids = [...fromMutation, ...fromAction];
    await until(async () => (await app.query<{ state: string }[]>("pools:getStatuses", { pool: "scrape", ids })).every(({ state }) => state === "finished"), "the batch to finish");
    expect((await app.begun("batch ")).map(({ name }) => name).toSorted()).toEqual(["batch Kyiv", "batch Lima", "batch Oslo", "batch Rome"]);
  });

  test("later: runAfter and runAt", async () => {
    const after = await app.enqueue("email", { to: "later@example.com", failures: 0, runAfter: 10 * MINUTE });
    expect(await app.status("email", after)).toEqual({ state: "pending", previousAttempts: 0 });
    await app.completed(await app.enqueue("email", { to: "now@example.com", failures: 0 }));
    expect(await app.attempts("later@example.com")).toEqual([]);
    await server.advanceClock(10 * MINUTE);
    expect((await app.completed(after)).result.kind).toBe("success");
  });

  test("arguments and context of 100 kB each", async () => {
    const { context, result } = await app.completed(await app.enqueue("largeContext", { bytes: 100_000 }));
    expect([(context as { to: string }).to.length, (result.returnValue as string).length]).toEqual([100_000, 100_008]);
    expect(await refusal(app.enqueue("largeContext", { bytes: 1_100_000 }))).toContain("too large");
  });
});

describe("retries", () => {
  test("by default, with a growing pause, until it succeeds", async () => {
    const id = await app.enqueue("email", { to: "retry@example.com", failures: 2 });
    expect((await app.completed(id)).result).toEqual({ kind: "success", returnValue: 3 });
    expect(await app.completions(id)).toHaveLength(1);
  });

  test("as often as asked for, and not at all with `retry: false`", async () => {
    const thrice = await app.enqueue("email", { to: "thrice@example.com", failures: 9 });
    const once = await app.enqueue("email", { to: "once@example.com", failures: 9, retry: false });
    const twice = await app.enqueue("email", { to: "twice@example.com", failures: 9, retry: { maxAttempts: 2, initialBackoffMs: 10, base: 2 } });
    for (const [id, name, attempts] of [[thrice, "thrice", 3], [once, "once", 1], [twice, "twice", 2]] as const) {
      expect((await app.completed(id)).result).toEqual({ kind: "failed", error: expect.stringContaining(`refused attempt ${attempts}`) as string });
      expect(await app.attempts(`${name}@example.com`)).toHaveLength(attempts);
    }
  });

  test("a NonRetryableError ends it at once", async () => {
    const id = await app.enqueue("email", { to: "nowhere", failures: 0 });
    expect((await app.completed(id)).result).toEqual({ kind: "failed", error: "Invalid email address" });
    expect(await app.attempts("nowhere")).toHaveLength(1);
  });

  test("onCompleteExcludeKinds: not called for what is excluded", async () => {
    const success = await app.enqueue("email", { to: "quiet@example.com", failures: 0, excludeKinds: ["success"] });
    const failure = await app.enqueue("email", { to: "loud@example.com", failures: 9, retry: false, excludeKinds: ["success"] });
    expect((await app.completed(failure)).result.kind).toBe("failed");
    await app.finished("email", success);
    expect(await app.completions(success)).toEqual([]);
  });

  test("a callback that fails is undone, and the work is finished all the same", async () => {
    const id = await app.enqueue("withFailingCallback");
    await app.finished("email", id);
    expect(await app.completions(id)).toEqual([]);
  });
});

describe("parallelism", () => {
  test("a pool of two runs two at a time; another pool goes on meanwhile", async () => {
    const ids = await app.mutation<string[]>("pools:scrape", { cities: ["two a", "two b", "two c", "two d"], gate: "two" });
    await until(async () => (await app.begun("two ")).length === 2, "two to begin");
    expect((await app.completed(await app.enqueue("email", { to: "beside@example.com", failures: 0 }))).result.kind).toBe("success");
    const states = (await app.query<{ state: string }[]>("pools:getStatuses", { pool: "scrape", ids })).map(({ state }) => state);
    expect(states).toEqual(["running", "running", "pending", "pending"]);
    expect(await app.begun("two ")).toHaveLength(2);
    await app.open("two");
    for (const id of ids) expect((await app.completed(id)).result.kind).toBe("success");
    const attempts = await app.begun("two ");
    for (const { at } of attempts) expect(attempts.filter((other) => other.at <= at && at < other.endedAt!).length).toBeLessThanOrEqual(2);
  });

  test("a pool of one: 30 increments of one counter, and one from an action", async () => {
    const before = await app.query<number>("work:counter");
    const ids = await app.mutation<string[]>("pools:increment", { times: 30 });
    ids.push(await app.action<string>("pools:doSomethingAndCount"));
    for (const id of ids) await app.finished("counter", id);
    expect(await app.query("work:counter")).toBe(before + 31);
  });

  test("paused with 0 and resumed, while the app runs", async () => {
    await app.mutation("pools:setParallelism", { maxParallelism: 0 });
    const before = await app.query<number>("work:counter");
    const id = await app.enqueue("incrementAsConfigured");
    await app.completed(await app.enqueue("email", { to: "while-paused@example.com", failures: 0 }));
    expect([await app.status("counter", id), await app.query("work:counter")]).toEqual([{ state: "pending", previousAttempts: 0 }, before]);
    await app.mutation("pools:setParallelism", { maxParallelism: 5 });
    await app.finished("counter", id);
    expect(await app.query("work:counter")).toBe(before + 1);
    expect(await refusal(app.mutation("pools:setParallelism", { maxParallelism: 201 }))).toContain("maxParallelism must be <= 200");
  });
});

describe("status and canceling", () => {
  test("status is live: pending, running, finished", async () => {
    const [first, second] = await app.mutation<string[]>("pools:scrape", { cities: ["live a", "live b", "live c"], gate: "live" });
    const seen: string[] = [];
    server.client().onUpdate(queryNamed("pools:getStatus"), { pool: "scrape", id: first }, ({ state }: { state: string }) => seen.push(state));
    await until(() => seen.at(-1) === "running", "the work to run");
    await app.open("live");
    await until(() => seen.at(-1) === "finished", "the work to finish");
    await app.finished("scrape", second!);
  });

  test("work that has not begun never does; work that runs ends by itself", async () => {
    const ids = await app.mutation<string[]>("pools:scrape", { cities: ["cancel a", "cancel b", "cancel c"], gate: "cancel" });
    await until(async () => (await app.begun("cancel ")).length === 2, "two to begin");
    for (const id of ids) await app.mutation("pools:cancelWork", { pool: "scrape", id });
    expect((await app.completed(ids[2]!)).result).toEqual({ kind: "canceled" });
    await app.open("cancel");
    expect([(await app.completed(ids[0]!)).result.kind, (await app.completed(ids[1]!)).result.kind]).toEqual(["success", "success"]);
    expect(await app.begun("cancel ")).toHaveLength(2);
  });

  test("cancelAll, in several transactions", async () => {
    const ids = await app.mutation<string[]>("pools:scrape", { cities: Array.from({ length: 10 }, (_, n) => `all ${n}`), gate: "all", runAt: Date.now() + 10_000 * MINUTE });
    await app.mutation("pools:cancelAll", { pool: "scrape", limit: 4 });
    for (const id of ids) expect((await app.completed(id)).result).toEqual({ kind: "canceled" });
    expect(await app.begun("all ")).toEqual([]);
  });

  test("what can't be: canceling what is unknown or of another pool", async () => {
    const [id] = await app.mutation<string[]>("pools:scrape", { cities: ["another"] });
    await app.completed(id!);
    await app.mutation("pools:cancelWork", { pool: "scrape", id: id! });
    expect(await refusal(app.mutation("pools:cancelWork", { pool: "scrape", id: "no id" }))).toContain("id");
    expect(await refusal(app.mutation("pools:cancelWork", { pool: "email", id: id! }))).toContain("work");
  });
});

test("killed with work in every state: mutations run once, actions that were running are tried again where that was asked for", async () => {
  const before = await app.query<number>("work:counter");
  const running = await app.mutation<string[]>("pools:scrape", { cities: ["killed a", "killed b"], gate: "killed" });
  await until(async () => (await app.begun("killed ")).length === 2, "both to run");
  const ids = await app.mutation<string[]>("pools:increment", { times: 40 });
  await until(async () => (await app.query<number>("work:counter")) >= before + 5, "some increments");
  await server.kill();
  await server.start();
  for (const id of ids) await app.finished("counter", id);
  expect(await app.query("work:counter")).toBe(before + 40);
  await app.open("killed");
  // The pool looks for what has disappeared once a minute, and gives it five.
  await server.advanceClock(7 * MINUTE);
  for (const id of running) expect((await app.completed(id)).result).toEqual({ kind: "failed", error: expect.stringContaining("restarted") as string });
  const again = await app.mutation<string[]>("pools:scrape", { cities: ["after a", "after b", "after c"] });
  for (const id of again) expect((await app.completed(id)).result.kind).toBe("success");
});
