/**
 * What a client may believe about the queries that it watches: one timestamp for all, never backwards, nothing skipped at
 * the end. Held while other clients write as fast as they can. SY-37 to SY-41.
 */
import type { BaseConvexClient } from "convex/browser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer, until, type TestServer } from "../harness.js";
import { baseClient } from "./base-client.js";
import { accounts } from "./basics-api.js";
import { Watch } from "./watch.js";

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
  await server.deploy("basics");
});

afterAll(() => server[Symbol.asyncDispose]());

const WRITERS = 4;
const TRANSFERS_EACH = 50;

function balanceShown(client: BaseConvexClient, id: string): number | undefined {
  return client.localQueryResult("accounts:balance", { id }) as number | undefined;
}

async function openAccounts(balances: readonly number[]): Promise<string[]> {
  const http = server.http();
  return Promise.all(balances.map((balance, i) => http.mutation(accounts.open, { owner: `owner ${i}`, balance })));
}

test("SY-37 queries watched together are of one timestamp: a sum that writers keep constant never looks broken", async () => {
  const [a, b] = (await openAccounts([1000, 1000])) as [string, string];
  const sums: number[] = [];
  const client = baseClient(server);
  client.addOnTransitionHandler(() => {
    const [first, second] = [balanceShown(client, a), balanceShown(client, b)];
    if (first !== undefined && second !== undefined) sums.push(first + second);
  });
  client.subscribe("accounts:balance", { id: a });
  client.subscribe("accounts:balance", { id: b });
  await until(() => sums.length > 0, "both balances");
  await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      const http = server.http();
      for (let i = 1; i <= TRANSFERS_EACH; i++) await http.mutation(accounts.transfer, writer % 2 === 0 ? { from: a, to: b, amount: i } : { from: b, to: a, amount: i });
    }),
  );
  await client.mutation("accounts:transfer", { from: a, to: b, amount: 1 });
  expect(new Set(sums)).toEqual(new Set([2000]));
  expect(balanceShown(client, a)).toBe(999);
  expect(sums.length).toBeGreaterThan(WRITERS);
});

test("SY-38 two queries added at different times are of one timestamp from then on", async () => {
  const [a, b] = (await openAccounts([500, 500])) as [string, string];
  const client = baseClient(server);
  const sums = new Set<number>();
  client.addOnTransitionHandler(() => {
    const [first, second] = [balanceShown(client, a), balanceShown(client, b)];
    if (first !== undefined && second !== undefined) sums.add(first + second);
  });
  client.subscribe("accounts:balance", { id: a });
  const http = server.http();
  const writing = (async () => {
    for (let i = 0; i < TRANSFERS_EACH; i++) await http.mutation(accounts.transfer, { from: a, to: b, amount: 1 });
  })();
  for (let round = 0; round < 5; round++) {
    const { unsubscribe } = client.subscribe("accounts:balance", { id: b });
    await until(() => balanceShown(client, b) !== undefined, "the second balance");
    unsubscribe();
    await until(() => balanceShown(client, b) === undefined, "the second balance to go");
  }
  await writing;
  expect(sums).toEqual(new Set([1000]));
});

test("SY-39 a counter never goes backwards for anybody, and everybody reaches its end", async () => {
  const [id] = (await openAccounts([0])) as [string];
  const watches = Array.from({ length: 5 }, () => Watch.on(server.client(), accounts.balance, { id }));
  await Promise.all(watches.map((watch) => watch.value()));
  const writers = Array.from({ length: WRITERS }, () => server.client());
  await Promise.all(writers.flatMap((writer) => Array.from({ length: TRANSFERS_EACH }, () => writer.mutation(accounts.increment, { id }))));
  for (const watch of watches) {
    await watch.value((balance) => balance === WRITERS * TRANSFERS_EACH);
    const values = watch.values as number[];
    expect(values.every((value, i) => i === 0 || value > values[i - 1]!)).toBe(true);
  }
});

test("SY-40 transitions have timestamps that never decrease", async () => {
  const [id] = (await openAccounts([0])) as [string];
  const client = baseClient(server);
  const timestamps: bigint[] = [];
  client.addOnTransitionHandler(({ timestamp }) => timestamps.push(BigInt(timestamp.toString())));
  client.subscribe("accounts:balance", { id });
  await Promise.all(Array.from({ length: 20 }, () => client.mutation("accounts:increment", { id })));
  expect(balanceShown(client, id)).toBe(20);
  expect(timestamps.every((ts, i) => i === 0 || ts >= timestamps[i - 1]!)).toBe(true);
  expect(client.getMaxObservedTimestamp()?.toString()).toBe(String(timestamps.at(-1)));
});

test("SY-41 concurrent increments are all counted and each gets its own result", async () => {
  const [id] = (await openAccounts([0])) as [string];
  const results = await Promise.all(Array.from({ length: 100 }, () => server.http().mutation(accounts.increment, { id })));
  expect(results.sort((x, y) => x - y)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
});
