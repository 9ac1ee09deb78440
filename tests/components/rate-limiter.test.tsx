// @vitest-environment happy-dom
/** `@convex-dev/rate-limiter`, used as its README does: its limits and its hook. The clock is moved to where tokens are back. */
import { calculateRateLimit } from "@convex-dev/rate-limiter";
import { useRateLimit } from "@convex-dev/rate-limiter/react";
import { ConvexError } from "convex/values";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mutationNamed, queryNamed, startServer, until, type TestServer } from "../harness.js";
import { MountedHook, reactClient } from "../sync/mounted-hook.js";
import { Watch } from "../sync/watch.js";
import { AppCalls, refusal, type CallArguments } from "./app-calls.js";
import { FunctionLog } from "./function-log.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

interface Status {
  readonly ok: boolean;
  readonly retryAfter?: number;
}

let server: TestServer;
let app: AppCalls;

beforeAll(async () => {
  server = await startServer({ flags: ["--test-clock", "yes"] });
  await server.deploy("rate-limiter");
  app = new AppCalls(server);
});

afterAll(() => server[Symbol.asyncDispose]());

const limit = (name: string, options: CallArguments = {}): Promise<Status> => app.mutation("limits:limit", { name, ...options });
const check = (name: string, options: CallArguments = {}): Promise<Status> => app.query("limits:check", { name, ...options });
const value = (name: string, options: CallArguments = {}): Promise<{ value: number; ts: number; config: Parameters<typeof calculateRateLimit>[1] }> => app.query("limits:getValue", { name, ...options });

describe("strategies", () => {
  test("a fixed window gives all tokens at once, when the next begins", async () => {
    for (let i = 0; i < 3; i++) expect(await limit("freeTrialSignUp")).toEqual({ ok: true });
    const status = await limit("freeTrialSignUp");
    expect(status.ok).toBe(false);
    expect(status.retryAfter).toBeGreaterThan(0);
    expect(status.retryAfter).toBeLessThanOrEqual(HOUR);
    await server.advanceClock(HOUR);
    for (let i = 0; i < 3; i++) expect(await limit("freeTrialSignUp")).toEqual({ ok: true });
    expect((await limit("freeTrialSignUp")).ok).toBe(false);
  });

  test("a token bucket fills with time, for each key its own", async () => {
    for (let i = 0; i < 3; i++) expect(await limit("sendMessage", { key: "ada" })).toEqual({ ok: true });
    const status = await limit("sendMessage", { key: "ada" });
    expect(status.ok).toBe(false);
    expect(status.retryAfter).toBeLessThanOrEqual(6 * SECOND);
    expect(await limit("sendMessage", { key: "bob" })).toEqual({ ok: true });
    await server.advanceClock(6 * SECOND);
    expect(await limit("sendMessage", { key: "ada" })).toEqual({ ok: true });
    expect((await limit("sendMessage", { key: "ada" })).ok).toBe(false);
  });
});

