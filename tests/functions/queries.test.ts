/** `ctx.db.query`: sources, index ranges, filters, order, and every way to consume one. F-30 to F-48. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Value } from "convex/values";
import { startServer, type TestServer } from "../harness.js";
import { Caller, cause } from "./caller.js";

let server: TestServer;
let app: Caller;

interface Item {
  readonly _id: string;
  readonly rank: number;
}

const ABSENT = { absent: true };

/** Six items of two groups; `label` is absent, null or a text. */
const ITEMS = [
  { group: "a", rank: 1 },
  { group: "a", rank: 2, label: null },
  { group: "b", rank: 3, label: "x" },
  { group: "a", rank: 4, label: "y", nested: { a: { b: 10 } } },
  { group: "b", rank: 5, label: "x", nested: { a: { b: 20 } } },
  { group: "b", rank: 6, tags: ["t"] },
];

beforeAll(async () => {
  server = await startServer({ flags: ["--redact-errors", "no"] });
  await server.deploy("surface");
  app = new Caller(server.http());
  await app.mutation("documents:insertMany", { items: ITEMS });
});

afterAll(() => server[Symbol.asyncDispose]());

async function ranks(args: Record<string, Value>): Promise<number[]> {
  return (await app.query<Item[]>("queries:collect", args)).map(({ rank }) => rank);
}

function step(op: string, field: string, value: Value): { op: string; field: string; value: Value } {
  return { op, field, value };
}

describe("sources", () => {
  test("F-30 a table is read in the order of creation, or against it", async () => {
    expect(await ranks({})).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await ranks({ order: "asc" })).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await ranks({ order: "desc" })).toEqual([6, 5, 4, 3, 2, 1]);
  });

  test("F-31 every table has indexes by creation time and by id", async () => {
    const [, second] = await app.query<(Item & { _creationTime: number })[]>("queries:collect", {});
    expect(await ranks({ index: "by_creation_time", range: [step("gt", "_creationTime", second!._creationTime)] })).toEqual([3, 4, 5, 6]);
    expect(await ranks({ index: "by_id", range: [step("eq", "_id", second!._id)] })).toEqual([2]);
  });

  test.each<[string, ReturnType<typeof step>[], number[]]>([
    ["eq", [step("eq", "group", "a")], [1, 2, 4]],
    ["eq eq", [step("eq", "group", "b"), step("eq", "rank", 5)], [5]],
    ["eq gt", [step("eq", "group", "a"), step("gt", "rank", 2)], [4]],
    ["eq gte", [step("eq", "group", "a"), step("gte", "rank", 2)], [2, 4]],
    ["eq lt", [step("eq", "group", "a"), step("lt", "rank", 2)], [1]],
    ["eq lte", [step("eq", "group", "a"), step("lte", "rank", 2)], [1, 2]],
    ["eq gt lt", [step("eq", "group", "a"), step("gt", "rank", 1), step("lt", "rank", 4)], [2]],
    ["eq gte lte", [step("eq", "group", "b"), step("gte", "rank", 3), step("lte", "rank", 5)], [3, 5]],
    ["gt", [step("gt", "group", "a")], [3, 5, 6]],
    ["nothing between", [step("eq", "group", "a"), step("gt", "rank", 4), step("lt", "rank", 4)], []],
  ])("F-32 index range %s", async (_name, range, expected) => {
    expect(await ranks({ index: "by_group_rank", range })).toEqual(expected);
    expect(await ranks({ index: "by_group_rank", range, order: "desc" })).toEqual([...expected].reverse());
  });

  test("F-33 an index without a range is the whole table in its order", async () => {
    expect(await ranks({ index: "by_group_rank" })).toEqual([1, 2, 4, 3, 5, 6]);
    expect(await ranks({ index: "by_nested", range: [step("gte", "nested.a.b", 0)] })).toEqual([4, 5]);
  });

  test("F-34 an absent field is equal to undefined in an index, and before null, which is before all else", async () => {
    expect(await ranks({ index: "by_label", range: [step("eq", "label", ABSENT)] })).toEqual([1, 6]);
    expect(await ranks({ index: "by_label", range: [step("eq", "label", null)] })).toEqual([2]);
    expect(await ranks({ index: "by_label", range: [step("gt", "label", ABSENT)] })).toEqual([2, 3, 5, 4]);
    expect(await ranks({ index: "by_label", range: [step("gt", "label", null)] })).toEqual([3, 5, 4]);
    expect(await ranks({ index: "by_label" })).toEqual([1, 6, 2, 3, 5, 4]);
  });

  test.each<[string, string, ReturnType<typeof step>[]]>([
    ["an unknown index", "by_nothing", []],
    ["a field that is not the index's next", "by_group_rank", [step("eq", "rank", 1)]],
    ["fields out of order", "by_group_rank", [step("eq", "rank", 1), step("eq", "group", "a")]],
    ["eq behind a bound", "by_group_rank", [step("gt", "group", "a"), step("eq", "rank", 1)]],
    ["two lower bounds", "by_group_rank", [step("gt", "group", "a"), step("gte", "group", "a")]],
    ["bounds of two fields", "by_group_rank", [step("gt", "group", "a"), step("lt", "rank", 1)]],
    ["a field that is not in the index", "by_rank", [step("eq", "group", "a")]],
  ])("F-35 %s is refused", async (_what, index, range) => {
    expect(cause(await app.queryError("queries:collect", { index, range }))).toMatch(/^Uncaught Error: [^]*(?:index|Index|range)/);
  });
});

