/** A server that is told to end, with clients connected. SV-27 to SV-29. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer, until, type TestServer } from "../harness.js";
import { bodies, messages } from "../sync/basics-api.js";
import { Watch } from "../sync/watch.js";
import { SlowSocket } from "./slow-socket.js";

/** What supervisors of services and containers grant at least, with room to spare. */
const END_MS_MAX = 5_000;

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
  await server.deploy("basics");
});

afterAll(() => server[Symbol.asyncDispose]());

async function stopMs(): Promise<number> {
  const beforeMs = performance.now();
  expect(await server.stop()).toBe(0);
  return performance.now() - beforeMs;
}

test("SV-27 SIGTERM ends it within 5 s, with exit code 0; its clients come back to the next one by themselves", async () => {
  const clients = Array.from({ length: 20 }, () => server.client());
  const watches = clients.map((client) => Watch.on(client, messages.list, { channel: "restart" }));
  await Promise.all(watches.map((watch) => watch.value()));
  expect(await stopMs()).toBeLessThan(END_MS_MAX);
  await until(() => clients.every((client) => !client.connectionState().isWebSocketConnected), "every client to notice");
  const sent = clients[0]!.mutation(messages.send, { channel: "restart", body: "while it was away" });
  await server.start();
  await sent;
  for (const watch of watches) expect(bodies(await watch.value((list) => list.length > 0))).toEqual(["while it was away"]);
});

test("SV-28 what is on its way when it is told to end is finished and kept, or told to have failed", async () => {
  const client = server.client();
  const sent = Array.from({ length: 200 }, (_, i) => client.mutation(messages.send, { channel: "flight", body: String(i) }));
  await sent[0];
  expect(await stopMs()).toBeLessThan(END_MS_MAX);
  await server.start();
  await Promise.all(sent);
  expect(bodies(await client.query(messages.list, { channel: "flight" }))).toEqual(Array.from({ length: 200 }, (_, i) => String(i)));
});

test("SV-29 a client that has stopped reading does not hold it up", async () => {
  using deaf = await SlowSocket.connect(server.url);
  await deaf.subscribe("messages:list", { channel: "deaf" });
  await until(() => deaf.frames.length > 0, "the first result");
  deaf.pause();
  await server.http().mutation(messages.send, { channel: "deaf", body: "x".repeat(900_000) });
  expect(await stopMs()).toBeLessThan(END_MS_MAX);
  await server.start();
});
