/** Live queries as a client sees them: results, updates, sharing, and what does not wake anybody. SY-1 to SY-16. */
import type { ConvexClient, ConvexHttpClient } from "convex/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, until, type TestServer } from "../harness.js";
import { accounts, bodies, messages } from "./basics-api.js";
import { RawSocket, type Frame } from "./raw-socket.js";
import { Watch } from "./watch.js";

let server: TestServer;
let client: ConvexClient;
let writer: ConvexHttpClient;

beforeAll(async () => {
  server = await startServer({ flags: ["--redact-errors", "no"] });
  await server.deploy("basics");
  client = server.client();
  writer = server.http();
});

afterAll(() => server[Symbol.asyncDispose]());

const RUNS = "rivulet_engine_live_query_runs_total";
const RUNS_UNCHANGED = "rivulet_engine_live_query_runs_unchanged_total";

describe("results", () => {
  test("SY-1 the first result arrives without a change", async () => {
    const watch = Watch.on(client, messages.list, { channel: "first" });
    expect(await watch.value()).toEqual([]);
    expect(watch.said).toHaveLength(1);
  });

  test("SY-2 a write of another client updates the result, with whole documents", async () => {
    const watch = Watch.on(client, messages.list, { channel: "updates" });
    await watch.value();
    const id = await writer.mutation(messages.send, { channel: "updates", body: "hello" });
    const [message] = await watch.value((list) => list.length === 1);
    expect(message).toEqual({ _id: id, _creationTime: expect.any(Number) as number, channel: "updates", body: "hello" });
    await writer.mutation(messages.edit, { id, body: "changed" });
    await watch.value((list) => list[0]?.body === "changed");
    await writer.mutation(messages.remove, { id });
    expect(await watch.value((list) => list.length === 0)).toEqual([]);
  });

  test("SY-3 a one-shot query of a live client answers once, from memory where the query is watched", async () => {
    await writer.mutation(messages.send, { channel: "once", body: "a" });
    expect(bodies(await client.query(messages.list, { channel: "once" }))).toEqual(["a"]);
    const watch = Watch.on(client, messages.list, { channel: "once" });
    await watch.value();
    expect(await client.query(messages.list, { channel: "once" })).toEqual(watch.values.at(-1));
  });

  test("SY-4 a query that is no longer watched says no more, and its server-side subscription ends", async () => {
    const before = await server.metric("rivulet_engine_subscriptions");
    const watch = Watch.on(client, messages.list, { channel: "left" });
    const other = Watch.on(client, messages.list, { channel: "stays" });
    await watch.value();
    await other.value();
    watch.unsubscribe();
    await writer.mutation(messages.send, { channel: "left", body: "unseen" });
    await writer.mutation(messages.send, { channel: "stays", body: "seen" });
    await other.value((list) => list.length === 1);
    expect(watch.said).toHaveLength(1);
    expect(await server.metric("rivulet_engine_subscriptions")).toBe(before + 1);
  });

  test("SY-5 a query watched again gets the newest result, not the one that it had", async () => {
    const watch = Watch.on(client, messages.list, { channel: "again" });
    await watch.value();
    watch.unsubscribe();
    await writer.mutation(messages.send, { channel: "again", body: "meanwhile" });
    const again = Watch.on(client, messages.list, { channel: "again" });
    expect(bodies(await again.value((list) => list.length > 0))).toEqual(["meanwhile"]);
    expect(again.values.every((list) => list.length === 1)).toBe(true);
  });

  test("SY-6 other arguments are another query; equal arguments in another order of fields are the same", async () => {
    const page = { cursor: null, numItems: 1 };
    await writer.mutation(messages.send, { channel: "args", body: "a" });
    const a = Watch.on(client, messages.page, { channel: "args", paginationOpts: page });
    const b = Watch.on(server.client(), messages.page, { paginationOpts: { numItems: 1, cursor: null }, channel: "args" });
    expect((await a.value()).page).toEqual((await b.value()).page);
    const before = await server.metric("rivulet_engine_live_queries");
    const c = Watch.on(client, messages.page, { channel: "other args", paginationOpts: page });
    expect((await c.value()).page).toEqual([]);
    expect(await server.metric("rivulet_engine_live_queries")).toBe(before + 1);
  });
});

