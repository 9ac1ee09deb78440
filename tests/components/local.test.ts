/** Components at run time, with components made for these tests. CO-6, CO-8, CO-50 to CO-58. */
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_KEY, copyApp, mutationNamed, queryNamed, startServer, type TestServer } from "../harness.js";
import { Watch } from "../sync/watch.js";
import { deployLocal, LocalApp, SHELF_LABEL, setVariables, type ShelfTotals } from "./local-app.js";

let server: TestServer;
let app: LocalApp;

beforeAll(async () => {
  server = await startServer();
  app = new LocalApp(server);
  await deployLocal(server);
});

afterAll(() => server[Symbol.asyncDispose]());

describe("CO-50 documents", () => {
  test("each mounted component has tables of its own, also where names are the same", async () => {
    const before = await app.totals();
    await app.write("first", "books:add", { title: "alone", pages: 3 });
    expect(await app.totals()).toEqual({ ...before, first: { ...before.first, books: before.first.books + 1, pages: before.first.pages + 3 } });
    expect(await app.read("second", "books:list")).not.toContain("alone");
    expect(await app.query("calls:titles")).not.toContain("alone");
  });

  test("CO-57 ids are strings outside of the component that they belong to", async () => {
    const id = await app.write<string>("first", "books:add", { title: "by id", pages: 1 });
    expect(await app.read("first", "books:get", { id })).toMatchObject({ _id: id, title: "by id" });
    expect(await app.read("first", "books:normalize", { id })).toBe(id);
    expect(await app.query("calls:normalize", { id })).toBeNull();
    await expect(app.query("calls:getOwn", { id })).rejects.toThrow("ArgumentValidationError");
    expect(await app.query("calls:getAny", { id })).toBeNull();
    expect(await app.read("second", "books:getText", { id })).toBeNull();
    await expect(app.read("second", "books:get", { id })).rejects.toThrow("ArgumentValidationError");
  });

  test("a component can't name the tables of another", async () => {
    expect(await app.read("first", "books:tablesOfOthers", { table: "events" })).toBe(0);
    expect(await app.read("first", "books:tablesOfOthers", { table: "counts" })).toBe(0);
  });

  test("pagination inside a component", async () => {
    for (const title of ["p1", "p2", "p3", "p4", "p5"]) await app.write("second", "books:add", { title, pages: 1 });
    const titles: string[] = [];
    let cursor: string | null = null;
    for (;;) {
      const page: { page: { title: string }[]; isDone: boolean; continueCursor: string } = await app.read("second", "books:page", { paginationOpts: { numItems: 2, cursor } });
      titles.push(...page.page.map(({ title }) => title));
      if (page.isDone) break;
      cursor = page.continueCursor;
    }
    expect(titles).toEqual(await app.read("second", "books:list"));
    expect(titles).toEqual(expect.arrayContaining(["p1", "p2", "p3", "p4", "p5"]));
  });

  test("a client sees what a component holds change, and only then", async () => {
    const client = server.client();
    const watched = Watch.on(client, queryNamed("calls:read"), { mount: "first", of: "books:list", args: {} });
    const other = Watch.on(client, queryNamed("calls:read"), { mount: "second", of: "books:list", args: {} });
    await watched.value((titles) => !(titles as string[]).includes("watched"));
    await other.value(() => true);
    await client.mutation(mutationNamed("calls:write"), { mount: "first", of: "books:add", args: { title: "watched", pages: 1 } });
    await watched.value((titles) => (titles as string[]).includes("watched"));
    expect(other.values).toHaveLength(1);
  });
});

