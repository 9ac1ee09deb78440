/** VS-1 … VS-7 of docs/spec/vector-search.md, with the public CLI and clients against a real server. */
import type { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import type { Value } from "convex/values";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { mutationNamed, queryNamed, startServer, until, type TestServer } from "../harness.js";

const actionNamed = (name: string) => makeFunctionReference<"action">(name);

interface Found {
  readonly _id: string;
  readonly _score: number;
}

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ flags: ["--function-time-max", "20s"] });
  await server.deploy("vectors");
});
beforeEach(() => server.http().mutation(mutationNamed("docs:clear"), {}));
afterAll(() => server[Symbol.asyncDispose]());

const insert = (...docs: Record<string, Value>[]) => server.http().mutation(mutationNamed("docs:insert"), { docs }) as Promise<string[]>;
const patch = (id: string, fields: Record<string, Value>) => server.http().mutation(mutationNamed("docs:patch"), { id, fields });
const remove = (id: string) => server.http().mutation(mutationNamed("docs:remove"), { id });

/** The same search in an action and in a query. */
const WAYS = {
  action: (args: Record<string, Value>) => server.http().action(actionNamed("acts:search"), args) as Promise<Found[]>,
  query: (args: Record<string, Value>) => server.http().query(queryNamed("docs:search"), args) as Promise<Found[]>,
};

const AXES = [
  { title: "x", vector: [1, 0, 0], kind: "axis" },
  { title: "y", vector: [0, 1, 0], kind: "axis" },
  { title: "xy", vector: [5, 5, 0], kind: "diagonal", owner: { name: "ann" } },
  { title: "-x", vector: [-2, 0, 0], kind: "axis" },
  { title: "none", kind: "axis" },
  { title: "short", vector: [1, 0], kind: "axis" },
  { title: "untyped", vector: [1, 0, 0.5] },
];

describe.each(Object.entries(WAYS))("in a %s", (_kind, search) => {
  test("VS-3.1 VS-3.2 finds the most similar documents, best first, with their cosine similarity", async () => {
    const [x, y, xy, minusX, , , untyped] = await insert(...AXES);
    const found = (id: string | undefined, score: number): Found => ({ _id: id!, _score: expect.closeTo(score, 6) as number });
    expect(await search({ vector: [3, 0, 0] })).toEqual([found(x, 1), found(untyped, 1 / Math.hypot(1, 0.5)), found(xy, Math.SQRT1_2), found(y, 0), found(minusX, -1)]);
    expect(await search({ vector: [3, 0, 0], limit: 1 })).toEqual([found(x, 1)]);
  });

  test("VS-3.3 gives ten by default, up to 256 when asked", async () => {
    await insert(...Array.from({ length: 300 }, (_, i) => ({ title: `${i}`, vector: [Math.cos(i), Math.sin(i), i / 100] })));
    expect(await search({ vector: [1, 1, 1] })).toHaveLength(10);
    const most = await search({ vector: [1, 1, 1], limit: 256 });
    expect(new Set(most.map(({ _id }) => _id)).size).toBe(256);
    expect(most.map(({ _score }) => _score)).toEqual(most.map(({ _score }) => _score).sort((a, b) => b - a));
  });

  test("VS-4.1 VS-4.2 VS-4.3 filters by equality over filter fields, nested, absent and null ones too", async () => {
    const [x, y, xy, minusX] = await insert(...AXES);
    const [nothing, one] = await insert({ title: "null", vector: [1, 1, 1], kind: null }, { title: "1", vector: [1, 1, 1], kind: 1 });
    const ids = async (...filter: [string, Value][]): Promise<string[]> => (await search({ vector: [1, 0, 0], filter })).map(({ _id }) => _id);
    expect(await ids(["kind", "axis"])).toEqual([x, y, minusX]);
    expect(await ids(["owner.name", "ann"])).toEqual([xy]);
    expect(new Set(await ids(["kind", "diagonal"], ["kind", 1]))).toEqual(new Set([xy, one]));
    expect(await ids(["kind", null])).toEqual([nothing]);
    expect(await ids(["kind", 1n])).toEqual([]);
    expect(await ids()).toEqual([]);
  });

  test("VS-7.1 VS-7.2 VS-7.3 VS-7.4 says what is wrong with a search", async () => {
    const vector = [1, 0, 0];
    const sixty = (count: number): [string, Value][] => Array.from({ length: count }, (_, i) => ["kind", `k${i}`]);
    const failures: [Record<string, Value>, string][] = [
      [{ vector: [1, 0] }, "has 2 dimensions, and the index has 3"],
      [{ vector: [] }, "`vector`"],
      [{ vector: "text" }, "`vector`"],
      [{ vector: [1, "0", 0] }, "at position 1"],
      [{ vector, limit: 0 }, "between 1 and 256"],
      [{ vector, limit: 257 }, "between 1 and 256"],
      [{ vector, limit: 1.5 }, "between 1 and 256"],
      [{ vector, table: "nothing" }, "Vector index nothing.by_vector not found"],
      [{ vector, index: "by_nothing" }, "Vector index docs.by_nothing not found"],
      [{ vector, index: "by_creation_time" }, "not found"],
      [{ vector, index: "by_vector_later" }, "is staged"],
      [{ vector, filter: [["title", "x"]] }, "has no filter field `title`: it has `kind`, `owner.name`"],
      [{ vector, filter: sixty(65) }, "65 expressions, and at most 64"],
    ];
    for (const [args, message] of failures) await expect(search(args), JSON.stringify(args)).rejects.toThrow(message);
    expect(await search({ vector, filter: sixty(64) })).toEqual([]);
  });

  test("VS-5.1 sees every write at once: inserts, patches of vector and filter fields, deletes", async () => {
    const [x, y] = await insert(...AXES);
    const best = async (args: Record<string, Value> = {}): Promise<string | undefined> => (await search({ vector: [1, 0, 0], limit: 1, ...args }))[0]?._id;
    expect(await best()).toBe(x);
    await patch(x!, { vector: [0, 0, 1] });
    await patch(y!, { vector: [1, 0.1, 0] });
    expect(await best()).toBe(y);
    expect(await best({ filter: [["kind", "moved"]] })).toBeUndefined();
    await patch(y!, { kind: "moved" });
    expect(await best({ filter: [["kind", "moved"]] })).toBe(y);
    await remove(y!);
    expect(await best({ filter: [["kind", "moved"]] })).toBeUndefined();
    expect(await best()).not.toBe(y);
  });
});

