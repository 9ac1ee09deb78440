/** What work costs, counted and not timed, so that a slow machine says nothing and a lost optimization does. SV-39 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectMessage, mutationMessage, SYNC_ROUTE } from "../../bench/load/sync-protocol.js";
import { Watcher } from "../../bench/load/watcher.js";
import { LoadWebSocket, textFrame } from "../../bench/load/web-socket.js";
import { startServer, until, type TestServer } from "../harness.js";
import { accounts } from "../sync/basics-api.js";

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
  await server.deploy("basics");
});

afterAll(() => server[Symbol.asyncDispose]());

const NAMES = ["executions", "live_query_runs", "commit_groups", "transition_texts", "batches_received", "messages_received", "batches_sent", "messages_sent", "store_lookups"] as const;

type Counters = Readonly<Record<(typeof NAMES)[number], number>>;

/** To ask is one message to the engine and, after the counters were read, one back. */
async function counters(): Promise<Counters> {
  const text = await server.metrics();
  return Object.fromEntries(NAMES.map((name) => [name, Number(new RegExp(`^rivulet_engine_${name}_total (\\d+)$`, "m").exec(text)?.[1])])) as Counters;
}

async function costOf(work: () => Promise<unknown>): Promise<Counters> {
  const before = await counters();
  await work();
  const after = await counters();
  return Object.fromEntries(NAMES.map((name) => [name, after[name] - before[name]])) as Counters;
}

/** A second after its start, whenever that is, the server looks up once how far the audit of its keys is. */
const OTHERS = 1;

const open = (balance: number): Promise<string> => server.http().mutation(accounts.open, { owner: "somebody", balance });

test("SV-39 mutations that arrive together cross between the threads, and reach the disk, together", async () => {
  const MUTATIONS = 100;
  const id = await open(0);
  let answered = 0;
  const socket = await LoadWebSocket.connect(`${server.url}${SYNC_ROUTE}`, { onText: (text) => void (answered += Number(text.includes('"success":true'))), onClose: () => undefined });
  const calls = Array.from({ length: MUTATIONS }, (_, requestId) => textFrame(mutationMessage(requestId, "accounts:increment", { id })));
  socket.send(textFrame(connectMessage()));
  const cost = await costOf(async () => {
    socket.send(Buffer.concat(calls));
    await until(() => answered === MUTATIONS, "all answers");
  });
  socket.close();
  expect(await server.http().query(accounts.balance, { id })).toBe(MUTATIONS);
  expect(cost.executions).toBe(MUTATIONS);
  expect(cost.messages_received).toBeGreaterThanOrEqual(MUTATIONS);
  // Were each on its own, there would be as many as mutations. How few there are is up to the disk.
  expect(cost.batches_received).toBeLessThanOrEqual(10);
  expect(cost.commit_groups).toBeLessThanOrEqual(MUTATIONS / 2);
  expect(cost.batches_sent).toBeLessThanOrEqual(MUTATIONS / 2 + 10);
  // The document is known, and a new session can have sent nothing before.
  expect(cost.store_lookups).toBeLessThanOrEqual(OTHERS);
});

test("SV-39 a document that was read lately is not looked up in the store again, and any other once", async () => {
  const COUNT = 20;
  const ids = await Promise.all(Array.from({ length: COUNT }, (_, i) => open(i)));
  const readAll = async (): Promise<void> => {
    for (const [i, id] of ids.entries()) expect(await server.http().query(accounts.balance, { id })).toBe(i);
  };
  const lookups = async (): Promise<number> => (await costOf(readAll)).store_lookups;
  expect(await lookups()).toBeLessThanOrEqual(OTHERS);
  await server.stop();
  await server.start();
  const fromStore = await lookups();
  expect(fromStore).toBeGreaterThanOrEqual(COUNT);
  expect(fromStore).toBeLessThanOrEqual(COUNT + OTHERS);
  expect(await lookups()).toBeLessThanOrEqual(OTHERS);
});

test("SV-39 what a hundred clients are told alike is run once and written once", async () => {
  const CLIENTS = 100;
  const id = await open(0);
  const seen: number[] = Array.from({ length: CLIENTS }, () => 0);
  const failures: Error[] = [];
  const watchers = await Promise.all(
    seen.map((_, client) => Watcher.open(server.url, [{ udfPath: "accounts:balance", args: { id } }], { changed: (_index, value) => void (seen[client] = value), failed: (error) => void failures.push(error) })),
  );
  const change = async (balance: number): Promise<void> => {
    await server.http().mutation(accounts.increment, { id });
    await until(() => seen.every((value) => value === balance), `everybody to see ${balance}`);
  };
  // They came at different times, and were told different things until now.
  await change(1);
  const runs = await server.metric("rivulet_engine_live_query_runs_total");
  const cost = await costOf(() => change(2));
  expect(await server.metric("rivulet_engine_live_query_runs_total")).toBe(runs + 1);
  expect(cost.transition_texts).toBe(1);
  expect(cost.messages_sent).toBeGreaterThanOrEqual(CLIENTS);
  expect(cost.batches_sent).toBeLessThanOrEqual(5);
  for (const watcher of watchers) watcher.close();
  expect(failures).toEqual([]);
});