describe("CO-51 transactions", () => {
  test("a mutation over the app, its components and theirs commits as one", async () => {
    const before = await app.totals();
    await app.mutation("calls:addEverywhere", { title: "everywhere", pages: 7, fail: false });
    const grown = (shelf: ShelfTotals): ShelfTotals => ({ ...shelf, books: shelf.books + 1, pages: shelf.pages + 7 });
    expect(await app.totals()).toEqual({ app: before.app + 1, first: grown(before.first), second: grown(before.second) });
  });

  test("an app that fails after its components leaves nothing in them", async () => {
    const before = await app.totals();
    await expect(app.mutation("calls:addEverywhere", { title: "nowhere", pages: 7, fail: true })).rejects.toThrow("the app failed after its components");
    expect(await app.totals()).toEqual(before);
  });

  test("a component that fails fails its caller, and leaves nothing in anybody's tables", async () => {
    const before = await app.totals();
    for (const how of ["Error", "ConvexError"]) await expect(app.write("first", "books:addAndThrow", { title: "thrown", pages: 9, how })).rejects.toThrow();
    expect(await app.totals()).toEqual(before);
  });

  test("CO-59 what a ConvexError of a component carries reaches the client", async () => {
    const failure = await app.write("first", "books:addAndThrow", { title: "data", pages: 1, how: "ConvexError" }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "ConvexError", data: { title: "data", reason: "no room" } });
  });

  test("a failure that the app catches undoes the component's writes only", async () => {
    const before = await app.totals();
    expect(await app.mutation("calls:addCatching", { title: "caught", how: "ConvexError" })).toMatchObject({ isError: true, data: { title: "caught", reason: "no room" } });
    expect(await app.mutation("calls:addCatching", { title: "caught", how: "Error" })).toMatchObject({ isError: true, message: expect.stringContaining("no room for caught") as string, data: null });
    expect(await app.totals()).toEqual({ ...before, app: before.app + 4 });
  });

  test("a failure that a component catches undoes its child's writes only", async () => {
    const before = await app.totals();
    expect(await app.write("first", "books:addDespiteTally", { title: "too long", pages: 5000 })).toContain("pages is over its limit");
    expect(await app.totals()).toEqual({ ...before, first: { ...before.first, books: before.first.books + 1 } });
  });

  test("what one call of a mutation wrote, its next call reads", async () => {
    const { first } = await app.totals();
    expect(await app.mutation("calls:addTwice", { title: "twice", pages: 2 })).toEqual([first.pages + 2, first.pages + 4]);
  });
});

describe("CO-55 what a component knows", () => {
  test("the caller is the app's to know", async () => {
    const asUser = `Convex ${ADMIN_KEY}:${Buffer.from(JSON.stringify({ subject: "ann", issuer: "https://issuer.example", tokenIdentifier: "https://issuer.example|ann" })).toString("base64")}`;
    const response = await fetch(`${server.url}/api/query`, { method: "POST", headers: { Authorization: asUser, "Content-Type": "application/json" }, body: JSON.stringify({ path: "calls:identity", args: {}, format: "json" }) });
    expect(await response.json()).toMatchObject({ status: "success", value: { app: { subject: "ann" }, component: null } });
    expect(await app.act("first", "books:identityInAction")).toBeNull();
  });

  test("CO-6 its own environment, as it was bound, in every kind of function", async () => {
    const none = { ofTheApp: null, undeclared: null };
    const first = { label: SHELF_LABEL, byGlobal: SHELF_LABEL, hint: null, ...none };
    const second = { label: "fixed", byGlobal: "fixed", hint: "hinted", ...none };
    expect(await app.read("first", "books:environment")).toMatchObject({ ...first, tally: { unit: SHELF_LABEL, label: null, secret: null }, spare: { unit: "spare", label: null, secret: null } });
    expect(await app.read("second", "books:environment")).toMatchObject({ ...second, tally: { unit: "fixed", label: null, secret: null }, spare: { unit: "spare", label: null, secret: null } });
    expect(await app.act("first", "books:environmentInAction")).toMatchObject(first);
    expect(await app.act("second", "books:environmentInAction")).toMatchObject(second);
    expect(await app.query("calls:environment")).toEqual({ label: null, shelfLabel: SHELF_LABEL });
  });

  test("CO-8 a variable that is set anew reaches the components that it is bound to", async () => {
    await setVariables(server, { SHELF_LABEL: "renamed" });
    expect(await app.read("first", "books:environment")).toMatchObject({ label: "renamed", tally: { unit: "renamed" } });
    expect(await app.act("first", "books:environmentInAction")).toMatchObject({ label: "renamed" });
    expect(await app.read("second", "books:environment")).toMatchObject({ label: "fixed" });
    await setVariables(server, { SHELF_LABEL });
  });

  test("its name, and a module state that is one mount's own", async () => {
    expect(await app.read("first", "books:metadata")).toMatchObject({ name: "books:metadata", componentPath: "first" });
    const first = await app.write<number>("first", "books:moduleState");
    const second = await app.write<number>("second", "books:moduleState");
    expect(await app.write("first", "books:moduleState")).toBe(first + 1);
    expect(await app.write("second", "books:moduleState")).toBe(second + 1);
  });
});