describe("options", () => {
  test("count: several at once, and never more than there can be", async () => {
    expect(await limit("sendMessage", { key: "count", count: 3 })).toEqual({ ok: true });
    expect((await limit("sendMessage", { key: "count" })).ok).toBe(false);
    expect(await refusal(limit("sendMessage", { key: "count", count: 4 }))).toContain("Rate limit sendMessage count 4 exceeds 3.");
  });

  test("throws: a ConvexError with data that clients can read", async () => {
    await limit("failedLogins", { key: "eve", count: 2 });
    const error = await limit("failedLogins", { key: "eve", throws: true }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConvexError);
    expect((error as ConvexError<CallArguments>).data).toEqual({ kind: "RateLimited", name: "failedLogins", retryAfter: expect.any(Number) as number });
  });

  test("check uses nothing up, and reset gives all back", async () => {
    for (let i = 0; i < 4; i++) expect(await check("failedLogins", { key: "dan" })).toEqual({ ok: true });
    await limit("failedLogins", { key: "dan", count: 2 });
    expect((await check("failedLogins", { key: "dan" })).ok).toBe(false);
    await app.mutation("limits:reset", { name: "failedLogins", key: "dan" });
    expect(await check("failedLogins", { key: "dan", count: 2 })).toEqual({ ok: true });
  });

  test("a limit given where it is used, and one that nobody has defined", async () => {
    expect(await app.mutation("limits:limitOnce", { key: "inline" })).toEqual({ ok: true });
    expect(await app.mutation<Status>("limits:limitOnce", { key: "inline" })).toMatchObject({ ok: false });
    expect(await refusal(app.mutation("limits:limitWith", { name: "undefined", options: {} }))).toContain("Rate limit undefined not defined.");
    expect(await refusal(app.mutation("limits:limitWith", { name: "sendMessage", options: { key: 7 } }))).toContain("Value does not match validator");
  });

  test("from an action", async () => {
    expect(await app.action("limits:limitInAction", { name: "sendMessage", key: "action", count: 3 })).toEqual({ ok: true });
    expect(await app.action<Status>("limits:limitInAction", { name: "sendMessage", key: "action" })).toMatchObject({ ok: false });
  });

  test("getValue, and what it will be by the client's own reckoning", async () => {
    await limit("sendMessage", { key: "value", count: 2 });
    const { value: tokens, ts, config } = await value("sendMessage", { key: "value" });
    expect([tokens, config.rate, config.capacity]).toEqual([1, 10, 3]);
    expect(calculateRateLimit({ value: tokens, ts }, config, ts + 6 * SECOND, 0).value).toBe(2);
    expect(calculateRateLimit({ value: tokens, ts }, config, ts, 2)).toMatchObject({ value: -1, retryAfter: 6 * SECOND });
  });
});

describe("transactions", () => {
  test("what a failed mutation used is there again, of both limits", async () => {
    expect(await refusal(app.mutation("limits:signUp", { user: "tx", fail: true }))).toContain("the sign-up fails");
    expect([(await value("freeTrialSignUp", { key: "transactions" })).value, (await value("sendMessage", { key: "tx" })).value]).toEqual([3, 3]);
    for (let i = 0; i < 3; i++) await app.mutation("limits:signUp", { user: "tx", fail: false });
    expect(await refusal(app.mutation("limits:signUp", { user: "tx", fail: false }))).toContain("RateLimited");
    expect(await app.query("limits:done", { prefix: "sign-up tx" })).toHaveLength(3);
  });

  test("fifty clients at once get exactly what there is", async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => limit("failedLogins", { key: "crowd" })));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(2);
  });

  test("shards never give more than the limit", async () => {
    expect(await limit("llmTokens", { count: 4000 })).toEqual({ ok: true });
    expect(await refusal(limit("llmTokens", { count: 8001 }))).toContain("exceeds 8000 per 10 shards.");
    let granted = 0;
    for (let batch = 0; batch < 30; batch++) {
      const answers = await Promise.all(Array.from({ length: 5 }, () => limit("llmRequests", { count: 20 })));
      granted += answers.filter(({ ok }) => ok).length * 20;
    }
    expect(granted).toBeLessThanOrEqual(1000);
    expect(granted).toBeGreaterThan(700);
    expect((await value("llmRequests", { sampleShards: 10 })).value).toBeLessThan(100);
  });
});

describe("reserve", () => {
  test("jobs queue up for when their share is due, and no further than allowed", async () => {
    await app.mutation("limits:book", { names: ["booking a", "booking b", "booking c", "booking d", "booking e"] });
    const done = (): Promise<string[]> => app.query("limits:done", { prefix: "booking" });
    const log = new FunctionLog(server);
    await until(async () => (await log.successes("limits:bookingJob")) >= 5, "every job to ask for its share");
    await server.advanceClock(5 * MINUTE);
    await until(async () => (await done()).length >= 3, "what was reserved to be done");
    // One at once, two later; what is more than two ahead is refused.
    expect(await done()).toHaveLength(3);
  });
});

