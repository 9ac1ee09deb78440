/** `ctx.db.system`: jobs and files as documents. Numbers of docs/spec/system-tables.md. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeFunctionReference } from "convex/server";
import { mutationNamed, queryNamed, startServer, type TestServer } from "../harness.js";
import { inlineQuery, inlineValue } from "../cli/inline-query.js";
import { Watch } from "../sync/watch.js";

interface Ids {
  readonly jobs: readonly string[];
  readonly note: string;
  readonly file: string;
}

const JOBS = 'ctx.db.system.query("_scheduled_functions")';
const FILES = 'ctx.db.system.query("_storage")';

let server: TestServer;
let ids: Ids;

beforeAll(async () => {
  server = await startServer();
  await server.deploy("operations");
  const http = server.http();
  const jobs = (await http.mutation(mutationNamed("notes:schedule"), { bodies: ["a", "b", "c"] })) as string[];
  const note = (await http.mutation(mutationNamed("notes:add"), { body: "a note", rank: 1 })) as string;
  const [file] = (await Promise.all(["hello", "hello world"].map((text) => http.action(makeFunctionReference<"action">("notes:store"), { text })))) as [string];
  ids = { jobs, note, file };
});

afterAll(() => server[Symbol.asyncDispose]());

const ask = (expression: string, componentId?: string): Promise<unknown> =>
  inlineValue(server, `const { jobs, note, file } = ${JSON.stringify(ids)}; return ${expression};`, componentId === undefined ? {} : { componentId });

/** The first line of what a failing query says. */
async function refusal(expression: string): Promise<string> {
  const { errorMessage } = await inlineQuery(server, `const { jobs, note, file } = ${JSON.stringify(ids)}; return ${expression};`);
  return errorMessage?.split("\n")[1] ?? "it did not fail";
}

describe("documents", () => {
  test("ST-1 of a job: name, arguments, time and state", async () => {
    const job = { _id: ids.jobs[0], _creationTime: expect.any(Number) as number, name: "notes.js:add", args: [{ body: "a", rank: 0 }], scheduledTime: expect.any(Number) as number, state: { kind: "pending" } };
    expect(await ask("await ctx.db.system.get(jobs[0])")).toEqual(job);
    expect(await ask('await ctx.db.system.get("_scheduled_functions", jobs[0])')).toEqual(job);
  });

  test("ST-2 of a file: hash, size and type", async () => {
    const sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    const document = { _id: ids.file, _creationTime: expect.any(Number) as number, sha256, size: 5, contentType: "text/plain" };
    expect(await ask("await ctx.db.system.get(file)")).toEqual(document);
    expect(await ask('await ctx.db.system.table("_storage").get(file)')).toEqual(document);
  });

  test("ST-3 that are not there are null", async () => {
    const id = (await server.http().action(makeFunctionReference<"action">("notes:store"), { text: "soon gone" })) as string;
    await server.http().mutation(mutationNamed("notes:discard"), { id });
    expect(await ask(`await ctx.db.system.get(${JSON.stringify(id)})`)).toBeNull();
  });
});

