/** Stale snapshots (F-106), timestamps of commits that are not known yet (F-115.8, F-115.9), and counts (F-161). */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Caller } from "../functions/caller.js";
import { startServer, type TestServer } from "../harness.js";

let server: TestServer;
let app: Caller;

beforeAll(async () => {
  server = await startServer({ flags: ["--function-time-max", "20s"] });
  await server.deploy("newest");
  app = new Caller(server.http());
});

afterAll(() => server[Symbol.asyncDispose]());

test.each([0, 2])("F-106 a query on a stale snapshot sees what was committed before, not what its mutation wrote, %s calls below too", async (depth) => {
  await app.mutation("transactions:add", { key: "committed" });
  const seen = await app.mutation<Record<string, unknown>>("transactions:staleness", { key: "just written", depth });
  expect(seen).toMatchObject({ fresh: true, stale: false, sameTs: [true, true], limited: expect.stringContaining("Too many documents read") as string });
  expect(seen["used"]).toBeGreaterThanOrEqual(4);
});

/** Runs slow mutations beside fast ones, and tells how often the serial lane had to repeat one. */
async function repeats(stale: boolean): Promise<number> {
  const slowly = () => app.mutation("transactions:slowlyAfterLooking", { stale, rounds: 10_000_000 });
  for (let i = 0; i < 2; i++) await slowly(); // measured as slow
  const before = [await server.metric("rivulet_engine_executions_total"), await server.metric("rivulet_engine_lane_runs_total")];
  const slow = slowly();
  let others = 0;
  let isRunning = true;
  void slow.finally(() => (isRunning = false));
  while (isRunning) await app.mutation("transactions:add", { key: `beside ${others++}` });
  await slow;
  expect(await server.metric("rivulet_engine_lane_runs_total")).toBe(before[1]! + 1);
  return (await server.metric("rivulet_engine_executions_total")) - before[0]! - others;
}

test("F-106 what a query on a stale snapshot has read makes its mutation conflict with nobody", async () => {
  expect(await repeats(true)).toBe(0);
  expect(await repeats(false)).toBe(1);
});

test("F-115.8 filters take a timestamp that is not known yet for the last int64", async () => {
  expect(await app.mutation("transactions:filtered")).toEqual({
    equal: "own",
    notEqual: "",
    after: "own",
    before: "",
    number: "own",
    added: expect.stringContaining("was given a commit timestamp that is not known yet and a bigint") as string,
  });
});

test("F-115.4 a called query shows it to the mutation", async () => {
  expect(await app.mutation("transactions:below")).toBe("[unresolved commit timestamp]");
});

test("F-115.9 the package's own ctx writes it, reads it back and finds it", async () => {
  const text = "[unresolved commit timestamp]";
  expect(await app.mutation("transactions:onStrings")).toEqual({ texts: [text, text, text], found: 1, inRange: 1, stale: false });
  expect(await app.query("transactions:events", { key: "strings again" })).toEqual([expect.any(BigInt)]);
});

test("F-161 count counts a table's documents, none where there is no table", async () => {
  const [counted, collected, ofNothing] = await app.query<number[]>("transactions:counts");
  expect([counted! > 0, counted, ofNothing]).toEqual([true, collected, 0]);
});
