/** `ctx.db`: inserting, reading, changing and deleting documents, in every form of the API. F-1 to F-28. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../harness.js";
import { Caller, cause } from "./caller.js";

let server: TestServer;
let app: Caller;

beforeAll(async () => {
  server = await startServer({ flags: ["--redact-errors", "no"] });
  await server.deploy("surface");
  app = new Caller(server.http());
});

afterAll(() => server[Symbol.asyncDispose]());

interface Item extends Record<string, unknown> {
  readonly _id: string;
  readonly _creationTime: number;
}

const ID = /^[0-9a-hjkmnp-tv-z]{31,37}$/;
const FORMS = ["id", "name and id", "table"] as const;

function insert(item: Record<string, string | number | null | string[]>): Promise<string> {
  return app.mutation("documents:insert", { item: { group: "g", rank: 1, ...item } });
}

function get(id: string): Promise<Item | null> {
  return app.query("documents:get", { id });
}

/** A well-formed id of the table that no document has any more. */
async function deletedId(): Promise<string> {
  const id = await insert({});
  await app.mutation("documents:remove", { form: "id", id });
  return id;
}

describe("insert and get", () => {
  test("F-1 an inserted document comes back with its system fields and nothing else", async () => {
    const before = Date.now();
    const id = await insert({ group: "system fields", rank: 2 });
    expect(id).toMatch(ID);
    const item = await get(id);
    expect(item).toEqual({ _id: id, _creationTime: expect.any(Number) as number, group: "system fields", rank: 2 });
    expect(item!._creationTime).toBeGreaterThanOrEqual(before - 1000);
    expect(item!._creationTime).toBeLessThanOrEqual(Date.now() + 1000);
  });

  test("F-2 get in all its forms", async () => {
    const id = await insert({});
    const expected = await get(id);
    expect(await app.query("documents:getFrom", { table: "items", id })).toEqual(expected);
    expect(await app.query("documents:getThroughTable", { table: "items", id })).toEqual(expected);
  });

  test("F-3 what was deleted is null", async () => {
    const id = await deletedId();
    expect(await get(id)).toBeNull();
    expect(await app.query("documents:getFrom", { table: "items", id })).toBeNull();
  });

  test("F-4 an id of another table is refused where the table is named", async () => {
    const id = await app.mutation<string>("documents:insertOther", { title: "t" });
    for (const form of ["documents:getFrom", "documents:getThroughTable"]) {
      const error = cause(await app.queryError(form, { table: "items", id }));
      expect(error).toContain("Uncaught Error: Invalid argument `id` for `db.get`");
      expect(error).toContain("'items'");
      expect(error).toContain("'others'");
    }
  });

  test.each(["", "nonsense", "x".repeat(32), "0".repeat(64)])("F-5 %j is no id", async (id) => {
    expect(cause(await app.queryError("documents:get", { id }))).toContain("Uncaught Error: Invalid argument `id` for `db.get`");
  });

  test("F-6 a missing id and one of another type are told apart", async () => {
    expect(cause(await app.queryError("documents:getNothing"))).toContain("Uncaught TypeError: Must provide arg 1 `id` to `get`");
    expect(cause(await app.queryError("documents:getNumber"))).toContain("Invalid argument `id` for `db.get`, expected string but got 'number': 7");
  });

  test("F-7 creation times increase with every insert and are unique, also within a transaction", async () => {
    const ids = await app.mutation<string[]>("documents:insertMany", { items: Array.from({ length: 50 }, (_, rank) => ({ group: "times", rank })) });
    ids.push(await insert({ group: "times", rank: 50 }));
    const times = (await Promise.all(ids.map(get))).map((item) => item!._creationTime);
    expect(times.every((time, i) => i === 0 || time > times[i - 1]!)).toBe(true);
    expect(new Set(ids).size).toBe(51);
  });

  test("F-8 inserts started together all happen", async () => {
    const ids = await app.mutation<string[]>("documents:insertTogether", { group: "together", count: 20 });
    expect(await Promise.all(ids.map(async (id) => (await get(id))!["rank"]))).toEqual(Array.from({ length: 20 }, (_, rank) => rank));
  });

  test("F-9 a table that the schema does not have is made by its first document", async () => {
    expect(await app.query("documents:all", { table: "made_up" })).toEqual([]);
    const id = await app.mutation<string>("documents:insertInto", { table: "made_up", document: { a: 1 } });
    expect(await app.query("documents:all", { table: "made_up" })).toEqual([{ _id: id, _creationTime: expect.any(Number) as number, a: 1 }]);
  });

  test.each(["_system", "with space", "", "with-dash", "with.dot", "nul\u0000", "x".repeat(65)])("F-10 %j is no name of a table", async (table) => {
    expect(cause(await app.mutationError("documents:insertInto", { table, document: {} }))).toMatch(/^Uncaught Error: /);
  });

  test.each<[string, null | number | string[]]>([["null", null], ["a number", 7], ["an array", ["a"]]])("F-11 %s is no document", async (_what, document) => {
    expect(cause(await app.mutationError("documents:insertLoose", { document }))).toMatch(/^Uncaught Error: /);
  });

  test("F-12 system fields are the database's, whatever is given; other names with an underscore are refused", async () => {
    const given = await deletedId();
    const id = await app.mutation<string>("documents:insertLoose", { document: { _id: given, _creationTime: 1 } });
    expect(id).not.toBe(given);
    expect((await get(id))!._creationTime).toBeGreaterThan(1);
    expect(cause(await app.mutationError("documents:insertLoose", { document: { _other: 1 } }))).toContain("_other");
  });
});