describe("queries", () => {
  test.each<[string, string, unknown]>([
    ["collect in the order of creation", `(await ${JOBS}.collect()).map(({ _id }) => jobs.indexOf(_id))`, [0, 1, 2]],
    ["order", `(await ${JOBS}.order("desc").take(2)).map(({ _id }) => jobs.indexOf(_id))`, [2, 1]],
    ["by creation time", `(await ${JOBS}.withIndex("by_creation_time", (q) => q.gt("_creationTime", 0)).order("desc").first())._id === jobs[2]`, true],
    ["by id", `jobs.indexOf((await ${JOBS}.withIndex("by_id", (q) => q.eq("_id", jobs[1])).unique())._id)`, 1],
    ["filter by a field", `(await ${FILES}.filter((q) => q.gt(q.field("size"), 5)).collect()).map(({ size }) => size)`, [11]],
    ["filter by a state", `(await ${JOBS}.filter((q) => q.eq(q.field("state.kind"), "pending")).collect()).length`, 3],
    ["count", `await ${JOBS}.count()`, 3],
    ["first", `(await ${FILES}.first())._id.length > 30`, true],
    ["through a table", `(await ctx.db.system.table("_scheduled_functions").query().collect()).length`, 3],
  ])("ST-4 %s", async (_, expression, expected) => {
    expect(await ask(expression)).toEqual(expected);
  });

  test("ST-4 page by page, and one after another", async () => {
    const pages = `await (async () => { const first = await ${JOBS}.paginate({ numItems: 2, cursor: null }); const second = await ${JOBS}.paginate({ numItems: 2, cursor: first.continueCursor }); return [first, second].map(({ page, isDone }) => [page.length, isDone]); })()`;
    expect(await ask(pages)).toEqual([[2, false], [1, true]]);
    expect(await ask(`await (async () => { let seen = 0; for await (const _ of ${JOBS}) seen++; return seen; })()`)).toBe(3);
  });

  test("ST-5 are live: a job that is canceled, and one that runs", async () => {
    const client = server.client();
    const job = (await server.http().mutation(mutationNamed("notes:schedule"), { bodies: ["live"] }) as string[])[0]!;
    const watch = Watch.on(client, queryNamed("notes:jobState"), { id: job });
    expect(await watch.value((state) => state === "pending")).toBe("pending");
    await client.mutation(mutationNamed("notes:cancel"), { id: job });
    expect(await watch.value((state) => state === "canceled")).toBe("canceled");
    const now = (await server.http().mutation(mutationNamed("notes:scheduleNow"), {})) as string;
    const soon = Watch.on(client, queryNamed("notes:jobState"), { id: now });
    expect(await soon.value((state) => state === "success")).toBe("success");
  });

  test("ST-6 in a component show its own", async () => {
    expect(await ask(`[(await ${JOBS}.collect()).length, (await ${FILES}.collect()).length, await ctx.db.query("counts").collect()]`, "counter")).toEqual([0, 0, []]);
  });
});

describe("what is refused", () => {
  test.each([
    ['await ctx.db.system.get("_storage", jobs[0])', "which is an Id for table '_scheduled_functions'"],
    ["await ctx.db.system.get(note)", "User tables can only be accessed from db.get()."],
    ['await ctx.db.system.get("notes", note)', "User tables can only be accessed from db.get()."],
    ["await ctx.db.get(file)", "System tables can only be accessed from db.system.get()."],
    ['await ctx.db.get("_storage", file)', "System tables can only be accessed from db.system.get()."],
    ['await ctx.db.system.get("garbage")', "Unable to decode ID"],
    ["await ctx.db.system.get()", "Must provide arg 1 `id` to `get`"],
    ['await ctx.db.system.query("notes").collect()', "User tables can only be accessed from db.query()."],
    ['await ctx.db.query("_storage").collect()', "System tables can only be accessed from db.system.query()."],
    ['ctx.db.system.table("notes").query()', "User tables can only be accessed from db.query()."],
    ['ctx.db.table("_storage").query()', "System tables can only be accessed from db.system.query()."],
    ['await ctx.db.system.query("_modules").collect()', "There is no system table '_modules'."],
    [`await ${JOBS}.withIndex("by_name").collect()`, "Index _scheduled_functions.by_name not found."],
    [`await ${JOBS}.withSearchIndex("search", (q) => q.search("name", "a")).collect()`, "Search index _scheduled_functions.search not found."],
    [`await ${JOBS}.unique()`, "unique() query returned more than one result from table _scheduled_functions"],
    ['ctx.db.system.normalizeId("notes", note)', "User tables can only be accessed from db.normalizeId()."],
    ['await ctx.db.system.insert("_storage", {})', "ctx.db.system.insert is not a function"],
  ])("ST-7 %s", async (expression, message) => {
    expect(await refusal(expression)).toContain(message);
  });

  test("ST-8 ids are made out by table", async () => {
    expect(await ask('[ctx.db.system.normalizeId("_storage", file) === file, ctx.db.system.normalizeId("_storage", note), ctx.db.system.normalizeId("_scheduled_functions", "garbage")]')).toEqual([true, null, null]);
  });

  test.each(["insert", "patch", "replace", "delete"])("ST-9 to write by %s", async (method) => {
    for (const id of [ids.file, ids.jobs[0]]) await expect(server.http().mutation(mutationNamed("notes:writeSystem"), { id, method })).rejects.toThrow("System tables (prefixed with `_`) are read-only.");
  });
});
