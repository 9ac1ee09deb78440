/** The MCP server of the public package (`convex mcp start`), every tool of it, and queries that are written on the spot. CL-40 to CL-42, CL-69, CL-70, CL-72, CL-73. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_KEY, BIN, mutationNamed, queryNamed, startServer, type TestServer } from "../harness.js";
import { AppFolder } from "./app-folder.js";
import { inlineQuery, inlineValue, postInlineQuery } from "./inline-query.js";
import { McpClient } from "./mcp-client.js";

let server: TestServer;
let app: AppFolder;

beforeAll(async () => {
  [server, app] = await Promise.all([startServer({ flags: ["--function-time-max", "1s"] }), AppFolder.copyOf("operations")]);
  await server.deploy("operations");
  for (const [rank, body] of ["one", "two", "three"].entries()) await server.http().mutation(mutationNamed("notes:add"), { body, rank });
});

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await app?.[Symbol.asyncDispose]();
});

describe.sequential("the MCP server", () => {
  let mcp: McpClient;
  let deploymentSelector: string;

  beforeAll(async () => {
    // As rivulet dev leaves it.
    await app.write(".env.local", `CONVEX_SELF_HOSTED_URL=${server.url}\nCONVEX_SELF_HOSTED_ADMIN_KEY='${ADMIN_KEY}'\n`);
    mcp = await McpClient.start(BIN, ["mcp"], app.path, { CONVEX_SELF_HOSTED_URL: "", CONVEX_SELF_HOSTED_ADMIN_KEY: "" });
  });

  afterAll(() => mcp?.[Symbol.asyncDispose]());

  async function use(name: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const { isError, value } = await mcp.tool(name, { deploymentSelector, ...args });
    if (isError) throw new Error(JSON.stringify(value));
    return value;
  }

  test("CL-40 starts by `rivulet mcp`, without an account, and names the deployment", async () => {
    const { tools } = (await mcp.request("tools/list", {})) as { tools: { name: string }[] };
    // A tool that a newer package brings is to be tried here.
    expect(tools.map(({ name }) => name).sort()).toEqual(["data", "envGet", "envList", "envRemove", "envSet", "functionSpec", "insights", "logs", "run", "runOneoffQuery", "status", "tables"]);
    const { availableDeployments } = (await use("status", { projectDir: app.path })) as { availableDeployments: { url: string; deploymentSelector: string }[] };
    expect(availableDeployments.map(({ url }) => url)).toEqual([server.url]);
    ({ deploymentSelector } = availableDeployments[0]!);
  });

  test("CL-72 tables, with what they are declared to hold and what they hold", async () => {
    const { tables } = (await use("tables")) as { tables: Record<string, { schema: { documentType: unknown; indexes: unknown }; inferredSchema: unknown }> };
    const [text, number] = ["string", "number"].map((type) => ({ fieldType: { type }, optional: false }));
    expect(tables).toMatchObject({ notes: { schema: { indexes: [{ indexDescriptor: "by_rank" }] }, inferredSchema: { type: "object", value: { body: text, rank: number } } } });
    expect(tables["notes"]!.schema.documentType).toEqual({ type: "object", value: { body: text, rank: number, author: { fieldType: { type: "string" }, optional: true } } });
  });

  test("CL-72 data, page by page, of system tables too", async () => {
    const first = (await use("data", { tableName: "notes", order: "asc", limit: 2 })) as { page: { body: string }[]; isDone: boolean; continueCursor: string };
    expect([first.page.map(({ body }) => body), first.isDone]).toEqual([["one", "two"], false]);
    expect(await use("data", { tableName: "notes", order: "asc", cursor: first.continueCursor })).toMatchObject({ page: [{ body: "three" }], isDone: true });
    expect(await use("data", { tableName: "_scheduled_functions", order: "desc" })).toMatchObject({ page: [], isDone: true });
  });

  test("CL-72 functionSpec and run", async () => {
    expect(await use("functionSpec")).toContainEqual({ functionType: "Query", identifier: "notes.js:list", visibility: { kind: "public" }, args: { type: "object", value: {} }, returns: { type: "any" } });
    expect(await use("run", { functionName: "notes:add", args: '{"body":"four","rank":3}' })).toEqual({ result: expect.any(String) as string, logLines: [expect.stringMatching(/\[LOG\].*'adding' 'four'$/)] });
    expect(await mcp.tool("run", { deploymentSelector, functionName: "notes:nope", args: "{}" })).toEqual({ isError: true, value: { error: expect.stringContaining("Could not find function for 'notes:nope'") as string } });
  });

  test("CL-72 runOneoffQuery", async () => {
    const query = 'import { query } from "convex:/_system/repl/wrappers.js";\nexport default query({ handler: async (ctx) => { console.log("counting"); return await ctx.db.query("notes").count(); } });';
    expect(await use("runOneoffQuery", { query })).toEqual({ result: 4, logLines: ["[LOG] 'counting'"] });
    expect(await mcp.tool("runOneoffQuery", { deploymentSelector, query: "export default 5" })).toMatchObject({ isError: true, value: { error: expect.stringContaining("Could not find function") as string } });
  });

  test("CL-72 envSet, envGet, envList and envRemove", async () => {
    await use("envSet", { name: "GREETING", value: "hello" });
    expect(await use("envGet", { name: "GREETING" })).toEqual({ value: "hello" });
    expect(await server.http().query(queryNamed("notes:greeting"), {})).toBe("hello");
    expect(await use("envList")).toEqual({ variables: [{ name: "GREETING" }] });
    expect(await use("envList", { includeValues: true })).toEqual({ variables: [{ name: "GREETING", value: "hello" }] });
    await use("envRemove", { name: "GREETING" });
    expect(await use("envGet", { name: "GREETING" })).toEqual({ value: null });
  });

  test("CL-72 logs from a cursor on; insights are of the vendor's cloud", async () => {
    const { newCursor } = (await use("logs", { entriesLimit: 1 })) as { newCursor: number };
    await expect(server.http().query(queryNamed("notes:fails"), {})).rejects.toThrow("on purpose");
    const { entries } = (await use("logs", { cursor: newCursor, status: "failure", jsonl: true })) as { entries: string };
    expect(JSON.parse(entries)).toMatchObject({ kind: "Completion", identifier: "notes:fails", error: expect.stringContaining("It failed on purpose.") as string });
    expect(await mcp.tool("insights", { deploymentSelector })).toEqual({ isError: true, value: { error: expect.stringContaining("Insights are only available for cloud deployments.") as string } });
  });

  test("CL-73 is let in by an admin key only, and only the command line asks", async () => {
    const ask = async (method: string, path: string, token: string, client: string) => (await fetch(server.url + path, { method, headers: { Authorization: `Bearer ${token}`, "Convex-Client": client }, ...(method === "POST" ? { body: "{}" } : {}) })).status;
    expect(await ask("HEAD", "/api/authorize", ADMIN_KEY, "npm-cli-1.48.0")).toBe(200);
    expect(await ask("POST", "/api/check_opt_ins", ADMIN_KEY, "npm-cli-1.48.0")).toBe(200);
    expect(await ask("HEAD", "/api/authorize", `${ADMIN_KEY}0`, "npm-cli-1.48.0")).toBe(401);
    expect(await ask("POST", "/api/check_opt_ins", "", "npm-cli-1.48.0")).toBe(401);
    expect(await ask("HEAD", "/api/authorize", ADMIN_KEY, "npm-1.48.0")).toBe(404);
  });
});

describe("a query that is written on the spot", () => {
  test.each<[string, string, unknown]>([
    ["has the environment", "return process.env.CONVEX_CLOUD_URL.startsWith('http');", true],
    ["calls deployed queries, the internal ones too", "return [await ctx.runQuery('notes:list', {}), await ctx.runQuery('notes:secret', {})];", [["one", "two", "three", "four"], "for the server's eyes"]],
    ["has its arguments", "return args.a + args.b;", 3],
    ["returns null for nothing", "", null],
    ["returns int64 as digits in this format", "return 5n;", "5"],
  ])("CL-69 %s", async (_, body, expected) => {
    expect(await inlineValue(server, body, { args: { a: 1, b: 2 } })).toEqual(expected);
  });

  test("CL-69 leaves nothing behind: not in globals, not in the app's modules, not among functions", async () => {
    await inlineValue(server, "globalThis.left = 1; return null;");
    expect(await inlineValue(server, "return typeof left;")).toBe("undefined");
    await expect(server.http().query(queryNamed("testQuery"), {})).rejects.toThrow("Could not find public function for 'testQuery'");
  });

  test.each([
    ["that throws", "\nthrow new Error('boom');", "Uncaught Error: boom\n    at handler (../convex/testQuery.js:4:"],
    ["that loops", "for (;;);", "Function execution timed out (maximum duration: 1s)"],
    ["that never ends", "await new Promise(() => {});", "The function never finished"],
    ["that fetches", "await fetch('http://127.0.0.1');", "Can't use fetch() in queries and mutations."],
    ["that writes", "await ctx.db.insert('notes', {});", "ctx.db.insert is not a function"],
    ["that runs a mutation", "await ctx.runMutation('notes:clear', {});", "ctx.runMutation is not a function"],
    ["that is no JavaScript", "return return;", "The query can't be compiled: Unexpected \"return\" (testQuery.js:3:8)"],
  ])("CL-70 %s fails alone, and says why", async (_, body, message) => {
    const { status, errorMessage } = await inlineQuery(server, body);
    expect(status).toBe("error");
    expect(errorMessage).toContain(message);
  });

  test("CL-70 that exports none, or imports more, is refused", async () => {
    const errorOf = async (source: string) => ((await (await postInlineQuery(server, source)).json()) as { errorMessage: string }).errorMessage;
    expect(await errorOf("export const other = 1;")).toContain("Could not find function for 'testQuery'");
    expect(await errorOf('import { v } from "convex/values"; export default v;')).toContain('Could not find module "convex/values"');
    expect(await errorOf('import { query } from "convex:/_system/repl/wrappers.js"; export default query({});')).toContain("A query needs a handler");
    expect((await postInlineQuery(server, "export default 1", { componentId: "nope" })).status).toBe(200);
  });

  test.each([
    ["no bundle", {}],
    ["no source", { bundle: { path: "testQuery.js" } }],
    ["a source that is no text", { bundle: { path: "testQuery.js", source: 1 } }],
    ["arguments that are no object", { bundle: { path: "testQuery.js", source: "" }, args: 5 }],
    ["an unknown format", { bundle: { path: "testQuery.js", source: "" }, format: "xml" }],
    ["a component that is no text", { bundle: { path: "testQuery.js", source: "" }, componentId: 5 }],
  ])("CL-70 a request with %s is refused", async (_, body) => {
    const response = await fetch(`${server.url}/api/run_test_function`, { method: "POST", headers: { Authorization: `Convex ${ADMIN_KEY}` }, body: JSON.stringify(body) });
    expect(response.status).toBe(400);
  });
});

describe("POST /echo", () => {
  test("CL-74 sends back what it is sent, of any size up to 64 MiB", async () => {
    const bytes = Buffer.alloc(1024 * 1024, "a body ");
    const response = await fetch(`${server.url}/echo`, { method: "POST", body: bytes });
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    const refused = await fetch(`${server.url}/echo`, { method: "POST", body: Buffer.alloc(64 * 1024 * 1024 + 1) });
    expect(refused.status).toBe(413);
    expect((await fetch(`${server.url}/echo`)).status).toBe(404);
  });
});
