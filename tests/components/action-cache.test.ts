/** `@convex-dev/action-cache`, used as its README does. The clock is moved to where entries have expired. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, until, type TestServer } from "../harness.js";
import { AppCalls, refusal } from "./app-calls.js";
import { FunctionLog } from "./function-log.js";

const HOUR = 3_600_000;

let server: TestServer;
let app: AppCalls;

beforeAll(async () => {
  server = await startServer({ flags: ["--test-clock", "yes"] });
  await server.deploy("action-cache");
  app = new AppCalls(server);
});

afterAll(() => server[Symbol.asyncDispose]());

type Cache = "unnamed" | "first" | "second" | "brief";
const fetchEmbedding = (cache: Cache, text: string, options: { ttl?: number; force?: boolean } = {}): Promise<number[]> => app.action("example:fetchEmbedding", { cache, text, ...options });
/** How often the action behind the caches has run. */
const runs = (text: string): Promise<number> => app.query("example:runs", { text });

describe("fetch", () => {
  test("runs the action once for the same arguments, and says so in its log", async () => {
    expect(await fetchEmbedding("first", "hi")).toEqual([104, 105]);
    expect(await fetchEmbedding("first", "hi")).toEqual([104, 105]);
    expect(await runs("hi")).toBe(1);
    const log = new FunctionLog(server);
    expect(await log.printed("action-cache-stats")).toBe(2);
    expect(await log.printed('\\"get\\":\\"miss\\",\\"put\\":\\"created\\"') + (await log.printed('"get":"miss","put":"created"'))).toBe(1);
  });

  test("other arguments, another name and the name of the function are other entries", async () => {
    await fetchEmbedding("first", "ho");
    await fetchEmbedding("second", "ho");
    await fetchEmbedding("unnamed", "ho");
    expect(await runs("ho")).toBe(3);
    await Promise.all([fetchEmbedding("first", "ho"), fetchEmbedding("second", "ho"), fetchEmbedding("unnamed", "ho")]);
    expect(await runs("ho")).toBe(3);
  });

  test("many at once in one action", async () => {
    await fetchEmbedding("first", "many-0");
    const texts = Array.from({ length: 8 }, (_, i) => `many-${i}`);
    expect(await app.action("example:fetchMany", { cache: "first", texts })).toHaveLength(8);
    expect(await Promise.all(texts.map(runs))).toEqual(texts.map(() => 1));
  });

  test("an action that fails leaves nothing in the cache", async () => {
    expect(await refusal(fetchEmbedding("first", "fails"))).toContain("no embedding of fails");
    expect(await refusal(fetchEmbedding("first", "fails"))).toContain("no embedding of fails");
    expect(await runs("fails")).toBe(2);
  });

  test("with force it runs all the same, and what it returns is the entry from then on", async () => {
    await fetchEmbedding("second", "forced");
    await fetchEmbedding("second", "forced", { force: true });
    await fetchEmbedding("second", "forced");
    expect(await runs("forced")).toBe(2);
  });
});

describe("clearing", () => {
  test("one entry, all of a name, and all", async () => {
    await Promise.all((["first", "second"] as const).flatMap((cache) => ["x", "y"].map((text) => fetchEmbedding(cache, text))));
    await app.mutation("example:remove", { cache: "first", text: "x" });
    await fetchEmbedding("first", "x");
    expect(await runs("x")).toBe(3);
    await app.mutation("example:removeAllForName", { cache: "first" });
    await Promise.all([fetchEmbedding("first", "y"), fetchEmbedding("second", "y")]);
    expect(await runs("y")).toBe(3);
    await app.mutation("example:removeAll");
    await Promise.all([fetchEmbedding("first", "y"), fetchEmbedding("second", "y")]);
    expect(await runs("y")).toBe(5);
  });

  test("more entries than a batch: the component goes on by itself", async () => {
    const texts = Array.from({ length: 7 }, (_, i) => `batch-${i}`);
    await app.action("example:fetchMany", { cache: "second", texts });
    await app.mutation("example:removeAllForName", { cache: "second", batchSize: 2 });
    const log = new FunctionLog(server);
    await until(async () => (await log.successes("lib:removeAll", "actionCache")) >= 1, "the rest to be removed by jobs");
    await app.action("example:fetchMany", { cache: "second", texts });
    expect(await Promise.all(texts.map(runs))).toEqual(texts.map(() => 2));
  });
});

describe("a time to live", () => {
  test("is that of the cache or of the call, and the shorter one counts", async () => {
    await fetchEmbedding("brief", "ttl");
    await fetchEmbedding("first", "ttl", { ttl: 10 * HOUR });
    await server.advanceClock(HOUR + 1);
    await fetchEmbedding("brief", "ttl");
    expect(await runs("ttl")).toBe(3);
    await fetchEmbedding("first", "ttl", { ttl: 10 * HOUR });
    expect(await runs("ttl")).toBe(3);
    await fetchEmbedding("first", "ttl", { ttl: HOUR });
    expect(await runs("ttl")).toBe(4);
  });

  test("the component's daily cron deletes what has expired, more of it than it does at a time", async () => {
    await app.action("example:fetchMany", { cache: "brief", texts: Array.from({ length: 12 }, (_, i) => `cron-${i}`) });
    const log = new FunctionLog(server);
    const before = await log.successes("crons:purge", "actionCache");
    await server.advanceClock(25 * HOUR);
    await until(async () => (await log.successes("crons:purge", "actionCache")) >= before + 2, "the purge, and the one that it scheduled");
    await until(async () => (await log.printed("Cache purge complete")) > 0, "the purge to have an end");
  });
});

test("wrong input is refused, and entries survive a kill", async () => {
  expect(await refusal(app.action("example:fetchEmbedding", { cache: "first", text: 1 }))).toContain("Value does not match validator");
  await fetchEmbedding("first", "durable");
  await server.kill();
  await server.start();
  await fetchEmbedding("first", "durable");
  expect(await runs("durable")).toBe(1);
});