describe("patch", () => {
  test.each(FORMS)("F-13 patch by %s changes the named fields and leaves the others", async (form) => {
    const id = await insert({ label: "old", tags: ["a"] });
    const { _creationTime } = (await get(id))!;
    expect(await app.mutation("documents:patch", { form, id, value: { rank: 9, label: null } })).toEqual({ _id: id, _creationTime, group: "g", rank: 9, label: null, tags: ["a"] });
  });

  test("F-14 a field patched with undefined is removed", async () => {
    const id = await insert({ label: "old" });
    const patched = await app.mutation<Item>("documents:patch", { form: "id", id, value: {}, unset: ["label", "tags"] });
    expect(Object.keys(patched).sort()).toEqual(["_creationTime", "_id", "group", "rank"]);
  });

  test("F-15 a patch replaces nested objects whole", async () => {
    const id = await app.mutation<string>("documents:insertLoose", { document: { nested: { a: 1, b: 2 } } });
    expect(await app.mutation("documents:patch", { form: "id", id, value: { nested: { c: 3 } } })).toMatchObject({ nested: { c: 3 } });
    expect(((await get(id))!["nested"] as object)).toEqual({ c: 3 });
  });

  test("F-16 system fields may be repeated in a patch but not changed", async () => {
    const id = await insert({});
    const item = (await get(id))!;
    expect(await app.mutation("documents:patch", { form: "id", id, value: { _id: id, _creationTime: item._creationTime, rank: 3 } })).toMatchObject({ rank: 3 });
    expect(cause(await app.mutationError("documents:patch", { form: "id", id, value: { _id: await insert({}) } }))).toContain("_id");
    expect(cause(await app.mutationError("documents:patch", { form: "id", id, value: { _creationTime: 1 } }))).toContain("_creationTime");
    expect(cause(await app.mutationError("documents:patch", { form: "id", id, value: {}, unset: ["_id"] }))).toContain("_id");
  });
});

describe("replace", () => {
  test.each(FORMS)("F-17 replace by %s leaves only what is given, and the system fields", async (form) => {
    const id = await insert({ label: "old", tags: ["a"] });
    const { _creationTime } = (await get(id))!;
    expect(await app.mutation("documents:replace", { form, id, value: { group: "new", rank: 4 } })).toEqual({ _id: id, _creationTime, group: "new", rank: 4 });
  });

  test("F-18 a document that was read can be put back with its system fields", async () => {
    const id = await insert({ label: "same" });
    const item = (await get(id))!;
    expect(await app.mutation("documents:replace", { form: "id", id, value: item as never })).toEqual(item);
    expect(cause(await app.mutationError("documents:replace", { form: "id", id, value: { ...item, _creationTime: 1 } as never }))).toContain("_creationTime");
  });
});

describe("delete", () => {
  test.each(FORMS)("F-19 delete by %s", async (form) => {
    const id = await insert({});
    expect(await app.mutation("documents:remove", { form, id })).toBeNull();
    expect(await get(id)).toBeNull();
  });
});

