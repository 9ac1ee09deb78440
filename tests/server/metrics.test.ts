/** What `/metrics` counts, against what was done. SV-36 to SV-38. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ADMIN_KEY, startServer, until, type TestServer } from "../harness.js";
import { messages } from "../sync/basics-api.js";
import { Watch } from "../sync/watch.js";

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
  await server.deploy("basics");
});

afterAll(() => server[Symbol.asyncDispose]());

/** Value of the sample with exactly these labels. */
async function sample(name: string, labels: string): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`, { headers: { Authorization: `Bearer ${ADMIN_KEY}` } })).text();
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${name}{${labels}} `));
  return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(" ")));
}

test("SV-36 sockets, messages and live queries are counted, and no longer when they are gone", async () => {
  // Every sample is a number: one that is not makes readers refuse all.
  const text = await (await fetch(`${server.url}/metrics`, { headers: { Authorization: `Bearer ${ADMIN_KEY}` } })).text();
  expect(text.split("\n").filter((line) => line !== "" && !line.startsWith("#") && !/ [-+]?[\d.]+(?:e[-+]?\d+)?$/.test(line))).toEqual([]);
  const [sockets, opened, received] = await Promise.all(["rivulet_sockets", "rivulet_sockets_opened_total", "rivulet_frames_received_total"].map((name) => server.metric(name)));
  const clients = [server.client(), server.client(), server.client()];
  const watches = clients.map((client) => Watch.on(client, messages.list, { channel: "shared" }));
  await Promise.all(watches.map((watch) => watch.value()));
  expect(await server.metric("rivulet_sockets")).toBe(sockets! + 3);
  expect(await server.metric("rivulet_sockets_opened_total")).toBe(opened! + 3);
  expect(await server.metric("rivulet_frames_received_total")).toBeGreaterThanOrEqual(received! + 6);
  expect(await server.metric("rivulet_engine_subscriptions")).toBe(3);
  expect(await server.metric("rivulet_engine_live_queries")).toBe(1);
  await Promise.all(clients.map((client) => client.close()));
  await until(async () => (await server.metric("rivulet_sockets")) === sockets, "the sockets to be gone");
  await until(async () => (await server.metric("rivulet_engine_subscriptions")) === 0, "the subscriptions to be gone");
});

test("SV-37 one write runs a shared live query once, however many watch it", async () => {
  const clients = Array.from({ length: 5 }, () => server.client());
  const watches = clients.map((client) => Watch.on(client, messages.list, { channel: "once" }));
  await Promise.all(watches.map((watch) => watch.value()));
  const runs = await server.metric("rivulet_engine_live_query_runs_total");
  await server.http().mutation(messages.send, { channel: "once", body: "a" });
  await Promise.all(watches.map((watch) => watch.value((list) => list.length === 1)));
  expect(await server.metric("rivulet_engine_live_query_runs_total")).toBe(runs + 1);
  await server.http().mutation(messages.send, { channel: "elsewhere", body: "b" });
  expect(await server.metric("rivulet_engine_live_query_runs_total")).toBe(runs + 1);
});

test("SV-38 requests are counted by route and status, with few labels whatever is asked for", async () => {
  const before = await sample("rivulet_http_request_seconds_count", 'route="/api/query",status="200"');
  for (let i = 0; i < 3; i++) await server.http().query(messages.count, {});
  expect(await sample("rivulet_http_request_seconds_count", 'route="/api/query",status="200"')).toBe(before + 3);
  await Promise.all(Array.from({ length: 20 }, (_, i) => fetch(`${server.url}/made/up/${i}`)));
  await Promise.all(Array.from({ length: 20 }, (_, i) => fetch(`${server.url}/api/made/up/${i}`)));
  const text = await (await fetch(`${server.url}/metrics`, { headers: { Authorization: `Bearer ${ADMIN_KEY}` } })).text();
  expect(text).not.toContain("made");
  expect(await sample("rivulet_http_request_seconds_count", 'route="http action",status="404"')).toBe(40);
});
