/** Mutations of a live client: their order, what is seen when, optimistic updates and their end. SY-29 to SY-36, SY-78. */
import type { ConvexClient } from "convex/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, until, type TestServer } from "../harness.js";
import { baseClient } from "./base-client.js";
import { accounts, bodies, messages, type Message } from "./basics-api.js";
import { Watch } from "./watch.js";

let server: TestServer;
let client: ConvexClient;

beforeAll(async () => {
  server = await startServer({ flags: ["--redact-errors", "no"] });
  await server.deploy("basics");
  client = server.client();
});

afterAll(() => server[Symbol.asyncDispose]());

type ListStore = Parameters<NonNullable<NonNullable<Parameters<ConvexClient["mutation"]>[2]>["optimisticUpdate"]>>[0];

function addOptimistically(store: ListStore, message: Pick<Message, "channel" | "body">): void {
  const shown = store.getQuery(messages.list, { channel: message.channel });
  if (shown === undefined) return;
  store.setQuery(messages.list, { channel: message.channel }, [...shown, { _id: "optimistic", _creationTime: 0, ...message }]);
}

describe("order", () => {
  test("SY-29 100 mutations sent at once are applied in the order of the calls", async () => {
    const expected = Array.from({ length: 100 }, (_, i) => `${i}`);
    await Promise.all(expected.map((body) => client.mutation(messages.send, { channel: "order", body })));
    const list = await client.query(messages.list, { channel: "order" });
    expect(bodies(list)).toEqual(expected);
    const times = list.map((message) => message._creationTime);
    expect(times.every((time, i) => i === 0 || time > times[i - 1]!)).toBe(true);
  });

  test("SY-30 their answers come in that order too", async () => {
    const answered: number[] = [];
    const id = await client.mutation(accounts.open, { owner: "order", balance: 0 });
    const results = await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const balance = await client.mutation(accounts.increment, { id });
        answered.push(i);
        return balance;
      }),
    );
    expect(results).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(answered).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });
});

describe("read your own writes", () => {
  test("SY-31 when a mutation resolves, the queries that it changed show it", async () => {
    const watch = Watch.on(client, messages.list, { channel: "own" });
    await watch.value();
    for (let i = 1; i <= 20; i++) {
      await client.mutation(messages.send, { channel: "own", body: `${i}` });
      expect(client.client.localQueryResult("messages:list", { channel: "own" })).toHaveLength(i);
    }
  });

  test("SY-32 a mutation resolves though nothing that is watched changed", async () => {
    const lonely = server.client();
    expect(await lonely.mutation(messages.send, { channel: "nobody", body: "a" })).toMatch(/^[0-9a-z]{31,37}$/);
  });

  test("SY-78 a mutation that writes nothing resolves too, for clients that watch something and for those that do not", { timeout: 5_000 }, async () => {
    const id = await client.mutation(messages.send, { channel: "no write", body: "same" });
    await Watch.on(client, messages.list, { channel: "no write" }).value();
    for (const caller of [client, server.client()]) {
      expect(await caller.mutation(messages.sendMany, { channel: "no write", count: 0 })).toBeNull();
      expect(await caller.mutation(messages.edit, { id, body: "same" })).toBeNull();
    }
  });
});

describe("optimistic updates", () => {
  test("SY-33 an optimistic value is shown at once and replaced by the server's without a gap", async () => {
    const watch = Watch.on(client, messages.list, { channel: "optimistic" });
    await watch.value();
    const sent = client.mutation(messages.send, { channel: "optimistic", body: "now" }, { optimisticUpdate: (store) => addOptimistically(store, { channel: "optimistic", body: "now" }) });
    expect(watch.values.at(-1)).toEqual([{ _id: "optimistic", _creationTime: 0, channel: "optimistic", body: "now" }]);
    const id = await sent;
    expect(watch.values.at(-1)).toEqual([{ _id: id, _creationTime: expect.any(Number) as number, channel: "optimistic", body: "now" }]);
    expect(watch.values.map((list) => list.length)).toEqual([0, 1, 1]);
  });

  test("SY-34 it is taken back when the mutation fails", async () => {
    const watch = Watch.on(client, messages.list, { channel: "rollback" });
    await watch.value();
    const sent = client.mutation(messages.send, { channel: "rollback", body: "" }, { optimisticUpdate: (store) => addOptimistically(store, { channel: "rollback", body: "" }) });
    expect(watch.values.at(-1)).toHaveLength(1);
    await expect(sent).rejects.toThrow("Uncaught ConvexError");
    await watch.value((list) => list.length === 0);
    expect(watch.values.map((list) => list.length)).toEqual([0, 1, 0]);
  });

  test("SY-35 others' writes show through one that is pending", async () => {
    const watch = Watch.on(client, messages.list, { channel: "through" });
    await watch.value();
    const other = server.client();
    const theirs = other.mutation(messages.send, { channel: "through", body: "theirs" });
    const ours = client.mutation(messages.send, { channel: "through", body: "ours" }, { optimisticUpdate: (store) => addOptimistically(store, { channel: "through", body: "ours" }) });
    await Promise.all([theirs, ours]);
    const list = await watch.value((messages) => messages.length === 2);
    expect(bodies(list).sort()).toEqual(["ours", "theirs"]);
    expect(list.every((message) => message._id !== "optimistic")).toBe(true);
  });

  test("SY-36 the reflected mutation and its effect come in one transition", async () => {
    const base = baseClient(server);
    base.subscribe("messages:list", { channel: "reflected" });
    await until(() => base.localQueryResult("messages:list", { channel: "reflected" }) !== undefined, "the first result");
    const seen: { reflected: number; shown: number }[] = [];
    base.addOnTransitionHandler(({ reflectedMutations }) => {
      const shown = base.localQueryResult("messages:list", { channel: "reflected" }) as unknown[];
      seen.push({ reflected: reflectedMutations.length, shown: shown.length });
    });
    await base.mutation("messages:send", { channel: "reflected", body: "a" });
    expect(seen).toEqual([{ reflected: 1, shown: 1 }]);
  });
});