describe("what is not there", () => {
  test.each([
    ["patch", "Patch on nonexistent document ID", { value: {} }],
    ["replace", "Replace on nonexistent document ID", { value: { group: "g", rank: 1 } }],
    ["remove", "Delete on nonexistent document ID", {}],
  ])("F-20 %s says so", async (name, text, more) => {
    const id = await deletedId();
    expect(cause(await app.mutationError(`documents:${name}`, { form: "id", id, ...more }))).toContain(`Uncaught Error: ${text} ${id}`);
  });

  test.each(["patch", "replace", "remove"])("F-21 %s refuses an id of another table where the table is named", async (name) => {
    const id = await app.mutation<string>("documents:insertOther", { title: "t" });
    for (const form of ["name and id", "table"]) {
      const value = name === "remove" ? {} : { value: { group: "g", rank: 1 } };
      const error = cause(await app.mutationError(`documents:${name}`, { form, id, ...value }));
      expect(error).toContain("Invalid argument `id` for `db.");
      expect(error).toContain("'others'");
    }
    expect(await get(id)).toMatchObject({ title: "t" });
  });
});

describe("ids", () => {
  test("F-22 normalizeId answers the id of its own table, and null for anything else", async () => {
    const id = await insert({});
    const other = await app.mutation<string>("documents:insertOther", { title: "t" });
    const normalize = (table: string, text: string): Promise<string | null> => app.query("documents:normalize", { table, id: text });
    expect(await normalize("items", id)).toBe(id);
    expect(await normalize("others", id)).toBeNull();
    expect(await normalize("items", other)).toBeNull();
    expect(await normalize("items", "nonsense")).toBeNull();
    expect(await normalize("no_such_table", id)).toBeNull();
    expect(await normalize("items", await deletedId())).toMatch(ID);
    expect(cause(await app.queryError("documents:normalize", { table: "_storage", id }))).toContain("System tables can only be accessed from db.system.normalizeId().");
  });

  test("F-23 system tables are read through db.system and nowhere else", async () => {
    const id = await insert({});
    expect(cause(await app.queryError("documents:getFrom", { table: "_storage", id }))).toMatch(/^Uncaught Error: /);
    expect(cause(await app.queryError("documents:all", { table: "_storage" }))).toContain("System tables can only be accessed from db.system.query().");
    expect(cause(await app.queryError("documents:systemQuery", { table: "items" }))).toContain("User tables can only be accessed from db.query().");
    expect(await app.query("documents:systemQuery", { table: "_storage" })).toEqual([]);
    expect(await app.query("documents:systemQuery", { table: "_scheduled_functions" })).toEqual([]);
  });
});

describe("transactions", () => {
  test("F-24 a mutation sees its own writes, in reads by index too", async () => {
    expect(await app.mutation("documents:readOwnWrites", { group: "own" })).toEqual([[1], [3, 5], [3]]);
    expect(await app.mutation("documents:throughTable")).toEqual({
      patched: { _id: expect.stringMatching(ID) as string, _creationTime: expect.any(Number) as number, title: "two" },
      replaced: expect.arrayContaining([expect.objectContaining({ title: "three" })]) as unknown[],
      left: null,
    });
  });

  test("F-25 a mutation that throws leaves nothing", async () => {
    expect(cause(await app.mutationError("documents:insertThenThrow", { group: "thrown" }))).toContain("Uncaught Error: after the insert");
    expect(await app.query("calls:read", { group: "thrown" })).toEqual([]);
  });

  test("F-26 an error of the database that is caught is an Error of the function's own, and the mutation goes on", async () => {
    const id = await deletedId();
    expect(await app.mutation("documents:catchAndGoOn", { group: "caught", id })).toEqual({ isError: true, message: `Patch on nonexistent document ID ${id}` });
    expect(await app.query("calls:read", { group: "caught" })).toEqual([1]);
  });

  test.each([{ tags: ["a"] }, {}])("F-27 a document that was read is a copy: %o", async (item) => {
    const id = await insert(item);
    const expected = await get(id);
    expect(await app.mutation("documents:changeWhatWasRead", { id })).toEqual(expected);
    expect(await get(id)).toEqual(expected);
  });

  test("F-28 a query has no way to write", async () => {
    expect(await app.query("documents:writeInQuery")).toBe("undefined");
  });
});
