/** `@convex-dev/sharded-counter`, used as its README does. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { queryNamed, startServer, type TestServer } from "../harness.js";
import { Watch } from "../sync/watch.js";
import { AppCalls, refusal } from "./app-calls.js";
import { FunctionLog } from "./function-log.js";

let server: TestServer;
let app: AppCalls;

beforeAll(async () => {
  server = await startServer();
  await server.deploy("sharded-counter");
  app = new AppCalls(server);
});

afterAll(() => server[Symbol.asyncDispose]());

const count = (key: string): Promise<number> => app.query("counters:count", { key });
const add = (key: string, by?: number): Promise<null> => app.mutation("counters:add", { key, ...(by === undefined ? {} : { by }) });
const estimate = (key: string, shards?: number): Promise<number> => app.query("counters:estimate", { key, ...(shards === undefined ? {} : { shards }) });

describe("counting", () => {
  test("a counter of one key goes up, down and back to nothing, and is read in the mutation that changes it", async () => {
    expect(await count("checkboxes")).toBe(0);
    expect(await app.mutation("counters:exercise")).toBe(1);
    await app.mutation("counters:add", { key: "checkboxes", by: 5 });
    await app.mutation("counters:subtract", { key: "checkboxes", by: 2.5 });
    expect(await count("checkboxes")).toBe(3.5);
    await app.mutation("counters:reset", { key: "checkboxes" });
    expect(await count("checkboxes")).toBe(0);
  });

  test("keys have nothing to do with one another", async () => {
    await add("apples", 3);
    await add("apples\u0000", 4);
    await add("", 5);
    expect(await Promise.all(["apples", "apples\u0000", "", "pears"].map(count))).toEqual([3, 4, 5, 0]);
  });

  test("two increments that run side by side in one mutation both count", async () => {
    expect(await app.mutation("counters:addTwice", { key: "users" })).toBe(2);
  });

  test("many clients at once, and an action, lose nothing", async () => {
    const many = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? app.mutation("counters:subtract", { key: "beans" }) : add("beans", 2)));
    const [inAction] = await Promise.all([app.action<number>("counters:addInAction", { key: "beans", times: 10 }), ...many]);
    expect(inAction).toBeGreaterThanOrEqual(10 - 20);
    expect(await count("beans")).toBe(60 * 2 - 20 * 3 + 10);
  });

  test("a mutation that fails has counted nothing", async () => {
    expect(await refusal(app.mutation("counters:addThenThrow", { key: "failed" }))).toContain("the mutation fails after it counted");
    expect(await count("failed")).toBe(0);
  });
});

describe("shards", () => {
  test("an estimate reads as many shards as it is told, and is exact after a rebalance", async () => {
    await add("beans", 1000 - (await count("beans")));
    await app.mutation("counters:rebalance", { key: "beans" });
    expect(await estimate("beans")).toBe(1000);
    expect(await estimate("beans", 3)).toBeCloseTo(1000, 9);
    expect(await count("beans")).toBe(1000);
  });

  test("with fewer shards the rest is still counted, and gone after a rebalance", async () => {
    await app.mutation("counters:rebalance", { key: "beans", fewer: true });
    expect(await count("beans")).toBe(1000);
    // Only two of ten shards are left, with half of it each: an estimate of ten finds none or five times as much of it.
    expect([0, 5000]).toContain(await estimate("beans"));
  });

  test("an estimate runs again only when the shard that it read has changed, a count each time", async () => {
    const log = new FunctionLog(server);
    const client = server.client();
    await add("checkboxes", 100);
    await app.mutation("counters:rebalance", { key: "checkboxes" });
    const total = Watch.on(client, queryNamed("counters:count"), { key: "checkboxes" });
    const guess = Watch.on(client, queryNamed("counters:estimate"), { key: "checkboxes" });
    expect(await total.value()).toBe(100);
    expect(await guess.value()).toBe(100);
    const [counts, estimates] = [await log.successes("counters:count"), await log.successes("counters:estimate")];
    for (let i = 1; i <= 20; i++) {
      await add("checkboxes", 1);
      await total.value((value) => value === 100 + i);
    }
    expect((await log.successes("counters:count")) - counts).toBe(20);
    // One shard of 100 is read: that 20 random ones hit it more than 5 times is less likely than 1 in 10 million.
    expect((await log.successes("counters:estimate")) - estimates).toBeLessThanOrEqual(5);
  });

  test("another key's changes run nothing", async () => {
    const log = new FunctionLog(server);
    const client = server.client();
    const ada = Watch.on(client, queryNamed("counters:friendCount"), { user: "ada" });
    const bob = Watch.on(client, queryNamed("counters:friendCount"), { user: "bob" });
    await ada.value();
    await bob.value();
    const before = await log.successes("counters:friendCount");
    for (let i = 1; i <= 5; i++) {
      await app.mutation("counters:befriend", { user: "bob" });
      await bob.value((value) => value === i);
    }
    expect((await log.successes("counters:friendCount")) - before).toBe(5);
    expect(ada.values).toEqual([0]);
  });
});

describe("beside a table", () => {
  test("a trigger counts what is inserted and deleted", async () => {
    await app.mutation("counters:insertUsers", { names: ["ada", "bob", "eve"] });
    const before = await count("users");
    await app.mutation("counters:insertUsers", { names: ["dan"] });
    expect(await count("users")).toBe(before + 1);
    await app.mutation("counters:deleteUsers");
    expect(await count("users")).toBe(before - 3);
  });
});

test("wrong input is refused, and counts survive a kill", async () => {
  expect(await refusal(app.mutation("counters:add", { key: "users", by: "1" }))).toContain("Value does not match validator");
  const before = await count("users");
  await add("users", 7);
  await server.kill();
  await server.start();
  expect(await count("users")).toBe(before + 7);
});
