/** A function that eats the engine's memory: it alone fails, everybody else goes on. SV-50 to SV-52. */
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer, until, type TestServer } from "../harness.js";
import { bodies, messages } from "../sync/basics-api.js";
import { Watch } from "../sync/watch.js";

const HEAP_MB_MAX = 128;
const hoardInMutation = makeFunctionReference<"mutation", Record<string, never>, null>("hoard:inMutation");
const hoardInQuery = makeFunctionReference<"query", Record<string, never>, null>("hoard:inQuery");

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ flags: ["--heap-mb-max", String(HEAP_MB_MAX)] });
  await server.deploy("basics");
});

afterAll(() => server[Symbol.asyncDispose]());

const REFUSED = "ran out of memory";

test("SV-50 the culprit is told so; other clients connect again by themselves and go on", async () => {
  const clients = Array.from({ length: 10 }, () => server.client());
  const watches = clients.map((client) => Watch.on(client, messages.list, { channel: "memory" }));
  await Promise.all(watches.map((watch) => watch.value()));
  await expect(server.http().mutation(hoardInMutation, {})).rejects.toThrow(`hoard:inMutation ${REFUSED} (limit ${HEAP_MB_MAX} MB)`);
  await Promise.all(clients.map((client, i) => client.mutation(messages.send, { channel: "memory", body: String(i) })));
  for (const watch of watches) {
    const list = await watch.value((messages) => messages.length === clients.length);
    expect(bodies(list).map(Number).sort((a, b) => a - b)).toEqual(clients.map((_, i) => i));
    expect(watch.said.every(({ ok }) => ok)).toBe(true);
  }
  expect(server.stderr).toContain('"running":"hoard:inMutation"');
});

test("SV-51 the culprit is refused for a while, by function and arguments, so that its client cannot do it again and again", async () => {
  const client = server.client();
  const error: Error = await client.mutation(hoardInMutation, {}).then(
    () => new Error("it ran"),
    (failure: Error) => failure,
  );
  expect(error.message).toMatch(/hoard:inMutation ran out of memory \(limit 128 MB\)\. It is refused for 60 seconds/);
  expect(await client.query(messages.list, { channel: "other" })).toEqual([]);
});

test("SV-52 a live query that eats memory fails for its own subscriber; the engine is not killed again and again", async () => {
  const bystander = Watch.on(server.client(), messages.list, { channel: "bystander" });
  await bystander.value();
  const culprit = Watch.on(server.client(), hoardInQuery, {});
  expect((await culprit.error()).message).toContain(REFUSED);
  await server.http().mutation(messages.send, { channel: "bystander", body: "still there" });
  expect(bodies(await bystander.value((list) => list.length === 1))).toEqual(["still there"]);
  await until(async () => (await server.metric("rivulet_engine_subscriptions")) === 2 + 10, "every subscription to be back");
});