describe("CO-52 and CO-53 who may call what", () => {
  test("clients no function of a component, whatever they call it", async () => {
    for (const path of ["first/books:list", "books:list", "@first/books:list", "@first/books.js:list", "shelf/books:list", "_reference/childComponent/first/books/list", "function://first;books:list"]) {
      await expect(app.query(path), path).rejects.toThrow("Could not find public function");
      await expect(server.client().query(queryNamed(path), {}), path).rejects.toThrow("Could not find public function");
    }
  });

  test("a client that names a component is refused, an administrator is not", async () => {
    const call = (kind: string, path: string, authorization: Record<string, string>): Promise<Response> =>
      fetch(`${server.url}/api/${kind}`, { method: "POST", headers: { "Content-Type": "application/json", ...authorization }, body: JSON.stringify({ path, componentPath: "first", args: {}, format: "json" }) });
    for (const [kind, path] of [["query", "books:list"], ["mutation", "books:moduleState"], ["action", "books:identityInAction"], ["function", "books:environmentInAction"]] as const) {
      expect(await (await call(kind, path, {})).text(), kind).toContain("can't be called by clients");
      expect(await (await call(kind, path, { Authorization: `Convex ${ADMIN_KEY}` })).json(), kind).toMatchObject({ status: "success" });
    }
    expect(await (await call("query", "books:list", { Authorization: `Convex ${ADMIN_KEY}` })).json()).toMatchObject({ status: "success", value: expect.arrayContaining(["alone"]) as string[] });
  });

  test("`convex run --component`", async () => {
    const folder = await copyApp("local");
    const { code, output } = await server.convex(folder, ["run", "--component", "second", "books:add", '{"title":"by the CLI","pages":1}']);
    await rm(folder, { recursive: true, force: true });
    expect([code, output]).toEqual([0, expect.anything()]);
    expect(await app.read("second", "books:list")).toContain("by the CLI");
  });

  test("CO-58 an action calls them like a query or a mutation does", async () => {
    const target = { mount: "first", of: "books:add", args: { title: "by an action", pages: 1 } };
    await app.action("calls:writeInAction", target);
    expect(await app.action("calls:readInAction", { mount: "first", of: "books:list", args: {} })).toContain("by an action");
    await expect(app.action("calls:writeInAction", { ...target, of: "books:secretAdd" })).rejects.toThrow("Could not find public function for 'books:secretAdd' in component 'first'");
    await expect(app.action("calls:act", { ...target, of: "jobs:tickByAction" })).rejects.toThrow("Could not find public function for 'jobs:tickByAction' in component 'first'");
  });

  test("an app no internal function of a component, the component itself does", async () => {
    await expect(app.write("first", "books:secretAdd", { title: "secret", pages: 1 })).rejects.toThrow("Could not find public function for 'books:secretAdd' in component 'first'");
    await app.write("first", "books:addBySecret", { title: "by a secret", pages: 1 });
    expect(await app.read("first", "books:list")).toContain("by a secret");
  });

  test("an app no grandchild, no stranger and no function that is not there", async () => {
    const reach = (reference: string): Promise<unknown> => app.query("calls:reach", { reference });
    await expect(reach("_reference/childComponent/first/tally/counts/unit")).rejects.toThrow("Could not find public function");
    await expect(reach("_reference/childComponent/third/books/list")).rejects.toThrow("Component 'third' is not mounted");
    await expect(reach("_reference/childComponent/first/books/nothing")).rejects.toThrow("Could not find public function for 'books:nothing' in component 'first'");
    await expect(reach("_reference/childComponent/first")).rejects.toThrow("is no function");
    await expect(reach("_reference/nonsense")).rejects.toThrow("is no function");
    expect(await reach("_reference/childComponent/first/books/list")).toEqual(await app.read("first", "books:list"));
  });

  test("arguments and results of a component's functions are checked", async () => {
    await expect(app.write("first", "books:add", { title: 1, pages: "x" })).rejects.toThrow("ArgumentValidationError");
    await expect(app.write("first", "books:list")).rejects.toThrow("as Mutation, but it is defined as Query");
    await expect(app.act("first", "books:list")).rejects.toThrow("as Action, but it is defined as Query");
  });
});