describe("filters", () => {
  const RANK = ["field", "rank"];
  const LABEL = ["field", "label"];

  test.each<[string, Value, number[]]>([
    ["eq", ["eq", RANK, 3], [3]],
    ["neq", ["neq", RANK, 3], [1, 2, 4, 5, 6]],
    ["lt", ["lt", RANK, 3], [1, 2]],
    ["lte", ["lte", RANK, 3], [1, 2, 3]],
    ["gt", ["gt", RANK, 3], [4, 5, 6]],
    ["gte", ["gte", RANK, 3], [3, 4, 5, 6]],
    ["add", ["eq", ["add", RANK, 1], 3], [2]],
    ["sub", ["eq", ["sub", RANK, 1], 3], [4]],
    ["mul", ["eq", ["mul", RANK, 2], 6], [3]],
    ["div", ["eq", ["div", RANK, 2], 3], [6]],
    ["mod", ["eq", ["mod", RANK, 3], 0], [3, 6]],
    ["neg", ["lt", ["neg", RANK], -4], [5, 6]],
    ["and", ["and", ["gt", RANK, 1], ["lt", RANK, 4]], [2, 3]],
    ["and of nothing", ["and"], [1, 2, 3, 4, 5, 6]],
    ["or", ["or", ["eq", RANK, 1], ["eq", RANK, 6]], [1, 6]],
    ["or of nothing", ["or"], []],
    ["not", ["not", ["gt", RANK, 2]], [1, 2]],
    ["a literal", true, [1, 2, 3, 4, 5, 6]],
    ["a false literal", false, []],
    ["field = field", ["eq", RANK, RANK], [1, 2, 3, 4, 5, 6]],
    ["nested field", ["gt", ["field", "nested.a.b"], 10], [5]],
    ["absent field", ["eq", LABEL, ABSENT], [1, 6]],
    ["field that is there", ["neq", LABEL, ABSENT], [2, 3, 4, 5]],
    ["null", ["eq", LABEL, null], [2]],
    ["values of two types", ["eq", RANK, "3"], []],
    ["an order across types", ["gt", LABEL, 7], [3, 4, 5]],
    ["array", ["eq", ["field", "tags"], ["literal", ["t"]]], [6]],
    ["object", ["eq", ["field", "nested"], ["literal", { a: { b: 10 } }]], [4]],
    ["path through what is no object", ["eq", ["field", "rank.x"], ABSENT], [1, 2, 3, 4, 5, 6]],
  ])("F-36 filter %s", async (_name, filter, expected) => {
    expect(await ranks({ filters: [filter] })).toEqual(expected);
  });

  test("F-37 filters follow each other, and follow an index", async () => {
    expect(await ranks({ filters: [["gt", RANK, 1], ["lt", RANK, 5]] })).toEqual([2, 3, 4]);
    expect(await ranks({ index: "by_group_rank", range: [step("eq", "group", "b")], order: "desc", filters: [["neq", RANK, 5]] })).toEqual([6, 3]);
  });

  test.each<[string, Value]>([
    ["a number", 7],
    ["arithmetic with a text", ["eq", ["add", RANK, "1"], 2]],
    ["int64 and float together", ["eq", ["add", RANK, 1n], 2]],
    ["not of a number", ["not", RANK]],
  ])("F-38 a filter that is %s is an error", async (_what, filter) => {
    expect(cause(await app.queryError("queries:collect", { filters: [filter] }))).toMatch(/^Uncaught Error: /);
  });
});

