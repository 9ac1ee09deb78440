/** Many clients, and one that does not keep up. SV-43 to SV-45. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer, until, type TestServer } from "../harness.js";
import { bodies, messages } from "../sync/basics-api.js";
import { wireTimestampToNs, type TransitionFrame } from "../sync/raw-socket.js";
import { Watch } from "../sync/watch.js";
import { SlowSocket } from "./slow-socket.js";

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
  await server.deploy("basics");
});

afterAll(() => server[Symbol.asyncDispose]());

/** Calls in turn from a few callers at a time, as several clients do. */
async function callTimes(times: number, call: (i: number) => Promise<unknown>): Promise<void> {
  const CALLERS = 10;
  await Promise.all(
    Array.from({ length: CALLERS }, async (_, caller) => {
      for (let i = caller; i < times; i += CALLERS) await call(i);
    }),
  );
}

test("SV-43 a client that stops reading gets the newest state when it reads again, and costs no memory meanwhile", async () => {
  const UPDATES = 400;
  const MESSAGES = 20;
  const http = server.http();
  const text = (round: number, i: number) => `${round} ${i} `.padEnd(30_000, "x");
  const ids = await Promise.all(Array.from({ length: MESSAGES }, (_, i) => http.mutation(messages.send, { channel: "slow", body: text(0, i) })));
  using slow = await SlowSocket.connect(server.url);
  await slow.subscribe("messages:list", { channel: "slow" });
  await until(() => slow.frames.length > 0, "the first result");
  const firstBytes = slow.bytesReceived;
  const residentBytes = () => server.metric("process_resident_memory_bytes");
  await callTimes(50, (i) => http.mutation(messages.edit, { id: ids[i % MESSAGES]!, body: text(1, i) }));
  const before = await residentBytes();

  slow.pause();
  const framesBefore = slow.frames.length;
  let highest = 0;
  await callTimes(UPDATES, async (i) => {
    await http.mutation(messages.edit, { id: ids[i % MESSAGES]!, body: text(2, i) });
    if (i % 100 === 0) highest = Math.max(highest, await residentBytes());
  });
  await http.mutation(messages.edit, { id: ids[0]!, body: "the last word" });
  // Unread, the results of all updates would be 200 MB.
  expect(UPDATES * firstBytes).toBeGreaterThan(200_000_000);
  expect(highest - before).toBeLessThan(100_000_000);

  slow.resume();
  const newest = (frame: { type: string }) => JSON.stringify(frame).includes("the last word");
  await until(() => slow.frames.some(newest), "the newest state");
  const transitions = slow.frames.slice(framesBefore).filter(({ type }) => type === "Transition") as TransitionFrame[];
  expect(transitions.length).toBeLessThan(UPDATES / 10);
  const versions = transitions.map(({ endVersion }) => wireTimestampToNs(endVersion.ts));
  expect(versions).toEqual([...versions].sort((a, b) => (a < b ? -1 : 1)));
  expect(slow.isClosed).toBe(false);
});

test("SV-44 a hundred clients with ten subscriptions each see every write of theirs, from shared runs", async () => {
  const CLIENTS = 100;
  const SUBSCRIPTIONS = 10;
  const CHANNELS = 50;
  const channelOf = (client: number, k: number) => `many ${(client * 7 + k) % CHANNELS}`;
  const clients = Array.from({ length: CLIENTS }, () => server.client());
  const watches = clients.flatMap((client, i) =>
    Array.from({ length: SUBSCRIPTIONS }, (_, k) => ({ channel: channelOf(i, k), watch: Watch.on(client, messages.list, { channel: channelOf(i, k) }) })),
  );
  const beforeMs = performance.now();
  await until(() => watches.every(({ watch }) => watch.last !== undefined), "a first result for every subscription");
  expect(await server.metric("rivulet_engine_subscriptions")).toBeGreaterThanOrEqual(CLIENTS * SUBSCRIPTIONS);
  expect(await server.metric("rivulet_engine_live_queries")).toBeLessThan(CHANNELS + 10);
  const subscribedMs = performance.now();
  await Promise.all(Array.from({ length: CHANNELS }, (_, i) => clients[i]!.mutation(messages.send, { channel: `many ${i}`, body: `to ${i}` })));
  await until(() => watches.every(({ watch }) => watch.last?.ok === true && watch.last.value.length === 1), "every write at every subscription");
  console.log(`${CLIENTS} clients with ${SUBSCRIPTIONS} subscriptions each: first results ${Math.round(subscribedMs - beforeMs)} ms, ${CHANNELS} writes everywhere ${Math.round(performance.now() - subscribedMs)} ms.`);
  for (const { channel, watch } of watches) {
    expect(bodies(watch.values.at(-1)!)).toEqual([channel.replace("many", "to")]);
    expect(watch.said).toHaveLength(2);
  }
});

test("SV-45 a client beyond --sockets-max is turned away with a reason, and gets in when there is room", async () => {
  await using small = await startServer({ flags: ["--sockets-max", "2"] });
  const [first, second] = [await SlowSocket.connect(small.url), await SlowSocket.connect(small.url)];
  const third = await SlowSocket.connect(small.url);
  expect(await third.untilClosed()).toEqual({ code: 1013, reason: "TooManyConcurrentRequests: this server serves 2 sockets at once" });
  first[Symbol.dispose]();
  await until(async () => (await small.metric("rivulet_sockets")) === 1, "room");
  const fourth = await SlowSocket.connect(small.url);
  await fourth.subscribe("messages:list", {});
  await until(() => fourth.frames.length > 0, "an answer");
  second[Symbol.dispose]();
  fourth[Symbol.dispose]();
});