describe("sharing", () => {
  test("SY-8 200 clients with one query cost one execution per change", async () => {
    const watches = Array.from({ length: 200 }, () => Watch.on(server.client(), messages.list, { channel: "shared" }));
    await Promise.all(watches.map((watch) => watch.value()));
    for (const body of ["one", "two", "three"]) {
      const before = await server.metric(RUNS);
      await writer.mutation(messages.send, { channel: "shared", body });
      await Promise.all(watches.map((watch) => watch.value((list) => list.at(-1)?.body === body)));
      expect(await server.metric(RUNS)).toBe(before + 1);
    }
    expect(new Set(watches.map((watch) => JSON.stringify(watch.values.at(-1)))).size).toBe(1);
  });

  test("SY-9 a write that leaves its document equal wakes nobody", async () => {
    const id = await writer.mutation(messages.send, { channel: "equal", body: "same" });
    const watch = Watch.on(client, messages.list, { channel: "equal" });
    await watch.value();
    const before = await server.metric(RUNS);
    await writer.mutation(messages.edit, { id, body: "same" });
    await writer.mutation(messages.edit, { id, body: "different" });
    await watch.value((list) => list[0]?.body === "different");
    expect(await server.metric(RUNS)).toBe(before + 1);
    expect(watch.values).toHaveLength(2);
  });

  test("SY-10 a write outside what a query read does not run it", async () => {
    const watch = Watch.on(client, messages.list, { channel: "range" });
    await watch.value();
    const before = await server.metric(RUNS);
    for (const channel of ["rang", "range ", "rangf", "a", "z"]) await writer.mutation(messages.send, { channel, body: "elsewhere" });
    expect(await server.metric(RUNS)).toBe(before);
    await writer.mutation(messages.send, { channel: "range", body: "here" });
    await watch.value((list) => list.length === 1);
    expect(await server.metric(RUNS)).toBe(before + 1);
  });

  test("SY-11 a run with an equal result tells nobody", async () => {
    const id = await writer.mutation(messages.send, { channel: "unchanged", body: "a" });
    const count = Watch.on(client, messages.count, {});
    const list = Watch.on(client, messages.list, { channel: "unchanged" });
    await count.value();
    await list.value();
    const said = count.said.length;
    const unchanged = await server.metric(RUNS_UNCHANGED);
    await writer.mutation(messages.edit, { id, body: "b" });
    await list.value((messages) => messages[0]?.body === "b");
    expect(await server.metric(RUNS_UNCHANGED)).toBe(unchanged + 1);
    expect(count.said).toHaveLength(said);
    count.unsubscribe();
  });

  test("SY-12 a document that leaves a query's range wakes it, one that enters it too", async () => {
    const [from, to] = await Promise.all(["a", "b"].map((owner) => writer.mutation(accounts.open, { owner, balance: 50 })));
    const watch = Watch.on(client, accounts.balance, { id: from! });
    const total = Watch.on(client, accounts.total, {});
    const before = await total.value();
    await watch.value();
    await writer.mutation(accounts.transfer, { from: from!, to: to!, amount: 20 });
    expect(await watch.value((balance) => balance !== 50)).toBe(30);
    await writer.mutation(accounts.open, { owner: "c", balance: 5 });
    expect(await total.value((value) => value === before + 5)).toBe(before + 5);
  });
});

describe("size", () => {
  test("SY-13 one socket carries 500 subscriptions, each woken only by its own writes", async () => {
    const crowded = server.client();
    const watches = Array.from({ length: 500 }, (_, i) => Watch.on(crowded, messages.list, { channel: `many ${i}` }));
    await Promise.all(watches.map((watch) => watch.value()));
    const before = await server.metric(RUNS);
    await writer.mutation(messages.send, { channel: "many 250", body: "you" });
    await watches[250]!.value((list) => list.length === 1);
    expect(await server.metric(RUNS)).toBe(before + 1);
    expect(watches.filter((watch) => watch.said.length > 1)).toHaveLength(1);
  });

  test("SY-14 a result above 5 MiB comes in chunks that make one transition", async () => {
    // Characters outside the basic plane: a chunk that cut one in half would not come back as it was.
    const body = "😀".repeat(200_000);
    await Promise.all(Array.from({ length: 14 }, () => writer.mutation(messages.send, { channel: "large", body }, { skipQueue: true })));
    const raw = await RawSocket.connect(server.url);
    raw.send({ type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications: [{ type: "Add", queryId: 0, udfPath: "messages:list", args: [{ channel: "large" }] }] });
    const chunks = await until(() => chunksOf(raw.frames), "all chunks");
    expect(chunks.length).toBeGreaterThan(1);
    expect(new Set(chunks.map((chunk) => chunk["transitionId"])).size).toBe(1);
    expect(chunks.map((chunk) => chunk["partNumber"])).toEqual(chunks.map((_, i) => i));
    const whole = JSON.parse(chunks.map((chunk) => chunk["chunk"] as string).join("")) as Frame;
    expect(whole.type).toBe("Transition");
    await raw.close();

    const list = await client.query(messages.list, { channel: "large" });
    expect(list).toHaveLength(14);
    expect(list.every((message) => message.body === body)).toBe(true);
  });

  test("SY-15 a hundred documents written at once arrive in one update", async () => {
    const watch = Watch.on(client, messages.list, { channel: "burst" });
    await watch.value();
    await writer.mutation(messages.sendMany, { channel: "burst", count: 100 });
    await watch.value((list) => list.length > 0);
    expect(watch.values.map((list) => list.length)).toEqual([0, 100]);
  });
});

describe("logs", () => {
  test("SY-16 what a query printed reaches the client's logger, by level", async () => {
    const lines: unknown[][] = [];
    const log = (...line: unknown[]): void => void lines.push(line);
    const logging = server.client({ logger: { log, warn: log, error: log, logVerbose: () => undefined } });
    await Watch.on(logging, messages.logging, {}).value();
    expect(lines.filter(([prefix]) => String(prefix).includes("messages:logging"))).toEqual([
      ["%c[CONVEX Q(messages:logging)] [LOG]", expect.any(String), "'hello' { a: 1 }"],
      ["%c[CONVEX Q(messages:logging)] [WARN]", expect.any(String), "'careful'"],
    ]);
  });
});

function chunksOf(frames: readonly Frame[]): Frame[] | null {
  const chunks = frames.filter((frame) => frame.type === "TransitionChunk");
  return chunks.length > 0 && chunks.length === chunks[0]!["totalParts"] ? chunks : null;
}