describe("consuming", () => {
  const B = { index: "by_group_rank", range: [{ op: "eq", field: "group", value: "b" }] };

  test("F-39 first", async () => {
    expect(await app.query("queries:first", B)).toMatchObject({ rank: 3 });
    expect(await app.query("queries:first", { ...B, order: "desc" })).toMatchObject({ rank: 6 });
    expect(await app.query("queries:first", { filters: [["eq", ["field", "rank"], 100]] })).toBeNull();
  });

  test("F-40 unique", async () => {
    expect(await app.query("queries:unique", { filters: [["eq", ["field", "rank"], 4]] })).toMatchObject({ rank: 4 });
    expect(await app.query("queries:unique", { filters: [["eq", ["field", "rank"], 100]] })).toBeNull();
    const [first, second] = await app.query<Item[]>("queries:take", { ...B, n: 2 });
    expect(cause(await app.queryError("queries:unique", B))).toContain(`Uncaught Error: unique() query returned more than one result from table items:\n [${first!._id}, ${second!._id}, ...]`);
  });

  test("F-41 take", async () => {
    expect((await app.query<Item[]>("queries:take", { n: 2 })).map(({ rank }) => rank)).toEqual([1, 2]);
    expect(await app.query("queries:take", { n: 0 })).toEqual([]);
    expect(await app.query<Item[]>("queries:take", { n: 100 })).toHaveLength(6);
    // A limit counts what passes the filters.
    expect((await app.query<Item[]>("queries:take", { n: 2, filters: [["gt", ["field", "rank"], 3]] })).map(({ rank }) => rank)).toEqual([4, 5]);
  });

  test("F-42 iteration, to the end and left in the middle", async () => {
    expect(await app.query("queries:iterate", { atMost: 100 })).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await app.query("queries:iterate", { atMost: 2, order: "desc" })).toEqual([6, 5]);
  });

  test("F-43 paginate", async () => {
    interface Page {
      page: Item[];
      isDone: boolean;
      continueCursor: string;
    }
    const paginate = (options: Record<string, Value>): Promise<Page> => app.query("queries:paginate", { options });
    const first = await paginate({ numItems: 4, cursor: null });
    expect([first.page.map(({ rank }) => rank), first.isDone]).toEqual([[1, 2, 3, 4], false]);
    const second = await paginate({ numItems: 4, cursor: first.continueCursor });
    expect([second.page.map(({ rank }) => rank), second.isDone]).toEqual([[5, 6], true]);
    const again = await paginate({ numItems: 1, cursor: null, endCursor: first.continueCursor });
    expect(again.page.map(({ rank }) => rank)).toEqual([1, 2, 3, 4]);
    expect(again.continueCursor).toBe(first.continueCursor);
    const beyond = await paginate({ numItems: 4, cursor: second.continueCursor });
    expect([beyond.page, beyond.isDone]).toEqual([[], true]);
  });

  test("F-44 one function may paginate as often as it likes", async () => {
    const pages = await app.query<Item[][]>("queries:pages", { numItems: 4 });
    expect(pages.map((page) => page.map(({ rank }) => rank))).toEqual([[1, 2, 3, 4], [5, 6]]);
    const filtered = await app.query<Item[][]>("queries:pages", { numItems: 1, ...B, filters: [["neq", ["field", "rank"], 5]] });
    expect(filtered.flat().map(({ rank }) => rank)).toEqual([3, 6]);
  });

  test("F-45 a page may be bounded by what it reads", async () => {
    const { page, isDone } = await app.query<{ page: Item[]; isDone: boolean }>("queries:paginate", { options: { numItems: 100, cursor: null, maximumRowsRead: 2 } });
    expect(page.map(({ rank }) => rank)).toEqual([1, 2]);
    expect(isDone).toBe(false);
  });

  test("F-46 misuse is refused in the package's own words", async () => {
    expect(await app.query("queries:misuse")).toEqual({
      chainedTwice: "A query can only be chained once and can't be chained after iteration begins.",
      collectedTwice: "This query is closed and can't emit any more values.",
      collectedAfterChaining: "This query has been chained with another operator and can't be reused.",
      orderedTwice: "Queries may only specify order at most once",
      negativeTake: "Arg 1 `n` to `take` must be a non-negative integer",
      fractionalTake: "Arg 1 `n` to `take` must be a non-negative integer",
      missingTake: "Must provide arg 1 `n` to `take`",
      rangeUsedTwice: "IndexRangeBuilder has already been used! Chain your method calls like `q => q.eq(...).eq(...)`. See https://docs.convex.dev/using/indexes",
      missingIndexName: "Must provide arg 1 `indexName` to `withIndex`",
      missingTable: expect.not.stringContaining("foreign") as string,
      negativePage: "`options.numItems` must be a positive number. Received `-1`.",
      systemTable: "System tables can only be accessed from db.system.query().",
      noValue: expect.stringMatching(/^Date "1970-01-01T00:00:00.000Z" is not a supported Convex type/) as string,
      noValueInRange: expect.stringMatching(/^Date "1970-01-01T00:00:00.000Z" is not a supported Convex type/) as string,
    });
  });

  test("F-48 documents, arrays, pages and promises are of the function's own realm", async () => {
    expect(await app.query("queries:realms")).toEqual({ array: true, document: true, page: true, promise: true, first: true });
  });

  test("F-47 a query that is returned instead of its results is an error that says so", async () => {
    expect(cause(await app.queryError("queries:returnsQuery"))).toContain("Return value is a Query. Results must be retrieved with `.collect()`, `.take(n), `.unique()`, or `.first()`.");
  });
});
