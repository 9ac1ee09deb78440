/** `ConvexReactClient` without React: watches, one-shot queries, mutations, the state of the connection. SY-79 to SY-85. */
import type { OptimisticUpdate } from "convex/browser";
import { ConvexReactClient } from "convex/react";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startServer, until, type TestServer } from "../harness.js";
import { NODE_WEB_SOCKET } from "./base-client.js";
import { bodies, messages } from "./basics-api.js";

let server: TestServer;
let client: ConvexReactClient;

beforeAll(async () => {
  server = await startServer({ flags: ["--redact-errors", "no"] });
  await server.deploy("basics");
});

beforeEach(() => {
  client = server.adopt(new ConvexReactClient(server.url, { logger: false, webSocketConstructor: NODE_WEB_SOCKET }));
});

afterAll(() => server[Symbol.asyncDispose]());

test("SY-79 a watch has no result, then one, then each newer one", async () => {
  const watch = client.watchQuery(messages.list, { channel: "watch" });
  const lengths: (number | undefined)[] = [];
  const stop = watch.onUpdate(() => lengths.push(watch.localQueryResult()?.length));
  expect(watch.localQueryResult()).toBeUndefined();
  await until(() => lengths.length === 1, "the first result");
  await server.http().mutation(messages.send, { channel: "watch", body: "a" });
  await until(() => lengths.length === 2, "the second result");
  expect(lengths).toEqual([0, 1]);
  stop();
});

test("SY-80 a watch of a query that fails throws when it is read", async () => {
  const watch = client.watchQuery(messages.fail, { message: "watched" });
  let updates = 0;
  watch.onUpdate(() => updates++);
  await until(() => updates > 0, "the failure");
  expect(() => watch.localQueryResult()).toThrow("Uncaught Error: watched");
});

test("SY-81 a one-shot query resolves with the result, or rejects", async () => {
  expect(await client.query(messages.list, { channel: "one shot" })).toEqual([]);
  await expect(client.query(messages.fail, { message: "one shot" })).rejects.toThrow("Uncaught Error: one shot");
});

test("SY-82 a mutation with an optimistic update, kept and taken back", async () => {
  const watch = client.watchQuery(messages.list, { channel: "optimistic" });
  const seen: string[][] = [];
  watch.onUpdate(() => seen.push(bodies(watch.localQueryResult() ?? [])));
  await until(() => seen.length === 1, "the first result");
  const optimisticUpdate: OptimisticUpdate<{ channel: string; body: string }> = (store, { channel, body }) => {
    const shown = store.getQuery(messages.list, { channel }) ?? [];
    store.setQuery(messages.list, { channel }, [...shown, { _id: "optimistic", _creationTime: 0, channel, body: `${body}?` }]);
  };
  await client.mutation(messages.send, { channel: "optimistic", body: "kept" }, { optimisticUpdate });
  await expect(client.mutation(messages.send, { channel: "optimistic", body: "" }, { optimisticUpdate })).rejects.toThrow("Uncaught ConvexError");
  expect(seen).toEqual([[], ["kept?"], ["kept"], ["kept", "?"], ["kept"]]);
});

test("SY-83 a query that was prewarmed is there at once", async () => {
  client.prewarmQuery({ query: messages.list, args: { channel: "prewarmed" } });
  const watch = client.watchQuery(messages.list, { channel: "prewarmed" });
  expect(await until(() => watch.localQueryResult(), "the result")).toEqual([]);
});

test("SY-84 the state of the connection tells of requests under way", async () => {
  const states: { hasInflightRequests: boolean; inflightMutations: number }[] = [];
  client.subscribeToConnectionState((state) => states.push(state));
  await client.mutation(messages.send, { channel: "state", body: "a" });
  await until(() => states.at(-1)?.hasInflightRequests === false, "the end of the request");
  expect(states.some(({ inflightMutations }) => inflightMutations === 1)).toBe(true);
  expect(client.connectionState()).toMatchObject({ isWebSocketConnected: true, hasEverConnected: true, connectionCount: 1, connectionRetries: 0, inflightMutations: 0 });
});

test("SY-85 the journal of a page is what a later client can go on from", async () => {
  for (const body of ["1", "2", "3"]) await client.mutation(messages.send, { channel: "journal", body });
  const args = { channel: "journal", paginationOpts: { cursor: null, numItems: 2 } };
  const watch = client.watchQuery(messages.page, args);
  watch.onUpdate(() => undefined);
  await until(() => watch.localQueryResult(), "the page");
  const journal = watch.journal();
  expect(journal).toEqual(expect.any(String));
  await client.mutation(messages.send, { channel: "journal", body: "4" });

  const later = server.adopt(new ConvexReactClient(server.url, { logger: false, webSocketConstructor: NODE_WEB_SOCKET }));
  const resumed = later.watchQuery(messages.page, args, { journal: journal! });
  resumed.onUpdate(() => undefined);
  const { page } = await until(() => resumed.localQueryResult(), "the page of the later client");
  expect(bodies(page)).toEqual(["4", "3", "2"]);
});
