import { afterAll, beforeAll, expect, test } from "vitest";
import { ADMIN_KEY, mutationNamed, queryNamed, startServer, until, type TestServer } from "../harness.js";

const DAY_MS = 24 * 3_600_000;
const runsOf = queryNamed("jobs:runsOf");

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ flags: ["--test-clock", "yes"] });
  await server.deploy("scheduler");
});
afterAll(async () => await server[Symbol.asyncDispose]());

async function move(body: unknown, headers: Record<string, string> = { Authorization: `Convex ${ADMIN_KEY}` }): Promise<{ status: number; text: string }> {
  const response = await fetch(`${server.url}/api/test_clock`, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: response.status, text: await response.text() };
}

test("SV-61 what waits for days runs when the clock is moved, and not before; a kill does not take the time back", async () => {
  const http = server.http();
  await http.mutation(mutationNamed("jobs:after"), { delayMs: 3 * DAY_MS, name: "in three days" });
  await server.advanceClock(2 * DAY_MS);
  await http.mutation(mutationNamed("jobs:after"), { delayMs: 0, name: "now" });
  await until(async () => ((await http.query(runsOf, { name: "now" })) as unknown[]).length === 1, "the job that is due");
  expect(await http.query(runsOf, { name: "in three days" })).toEqual([]);
  await server.kill();
  await server.start();
  await server.advanceClock(DAY_MS);
  const run = await until(async () => ((await http.query(runsOf, { name: "in three days" })) as { at: number }[])[0], "the job of three days");
  expect(run.at - Date.now()).toBeGreaterThan(2.9 * DAY_MS);
});

test("SV-62 only admins move it, only forward, and not beyond what can be scheduled", async () => {
  expect(await move({ advanceMs: 1 }, {})).toMatchObject({ status: 401 });
  for (const advanceMs of [-1, "1", null, 11 * 366 * DAY_MS]) expect(await move({ advanceMs })).toMatchObject({ status: 400, text: expect.stringContaining("never set back") });
  expect(await move({ advanceMs: 0 })).toEqual({ status: 200, text: JSON.stringify({ aheadMs: 3 * DAY_MS }) });
});

test("SV-62 a server without the flag refuses", async () => {
  await using other = await startServer();
  const response = await fetch(`${other.url}/api/test_clock`, { method: "POST", headers: { Authorization: `Convex ${ADMIN_KEY}` }, body: '{"advanceMs":1}' });
  expect({ status: response.status, text: await response.text() }).toMatchObject({ status: 400, text: expect.stringContaining("--test-clock yes") });
});
