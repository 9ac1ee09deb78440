/** Handles, jobs, files and routes of components made for these tests. CO-14, CO-20 to CO-22, CO-50 to CO-58. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, until, type TestServer } from "../harness.js";
import { deployLocal, LocalApp, SHELF_LABEL } from "./local-app.js";

let server: TestServer;
let app: LocalApp;

beforeAll(async () => {
  server = await startServer();
  app = new LocalApp(server);
  await deployLocal(server);
});

afterAll(() => server[Symbol.asyncDispose]());

type Handles = Readonly<Record<string, string>>;

describe("CO-54 handles of functions", () => {
  let own: Handles;
  beforeAll(async () => void (own = await app.query<Handles>("calls:ownHandles")));

  test("the app gives its functions to a component, internal ones too", async () => {
    await app.write("first", "handles:callMutation", { handle: own["note"]!, args: { name: "called back", detail: 1 } });
    expect(await app.count("called back")).toBe(1);
    expect(await app.read("second", "handles:callQuery", { handle: own["count"]!, args: { name: "called back" } })).toBe(1);
    await app.act("first", "handles:callAction", { handle: own["act"]!, args: { name: "called back" } });
    await app.act("first", "handles:callMutationInAction", { handle: own["note"]!, args: { name: "called back", detail: 2 } });
    expect(await app.count("called back")).toBe(3);
  });

  test("a component gives its functions to the app, internal ones too", async () => {
    const { secretAdd, list } = await app.read<Handles>("second", "handles:own");
    await app.mutation("events:useHandle", { handle: secretAdd!, args: { title: "by handle", pages: 1 } });
    expect(await app.read("second", "books:list")).toContain("by handle");
    expect(await app.read("first", "books:list")).not.toContain("by handle");
    expect(await app.read("first", "handles:callQuery", { handle: list!, args: {} })).toContain("by handle");
    expect(await app.act("second", "handles:ownInAction")).toBe(secretAdd);
  });

  test("the app makes handles of its components' functions, and one shelf calls the other's", async () => {
    const handle = await app.handleOf("second", "books:add");
    expect(handle).toMatch(/^function:\/\//);
    await app.write("first", "handles:callMutation", { handle, args: { title: "across", pages: 1 } });
    expect(await app.read("second", "books:list")).toContain("across");
  });

  test("a handle is called like any function: kind and arguments are checked", async () => {
    await expect(app.write("first", "handles:callMutation", { handle: own["count"]!, args: { name: "x" } })).rejects.toThrow("as Mutation, but it is defined as Query");
    await expect(app.write("first", "handles:callMutation", { handle: own["note"]!, args: { wrong: 1 } })).rejects.toThrow("ArgumentValidationError");
    for (const handle of ["function://", "function://second", "books:add", "function://second;books", "function://nowhere;books:add", "function://;calls:nothing", "second;books:add", ""]) {
      await expect(app.write("first", "handles:callMutation", { handle, args: {} }), handle).rejects.toThrow();
    }
  });

  test("a failure of the app's function reaches the component that called it, which goes on", async () => {
    const caught = await app.write("first", "handles:callMutationCaught", { handle: own["fail"]!, args: { name: "refused" }, title: "despite the app" });
    expect(caught).toMatchObject({ data: { name: "refused", reason: "the app refuses" } });
    expect(await app.count("refused")).toBe(0);
    expect(await app.read("first", "books:list")).toContain("despite the app");
  });
});

describe("CO-56 what runs later", () => {
  const ticked = (mount: "first" | "second", name: string, times: number): Promise<unknown> =>
    until(async () => (await app.read<number>(mount, "jobs:ticks", { name })) >= times, `${times} ticks ${name} of ${mount}`);

  test("a component schedules its own functions, and sees its own jobs only", async () => {
    const job = await app.write<string>("first", "jobs:later", { name: "soon", delayMs: 0, action: false });
    await ticked("first", "soon", 1);
    await until(async () => (await app.read("first", "jobs:job", { job })) === "success", "the job to be done");
    expect(await app.read("first", "jobs:jobs")).toContainEqual({ name: "jobs.js:tick", state: "success" });
    expect(await app.query("calls:jobs")).toEqual([]);
    expect(await app.read("second", "jobs:jobs")).toEqual([]);
    await expect(app.read("second", "jobs:job", { job })).rejects.toThrow("ArgumentValidationError");
  });

  test("actions too, with the component's environment", async () => {
    await app.write("second", "jobs:later", { name: "by action", delayMs: 0, action: true });
    await ticked("second", "by action of fixed", 1);
    await app.write("first", "jobs:later", { name: "by action", delayMs: 0, action: true });
    await ticked("first", `by action of ${SHELF_LABEL}`, 1);
  });

  test("a component cancels its own", async () => {
    const job = await app.write<string>("first", "jobs:later", { name: "never", delayMs: 3_600_000, action: false });
    expect(await app.read("first", "jobs:job", { job })).toBe("pending");
    await app.write("first", "jobs:cancel", { job });
    expect(await app.read("first", "jobs:job", { job })).toBe("canceled");
  });

  test("the app schedules a component's function, a component the app's by its handle", async () => {
    await app.mutation("calls:schedule", { mount: "second", of: "books:add", args: { title: "scheduled by the app", pages: 1 }, delayMs: 0 });
    await until(async () => (await app.read<string[]>("second", "books:list")).includes("scheduled by the app"), "the book");
    const { note } = await app.query<Handles>("calls:ownHandles");
    await app.write("first", "handles:schedule", { handle: note!, args: { name: "scheduled by a component", detail: null }, delayMs: 0 });
    await until(async () => (await app.count("scheduled by a component")) === 1, "the event");
  });

  test("CO-14 crons of a component run for each mount", async () => {
    await ticked("first", "cron", 1);
    await ticked("second", "cron", 1);
  });
});

describe("CO-50 files", () => {
  test("are the component's own, whichever way they came", async () => {
    const id = await app.act<string>("first", "files:store", { text: "stored by an action" });
    expect(await app.act("first", "files:read", { id })).toBe("stored by an action");
    const url = await app.read<string>("first", "files:url", { id });
    expect(await (await fetch(url)).text()).toBe("stored by an action");
    const upload = await fetch(await app.write<string>("first", "files:uploadUrl"), { method: "POST", headers: { "Content-Type": "text/plain" }, body: "uploaded" });
    const { storageId } = (await upload.json()) as { storageId: string };
    expect(await (await fetch(await app.read<string>("first", "files:url", { id: storageId }))).text()).toBe("uploaded");
    expect(await app.read("first", "files:all")).toHaveLength(2);
    expect(await app.read("second", "files:all")).toEqual([]);
    expect(await app.query("calls:files")).toBe(0);
    await expect(app.read("second", "files:url", { id })).rejects.toThrow("ArgumentValidationError");
    await app.write("first", "files:remove", { id });
    expect((await fetch(url)).status).toBe(404);
    expect(await app.act("first", "files:read", { id: storageId })).toBe("uploaded");
  });
});

describe("CO-20 to CO-22 routes", () => {
  const get = async (path: string): Promise<unknown> => (await fetch(server.url + path)).json();

  test("of a component are below the prefix that it was mounted at; requests keep their address", async () => {
    expect(await get("/first/books")).toMatchObject({ path: "/first/books", label: SHELF_LABEL, identity: null });
    expect(await get("/first/below/books")).toMatchObject({ path: "/first/below/books", label: "fixed" });
    const posted = await fetch(`${server.url}/first/books`, { method: "POST", body: JSON.stringify({ title: "by HTTP", pages: 1 }) });
    expect(posted.status).toBe(201);
    expect(await app.read("first", "books:get", { id: await posted.text() })).toMatchObject({ title: "by HTTP" });
    expect(await app.read("second", "books:list")).not.toContain("by HTTP");
  });

  test("of a component within are below both prefixes", async () => {
    await app.write("second", "books:add", { title: "counted", pages: 11 });
    expect(await get("/first/tally/count/pages")).toEqual({ path: "/first/tally/count/pages", unit: "spare", count: 0 });
    expect(await get("/first/below/tally/count/pages")).toEqual({ path: "/first/below/tally/count/pages", unit: "spare", count: 0 });
  });

  test("a file that a route of a component stores is the component's", async () => {
    const id = await (await fetch(`${server.url}/first/below/store`, { method: "POST", body: "by a route" })).text();
    expect(await app.act("second", "files:read", { id })).toBe("by a route");
  });

  test("the app's own are where they were, and what nobody routes is not found", async () => {
    expect(await get("/books")).toEqual(await app.query("calls:titles"));
    expect((await fetch(`${server.url}/first/nothing`)).status).toBe(404);
    expect((await fetch(`${server.url}/first`)).status).toBe(404);
    expect((await fetch(`${server.url}/firstbooks`)).status).toBe(404);
    expect((await fetch(`${server.url}/second/books`)).status).toBe(404);
    const put = async (path: string): Promise<[number, string]> => fetch(server.url + path, { method: "PUT" }).then(async (response) => [response.status, await response.text()]);
    expect(await put("/second/books")).toEqual([200, "the app's: /second/books"]);
    expect((await put("/first/books"))[0]).toBe(404);
  });
});
