/** Components pushed by the public CLI: the numbers are those of docs/spec/components.md. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TransferClient } from "../cli/transfer-client.js";
import { ADMIN_KEY, copyApp, mutationNamed, queryNamed, startServer, type CommandResult, type TestServer } from "../harness.js";

const CONFIG = "convex/convex.config.ts";
const GENERATED = "convex/_generated/api.d.ts";
const JOURNAL_SCHEMA = "convex/components/journal/schema.ts";

let server: TestServer;
let folder: string;
/** api.d.ts as the first push made it. */
let generated: string;

beforeAll(async () => {
  [server, folder] = await Promise.all([startServer(), copyApp("component-pushes")]);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function deploy(...options: string[]): Promise<CommandResult> {
  return server.convex(folder, ["deploy", "--typecheck", "disable", "--yes", ...options]);
}

/** Deploys with other text in a file, which is as it was afterwards. */
async function deployChanged(path: string, change: (text: string) => string, ...options: string[]): Promise<CommandResult> {
  const file = join(folder, path);
  const before = await readFile(file, "utf8");
  await writeFile(file, change(before));
  try {
    return await deploy(...options);
  } finally {
    await writeFile(file, before);
  }
}

async function post(route: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${server.url}/api/deploy2/${route}`, { method: "POST", headers: { Authorization: `Convex ${ADMIN_KEY}`, "Content-Type": "application/json" }, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function total(name: string): Promise<number> {
  return ((await server.http().query(queryNamed("counts:get"), { name })) as { total: number }).total;
}

test("CO-9 a push without a variable that the app requires says which, and how to set it", async () => {
  const { code, output } = await deploy();
  expect({ code, output }).toEqual({ code: 1, output: expect.stringMatching(/UNIT[\s\S]*is declared as required in convex\.config\.ts but its value was not set/) as string });
  expect((await server.convex(folder, ["env", "set", "UNIT", "pieces"])).code).toBe(0);
});

test("CO-12 types of components and variables are generated, and hold under tsc", async () => {
  expect(await server.convex(folder, ["deploy", "--typecheck", "enable", "--yes"])).toMatchObject({ code: 0 });
  generated = await readFile(join(folder, GENERATED), "utf8");
  expect(await server.http().mutation(mutationNamed("counts:add"), { name: "a", by: 2 })).toBe(2);
  expect(await server.http().query(queryNamed("counts:get"), { name: "a" })).toEqual({ total: 2, unit: "pieces" });
  expect(await server.http().query(queryNamed("counts:settings"), {})).toEqual({ unit: "pieces", level: null });
});

test("CO-12 a call of what a component does not have fails the type check", async () => {
  const wrong = "convex/wrong_too.ts";
  await writeFile(join(folder, wrong), `import { components } from "./_generated/api.js"; export const missing = components.counter.counts.missing;`);
  const { code, output } = await server.convex(folder, ["dev", "--once", "--typecheck", "enable"]);
  await rm(join(folder, wrong));
  expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining("Property 'missing' does not exist") as string });
});

test("CO-12 codegen makes the same types, and changes nothing that runs", async () => {
  await rm(join(folder, GENERATED));
  expect((await server.convex(folder, ["codegen", "--typecheck", "enable"])).code).toBe(0);
  expect(await readFile(join(folder, GENERATED), "utf8")).toBe(generated);
  expect(await readFile(join(folder, "convex/components/counter/_generated/component.ts"), "utf8")).toContain("add: FunctionReference<");
  expect(await total("a")).toBe(2);
});

test("CO-9 a value that is not allowed is refused, and not shown", async () => {
  await server.convex(folder, ["env", "set", "LEVEL", "very-secret"]);
  const { code, output } = await deploy();
  await server.convex(folder, ["env", "remove", "LEVEL"]);
  expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining('the environment variable LEVEL has a value that its validator does not allow: v.union(v.literal("info"), v.literal("error"))') as string });
  expect(output).not.toContain("very-secret");
});

test("CO-16 the CLI looks into components by their path", async () => {
  const run = (...args: string[]): Promise<CommandResult> => server.convex(folder, args);
  expect((await run("data", "--component", "counter/journal")).output).toContain("entries");
  expect((await run("data", "entries", "--component", "counter/journal")).output).toContain("a 2");
  expect(await run("run", "--component", "spare/journal", "entries:all")).toMatchObject({ code: 0, output: expect.stringContaining("a 2") as string });
  expect((await run("data")).output).not.toContain("entries");
});

test("CO-13 unmounting keeps the data, and mounting again finds it", async () => {
  const { code } = await deployChanged(CONFIG, (text) => text.replace(/^app\.use\(counter, \{ name: "spare".*$/m, ""));
  // Its only caller was not changed, so it finds nobody any more.
  expect(code).toBe(0);
  await expect(server.http().mutation(mutationNamed("counts:add"), { name: "a", by: 1 })).rejects.toThrow("Component 'spare' is not mounted");
  expect((await server.convex(folder, ["data", "counts", "--component", "spare"])).output).toContain('"a"');
  // EX-16 of docs/spec/data-transfer.md.
  const exported = await new TransferClient(server).export();
  expect([...exported.keys()].filter((name) => name.startsWith("_components/spare/"))).toEqual([]);
  expect(exported.get("README.md")!.toString()).toContain("no longer mounted, is the data of these components: spare, spare/journal.");
  await server.kill();
  await server.start();
  expect((await deploy()).code).toBe(0);
  expect(await server.http().mutation(mutationNamed("counts:add"), { name: "a", by: 1 })).toBe(3);
  expect((await server.convex(folder, ["run", "--component", "spare", "counts:get", '{"name":"a"}'])).output).toMatch(/"total": 3,\s*"unit": "spares"/);
});

test("CO-11 a component's documents that do not match a new schema fail the push, and what ran goes on", async () => {
  const { code, output } = await deployChanged(JOURNAL_SCHEMA, (text) => text.replace("text: v.string()", "text: v.string(), author: v.string()"));
  expect({ code, output }).toEqual({ code: 1, output: expect.stringMatching(/entries[\s\S]*author/) as string });
  expect(await server.http().mutation(mutationNamed("counts:add"), { name: "a", by: 1 })).toBe(4);
});

test("D-5 a dry run tells of a component's changes, and makes none", async () => {
  const { code, output } = await deployChanged(JOURNAL_SCHEMA, (text) => text.replace("text: v.string() })", 'text: v.string() }).index("by_text", ["text"])'), "--dry-run");
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining("Would have deployed") as string });
  expect(await total("a")).toBe(4);
});

test.each([
  ["CO-3 two of one name", (text: string) => text.replace('{ name: "spare", httpPrefix: "/spare/", env', "{ env"), 'The app mounts two components as "counter"'],
  ["CO-7 a variable that is missing", (text: string) => text.replace('httpPrefix: "/spare/", env: { UNIT: "spares" }', "env: {} as never"), 'Component "spare" requires the environment variable UNIT. Bind it'],
  ["CO-5 no default export", (text: string) => text.replace("export default app;", ""), "The default export of convex.config.ts is no app definition. Make one with `export default defineApp()`."],
])("%s fails the push with the reason, and what ran goes on", async (_, change, message) => {
  const { code, output } = await deployChanged(CONFIG, change);
  expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining(message) as string });
  expect(await total("a")).toBe(4);
});

test("CO-15 a server that is killed between start_push and finish_push runs what it ran before", async () => {
  const request = join(folder, "request.json");
  await deployChanged(JOURNAL_SCHEMA, (text) => text.replace("text: v.string() })", 'text: v.string() }).index("by_text", ["text"])'), "--push-all-modules", "--write-push-request", request.slice(0, -".json".length));
  const start = await post("start_push", JSON.parse(await readFile(request, "utf8")));
  expect(start.status).toBe(200);
  await server.kill();
  await server.start();
  expect(await post("finish_push", { adminKey: ADMIN_KEY, startPush: start.body, dryRun: false })).toMatchObject({ status: 400, body: { code: "RaceDetected" } });
  expect(await server.http().mutation(mutationNamed("counts:add"), { name: "a", by: 1 })).toBe(5);
  expect((await deploy()).code).toBe(0);
  expect(await total("a")).toBe(5);
});