describe("actions", () => {
  test("VS-3.4 find what a mutation that they called has written", async () => {
    expect(await server.http().action(actionNamed("acts:insertThenSearch"), { vector: [0.3, 0.2, 0.1] })).toBe(true);
  });

  test("VS-3.5 of Node search too", async () => {
    const [, , xy] = await insert(...AXES);
    const found = (await server.http().action(actionNamed("nodeActs:search"), { vector: [1, 0, 0], kind: "diagonal" })) as Found[];
    expect(found.map(({ _id }) => _id)).toEqual([xy]);
  });

  test("VS-7.3 are told what a filter can be made of", async () => {
    await expect(server.http().action(actionNamed("acts:oddFilter"), { vector: [1, 0, 0] })).rejects.toThrow("can only be made of `q.eq` and `q.or`");
  });
});

describe("transactions", () => {
  test("VS-5.1 find their own writes, and leave nothing when they fail", async () => {
    await insert({ title: "near", vector: [1, 0.2, 0] });
    const run = (fail: boolean) => server.http().mutation(mutationNamed("docs:throughOwnWrites"), { vector: [1, 0, 0], fail });
    await expect(run(true)).rejects.toThrow("undone");
    expect(await server.http().query(queryNamed("docs:titles"), { vector: [1, 0, 0] })).toEqual(["near"]);
    expect(await run(false)).toEqual([["near"], ["own"], ["near"], ["near"], ["left"]]);
    expect(await server.http().query(queryNamed("docs:titles"), { vector: [1, 0, 0] })).toEqual(["left", "near"]);
  });

  test("VS-5.4 are right in the optimistic lane too: of many that insert what is not there yet, one does", async () => {
    const once = (vector: number[]) => server.client().mutation(mutationNamed("docs:insertUnlessNear"), { vector, rounds: 40_000_000 });
    // Slow enough, a few times, to be sent to the lane.
    for (let i = 0; i < 4; i++) await once([Math.cos(i), Math.sin(i), 0]);
    const runsBefore = await server.metric("rivulet_engine_lane_runs_total");
    const results = await Promise.all(Array.from({ length: 5 }, () => once([0, 0, 1])));
    expect(results.filter((id) => id !== null)).toHaveLength(1);
    expect(await server.http().query(queryNamed("docs:count"), {})).toBe(5);
    expect(await server.metric("rivulet_engine_lane_runs_total")).toBeGreaterThan(runsBefore);
  });

  test("VS-1.3 can be searched by the syscall that libraries use", async () => {
    const [x] = await insert(...AXES);
    const { results } = (await server.http().query(queryNamed("docs:searchBySyscall"), { vector: [1, 0, 0] })) as { results: Found[] };
    expect(results[0]).toEqual({ _id: x, _score: expect.closeTo(1, 6) as number });
  });
});