describe("asynchronous updates", () => {
  test("are applied by the worker: what was used counts a little later, and nothing is lost", async () => {
    expect(await limit("llmTokenBudget", { count: 10 })).toEqual({ ok: true });
    await until(async () => !(await check("llmTokenBudget")).ok, "the worker to apply the update");
    expect((await value("llmTokenBudget")).value).toBe(0);
    expect((await limit("llmTokenBudget")).ok).toBe(false);
  });

  test("many at once may overdraw, and all of it is accounted for", async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => limit("llmTokenBudget", { key: "burst" })));
    const used = answers.filter(({ ok }) => ok).length;
    await until(async () => Math.abs((await value("llmTokenBudget", { key: "burst" })).value - (10 - used)) < 0.5, "all of it to be applied");
    expect(used).toBeGreaterThanOrEqual(10);
    await app.mutation("limits:reset", { name: "llmTokenBudget", key: "burst" });
    await until(async () => (await value("llmTokenBudget", { key: "burst" })).value === 10, "the reset to be applied");
  });
});

describe("reactivity", () => {
  test("another key's use runs no value again", async () => {
    const log = new FunctionLog(server);
    const client = server.client();
    const ada = Watch.on(client, queryNamed("limits:getValue"), { name: "failedLogins", key: "reactive ada" });
    const bob = Watch.on(client, queryNamed("limits:getValue"), { name: "failedLogins", key: "reactive bob" });
    await ada.value();
    await bob.value();
    const before = await log.successes("limits:getValue");
    await limit("failedLogins", { key: "reactive bob" });
    await bob.value((state) => (state as { value: number }).value === 1);
    expect((await log.successes("limits:getValue")) - before).toBe(1);
    expect(ada.values).toHaveLength(1);
  });
});

describe("useRateLimit", () => {
  const getRateLimit = queryNamed("limits:getRateLimit") as unknown as Parameters<typeof useRateLimit>[0];
  const getServerTimeMutation = mutationNamed("limits:getServerTime") as unknown as NonNullable<NonNullable<Parameters<typeof useRateLimit>[1]>["getServerTimeMutation"]>;

  test("says whether there are tokens, by the server's clock, as they are used up", async () => {
    const hook = new MountedHook(reactClient(server), ({ count }: { count: number }) => useRateLimit(getRateLimit, { key: "hook", count, getServerTimeMutation }), { count: 2 });
    await hook.until(({ status }) => status !== undefined, "the limit");
    expect(hook.last.status).toEqual({ ok: true, retryAt: undefined });
    await limit("sendMessage", { key: "hook", count: 2 });
    await hook.until(({ status }) => status?.ok === false, "the limit to be reached");
    expect(hook.last.check(Date.now(), 1)).toMatchObject({ ok: true, config: { rate: 10, capacity: 3 } });
    expect(hook.last.status?.retryAt).toBeGreaterThan(Date.now() - MINUTE);
    hook.render({ count: 1 });
    await hook.until(({ status }) => status?.ok === true, "one token to be enough");
    hook.unmount();
  });

  test("a key of the client's is the server's to allow", async () => {
    expect(await refusal(app.query("limits:getRateLimit", { key: "secret" }))).toContain("This key is not yours.");
    expect(await refusal(app.query("limits:keyless", { key: "any" }))).toContain("To allow client-provided key");
    expect(await app.query("limits:keyless", {})).toMatchObject({ value: 3 });
  });
});

test("a kill: what was used stays used, and what was queued is applied once", async () => {
  await limit("failedLogins", { key: "killed" });
  await Promise.all(Array.from({ length: 4 }, () => limit("llmTokenBudget", { key: "killed" })));
  await server.kill();
  await server.start();
  expect((await value("failedLogins", { key: "killed" })).value).toBe(1);
  await until(async () => Math.abs((await value("llmTokenBudget", { key: "killed" })).value - 6) < 0.5, "the queued updates to be applied");
  await limit("llmTokenBudget", { key: "killed" });
  await until(async () => Math.abs((await value("llmTokenBudget", { key: "killed" })).value - 5) < 0.5, "one more");
});
