/**
 * Mutations that are known to be slow may run beside others. What clients rely on (order, exactly once, serializability,
 * errors) is the same. SY-98 to SY-103.
 */
import { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { ConvexError } from "convex/values";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer, until, type TestServer } from "../harness.js";
import { live } from "./surface-api.js";
import { TcpProxy } from "./tcp-proxy.js";
import { Watch } from "./watch.js";

/** Some 40 ms of computing on an ordinary machine. */
const ROUNDS = 30_000_000;

type Slow = { group: string; rank: number; rounds: number };
const slowAdd = makeFunctionReference<"mutation", Slow, string>("slow:add");
const leaveUnlessLast = makeFunctionReference<"mutation", Slow, null>("slow:leaveUnlessLast");
const order = makeFunctionReference<"query", { group: string }, number[]>("slow:order");
const busy = makeFunctionReference<"query", { rounds: number; nonce: number }, boolean>("slow:busy");

let server: TestServer;
let client: ConvexClient;

beforeAll(async () => {
  server = await startServer({ flags: ["--redact-errors", "no", "--function-time-max", "20s"] });
  await server.deploy("surface");
  client = server.client();
  // From a few runs the server knows what is slow.
  for (let rank = 0; rank < 3; rank++) await client.mutation(slowAdd, { group: "warm", rank, rounds: ROUNDS });
  for (const rank of [1, 2]) await client.mutation(live.add, { group: "warm leave", rank });
  for (let i = 0; i < 3; i++) await client.mutation(leaveUnlessLast, { group: "warm leave", rank: 1, rounds: ROUNDS });
  await client.mutation(slowAdd, { group: "warm", rank: 4, rounds: ROUNDS });
  expect(await server.metric("rivulet_engine_lane_runs_total")).toBeGreaterThan(0);
});

afterAll(() => server[Symbol.asyncDispose]());

test("SY-98 slow and fast mutations of one client are applied in the order of the calls", async () => {
  const ranks = Array.from({ length: 12 }, (_, rank) => rank);
  await Promise.all(ranks.map((rank) => (rank % 3 === 0 ? client.mutation(slowAdd, { group: "mixed", rank, rounds: ROUNDS }) : client.mutation(live.add, { group: "mixed", rank }))));
  expect(await client.query(order, { group: "mixed" })).toEqual(ranks);
});

test("SY-99 so they are while others keep the server busy", async () => {
  const others = server.client();
  for (let round = 0; round < 3; round++) {
    const group = `busy ${round}`;
    const waiting = Promise.all([1, 2, 3].map((i) => others.query(busy, { rounds: 3 * ROUNDS, nonce: round * 10 + i })));
    await Promise.all([client.mutation(live.add, { group, rank: 1 }), client.mutation(slowAdd, { group, rank: 2, rounds: ROUNDS }), client.mutation(live.add, { group, rank: 3 })]);
    await waiting;
    expect(await client.query(order, { group })).toEqual([1, 2, 3]);
  }
});

test("SY-100 when a slow one resolves, the queries that it changed show it", async () => {
  const watch = Watch.on(client, order, { group: "own" });
  await watch.value();
  await client.mutation(slowAdd, { group: "own", rank: 1, rounds: ROUNDS });
  expect(client.client.localQueryResult("slow:order", { group: "own" })).toEqual([1]);
});

test("SY-101 two that decided on the same state do not both go through", async () => {
  for (let round = 0; round < 3; round++) {
    const group = `leave ${round}`;
    for (const rank of [1, 2]) await client.mutation(live.add, { group, rank });
    await Promise.all([1, 2].map((rank) => server.client().mutation(leaveUnlessLast, { group, rank, rounds: ROUNDS })));
    expect(await client.query(order, { group })).toHaveLength(1);
  }
});

test("SY-102 one that fails has its text and data, and does not hold up the next", async () => {
  const failing = client.mutation(slowAdd, { group: "fails", rank: -1, rounds: ROUNDS }).catch((error: unknown) => error as ConvexError<{ rank: number }>);
  const next = client.mutation(live.add, { group: "fails", rank: 1 });
  const error = (await failing) as ConvexError<{ rank: number }>;
  expect(error).toBeInstanceOf(ConvexError);
  expect(error.data).toEqual({ rank: -1 });
  expect(error.message).toMatch(/^\[CONVEX M\(slow:add\)\] \[Request ID: [0-9a-f]{16}\] Server Error\nUncaught ConvexError: \{"rank":-1\}\n {4}at handler \(\.\.\/convex\/slow\.ts:\d+:\d+\)/);
  await next;
  expect(await client.query(order, { group: "fails" })).toEqual([1]);
});

test("SY-103 one whose answer was lost, or whose client came back while it ran, happens once", async () => {
  await using proxy = await TcpProxy.to(server.url);
  const distant = server.adopt(new ConvexClient(proxy.url, { logger: false }));
  expect(await distant.query(order, { group: "lost" })).toEqual([]);
  proxy.lose("toClient");
  const results = Promise.all([1, 2].map((rank) => distant.mutation(slowAdd, { group: "lost", rank, rounds: ROUNDS })));
  const http = server.http();
  await until(async () => (await http.query(order, { group: "lost" })).length > 0, "the first of them");
  proxy.cut();
  expect(new Set(await results).size).toBe(2);
  expect(await http.query(order, { group: "lost" })).toEqual([1, 2]);
  await distant.close();
});