describe("live queries", () => {
  const runs = () => server.metric("rivulet_engine_live_query_runs_total");
  let client: ConvexClient;
  beforeEach(() => {
    client = server.client();
  });
  afterEach(() => client.close());

  test("VS-6.1 VS-6.2 VS-6.3 run again when their result can change, and for nothing else", async () => {
    const [near, second] = await insert({ title: "near", vector: [1, 0, 0] }, { title: "second", vector: [1, 0.3, 0] }, { title: "far", vector: [-1, 0, 0] });
    const results: string[][] = [];
    client.onUpdate(queryNamed("docs:ids"), { vector: [1, 0, 0], limit: 2 }, (ids) => results.push(ids as string[]));
    await until(() => results.length === 1, "the first result");
    expect(results[0]).toEqual([near, second]);
    const before = await runs();

    const [aside] = await insert({ title: "aside", vector: [0, 1, 0] });
    await insert({ title: "no vector" }, { title: "short", vector: [1] });
    await patch(near!, { views: 1, title: "still near" });
    await patch(aside!, { vector: [0, 0, 1] });
    await remove(aside!);
    expect(await runs()).toBe(before);

    const [nearer] = await insert({ title: "nearer", vector: [1, 0.01, 0] });
    await until(() => results.length === 2, "the second result");
    expect(results[1]).toEqual([near, nearer]);
    await remove(near!);
    await until(() => results.length === 3, "the third result");
    expect(results[2]).toEqual([nearer, second]);
    expect(await runs()).toBe(before + 2);
  });

  test("VS-6.3 do not run again for documents that their filter keeps out", async () => {
    await insert(...AXES);
    const results: string[][] = [];
    client.onUpdate(queryNamed("docs:titles"), { vector: [1, 0, 0], kind: "axis", limit: 2 }, (titles) => results.push(titles as string[]));
    await until(() => results.length === 1, "the first result");
    const before = await runs();
    const [other] = await insert({ title: "other", vector: [1, 0, 0], kind: "other" });
    expect(await runs()).toBe(before);
    await patch(other!, { kind: "axis" });
    await until(() => results.length === 2, "the second result");
    expect(new Set(results[1])).toEqual(new Set(["x", "other"]));
  });

  test("VS-6.4 wait for an index that a later push brings", async () => {
    const failures: string[] = [];
    client.onUpdate(queryNamed("docs:search"), { vector: [1, 0, 0], index: "by_vector_later" }, () => undefined, (error) => failures.push(error.message));
    await until(() => failures.length > 0, "the refusal");
    expect(failures[0]).toContain("is staged");
  });
});

describe("the store", () => {
  test("VS-5.3 kill -9: what was acknowledged is found after a restart, and nothing else", async () => {
    const [x] = await insert(...AXES);
    expect((await WAYS.action({ vector: [1, 0, 0], limit: 1 }))[0]!._id).toBe(x);
    const acknowledged: string[] = [];
    const client = server.http();
    const writing = (async () => {
      for (let i = 0; ; i++) acknowledged.push(...((await client.mutation(mutationNamed("docs:insert"), { docs: [{ title: `late ${i}`, vector: [0, i + 1, 1], kind: "late" }] })) as string[]));
    })().catch(() => undefined);
    await until(() => acknowledged.length > 20, "writes");
    await server.kill();
    await writing;
    await server.start();
    const found = (await WAYS.query({ vector: [0, 1, 0], limit: 256, filter: [["kind", "late"]] })).map(({ _id }) => _id);
    for (const id of acknowledged) expect(found).toContain(id);
    expect(found.length - acknowledged.length).toBeLessThanOrEqual(1);
    expect((await WAYS.action({ vector: [1, 0, 0], limit: 1 }))[0]!._id).toBe(x);
  });

  test("VS-2.2 VS-4.4 holds 4,096 dimensions, in a nested field", async () => {
    const wide = (seed: number): number[] => Array.from({ length: 4_096 }, (_, i) => Math.sin(seed * (i + 1) * 12.9898) * 43_758.5453 % 1);
    const docs = Array.from({ length: 40 }, (_, i) => ({ label: `${i}`, embedding: { vector: wide(i + 1) } }));
    await server.http().mutation(mutationNamed("docs:insertWide"), { docs });
    const found = (await server.http().query(queryNamed("docs:wideSearch"), { vector: wide(8), limit: 3 })) as [string, number][];
    expect(found).toHaveLength(3);
    expect(found[0]).toEqual(["7", expect.closeTo(1, 5)]);
    await expect(server.http().query(queryNamed("docs:wideSearch"), { vector: wide(8).slice(1), limit: 3 })).rejects.toThrow("has 4095 dimensions, and the index has 4096");
  });
});
