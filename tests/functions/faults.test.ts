/** Functions that never end, never settle or eat the memory: they fail alone, and everybody else goes on. F-136 to F-141. */
import type { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer, until, type TestServer } from "../harness.js";
import { messages } from "../sync/basics-api.js";
import { Watch } from "../sync/watch.js";
import { cause, errorOf } from "./caller.js";

let server: TestServer;
let client: ConvexClient;
let bystander: ConvexClient;

beforeAll(async () => {
  server = await startServer({ flags: ["--redact-errors", "no", "--heap-mb-max", "160", "--function-time-max", "400ms"] });
  await server.deploy("basics");
  client = server.client();
  bystander = server.client();
});

afterAll(() => server[Symbol.asyncDispose]());

const TIMED_OUT = "Function execution timed out (maximum duration: 0.4s)";

type None = Record<string, never>;

function trouble(name: string): ReturnType<typeof makeFunctionReference<"query", None, null>> {
  return makeFunctionReference<"query", None, null>(`trouble:${name}`);
}

const eatMemory = makeFunctionReference<"mutation", None, null>("trouble:eatMemory");

async function expectEverybodyElseToGoOn(channel: string): Promise<void> {
  const watch = Watch.on(bystander, messages.list, { channel });
  await watch.value();
  await bystander.mutation(messages.send, { channel, body: "still here" });
  await watch.value((list) => list.length === 1);
  watch.unsubscribe();
}

test.each(["spin", "spinInMicrotasks"])("F-136 %s, a loop without end, is stopped", async (name) => {
  const failing = errorOf(server.http().query(trouble(name), {}));
  const others = expectEverybodyElseToGoOn(name);
  expect(cause(await failing)).toBe(TIMED_OUT);
  await others;
});

test("F-137 a promise that nothing settles is found at once", async () => {
  const error = cause(await errorOf(server.http().query(trouble("never"), {})));
  expect(error).toMatch(/never/);
  await expectEverybodyElseToGoOn("never");
});

test("F-138 a live query that never ends fails for its subscriber only", async () => {
  const watch = Watch.on(client, trouble("spin"), {});
  const other = Watch.on(client, messages.list, { channel: "beside" });
  expect((await watch.error()).message).toContain(TIMED_OUT);
  expect(await other.value()).toEqual([]);
  watch.unsubscribe();
});

test("F-139 calls that wait behind a loop are answered after it", async () => {
  const failing = errorOf(client.query(trouble("spin"), {}));
  const sent = Promise.all(Array.from({ length: 10 }, (_, i) => bystander.mutation(messages.send, { channel: "behind", body: `${i}` })));
  await failing;
  await sent;
  expect(await bystander.query(messages.list, { channel: "behind" })).toHaveLength(10);
});

test("F-140 a function that eats the memory ends by itself, clients come back, nothing acknowledged is lost", async () => {
  await bystander.mutation(messages.send, { channel: "memory", body: "before" });
  const watch = Watch.on(bystander, messages.list, { channel: "memory" });
  await watch.value((list) => list.length === 1);
  const eating = errorOf(server.http().mutation(eatMemory, {}));
  expect((await eating).message).not.toBe("");
  await until(() => bystander.connectionState().isWebSocketConnected, "the other client to be connected");
  await bystander.mutation(messages.send, { channel: "memory", body: "after" });
  expect((await watch.value((list) => list.length === 2)).map(({ body }) => body)).toEqual(["before", "after"]);
});

test("F-141 it is not run again and again by a client that repeats its request", async () => {
  const pid = server.pid;
  const eater = server.client();
  expect((await errorOf(eater.mutation(eatMemory, {}))).message).toMatch(/memory/i);
  expect(server.pid).toBe(pid);
  await expectEverybodyElseToGoOn("after memory");
});
