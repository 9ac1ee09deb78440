/** Pushes of modules of Node: what reaches the developer's terminal when something is wrong. NA-20 to NA-29. */
import { mkdir, readdir, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT, startServer, temporaryFolder, type CommandResult, type TestServer } from "../harness.js";

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server[Symbol.asyncDispose]());

/** Of the app's own node_modules: links to packages of this repository, and packages that the developer seems to have. */
interface Packages {
  readonly linked?: readonly string[];
  readonly faked?: Readonly<Record<string, string>>;
}

async function push(files: Readonly<Record<string, string>>, { linked = [], faked = {} }: Packages = {}): Promise<CommandResult> {
  const folder = await temporaryFolder();
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  try {
    const names = ["convex", ...linked, ...Object.keys(faked)];
    await write("package.json", JSON.stringify({ name: "app", type: "module", dependencies: Object.fromEntries(names.map((name) => [name, "*"])) }));
    await mkdir(join(folder, "node_modules"));
    for (const name of ["convex", ...linked]) await symlink(join(ROOT, "node_modules", name), join(folder, "node_modules", name));
    for (const [name, version] of Object.entries(faked)) await write(`node_modules/${name}/package.json`, JSON.stringify({ name, version, main: "index.js" }));
    for (const name of Object.keys(faked)) await write(`node_modules/${name}/index.js`, "module.exports = 1;");
    for (const [path, text] of Object.entries(files)) await write(path, text);
    return await server.convex(folder, ["deploy", "--typecheck", "disable", "--yes"]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const module = (text: string): string => `"use node";\nimport { action, query, internalMutation } from "./_generated/server";\nimport { v } from "convex/values";\n${text}\n`;
const external = (...names: string[]): string => JSON.stringify({ node: { externalPackages: names } });
const run = (name: string): Promise<unknown> => server.http().action(makeFunctionReference<"action">(name), {});

test("NA-20 all packages can be external", async () => {
  const files = { "convex.json": external("*"), "convex/a.ts": module(`import ms from "ms";\nexport const f = action({ args: {}, handler: async () => [ms("1s"), require.resolve("ms")] });`) };
  expect(await push(files, { linked: ["ms"] })).toMatchObject({ code: 0 });
  expect(await run("a:f")).toEqual([1000, expect.stringMatching(/packages-[0-9a-f]{32}\/node_modules\/ms/)]);
});

test("NA-21 the same packages are installed once", async () => {
  const file = (answer: number) => ({ "convex.json": external("ms"), "convex/a.ts": module(`import "ms";\nexport const f = action({ args: {}, handler: async () => ${answer} });`) });
  for (const answer of [1, 2]) {
    expect(await push(file(answer), { linked: ["ms"] })).toMatchObject({ code: 0 });
    expect(await run("a:f")).toBe(answer);
  }
  const names = await readdir(join(server.dataFolder, "node"));
  const folders = await Promise.all(names.filter((name) => name.startsWith("code-")).map((name) => readlink(join(server.dataFolder, "node", name, "node_modules")).catch(() => null)));
  expect(folders.length).toBeGreaterThanOrEqual(2);
  expect(names.filter((name) => name.startsWith("packages-"))).toHaveLength(1);
});

test("NA-22 what npm says of a package that can't be installed is shown, and the running version stays", async () => {
  expect(await push({ "convex/a.ts": module("export const f = action({ args: {}, handler: async () => 'stays' });") })).toMatchObject({ code: 0 });
  const files = { "convex.json": external("ms"), "convex/a.ts": module(`import "ms";\nexport const f = action({ args: {}, handler: async () => 'new' });`) };
  const { code, output } = await push(files, { faked: { ms: "99.0.0" } });
  expect(code).toBe(1);
  expect(output).toContain("The external package ms@99.0.0 could not be installed on the server");
  expect(output).toContain("No matching version found for ms@99.0.0");
  expect(await run("a:f")).toBe("stays");
});

test("NA-23 versions of Node: the ones that the documentation names, and no others", async () => {
  const files = (nodeVersion: string) => ({ "convex.json": JSON.stringify({ node: { nodeVersion } }), "convex/a.ts": module("export const f = action({ args: {}, handler: async () => process.version });") });
  for (const version of ["18", "20", "22", "24"]) expect(await push(files(version))).toMatchObject({ code: 0 });
  expect(await run("a:f")).toBe(process.version);
  const { code, output } = await push(files("16"));
  expect([code, output]).toEqual([1, expect.stringContaining('Node.js version "16" is not known')]);
});

test.each([
  ["NA-24 a query", "export const list = query({ args: {}, handler: async () => 1 });", "`list` defined in `a.js` is a query. Only actions can be defined in Node.js"],
  ["NA-24 a mutation", "export const add = internalMutation({ args: {}, handler: async () => 1 });", "`add` defined in `a.js` is a mutation. Only actions can be defined in Node.js"],
  ["NA-25 an error, in the developer's file", "function fails(): never {\n  throw new Error('not today');\n}\nfails();", "Failed to analyze a.js: Uncaught Error: not today\n    at fails (../convex/a.ts:5:9)"],
  ["NA-25 a rejection", "void Promise.reject(new Error('not awaited'));\nawait new Promise((resolve) => setTimeout(resolve, 5000));", "Uncaught Error: not awaited"],
  ["NA-25 an exit", "process.exit(7);", "Failed to analyze a.js: it called process.exit(7) while it was loaded."],
  ["NA-26 a question to the deployment", "await (globalThis as any).Convex.asyncSyscall('1.0/actions/query', '{}');", "1.0/actions/query can't be called outside of a function."],
])("%s in a module of Node is refused", async (_, text, message) => {
  const { code, output } = await push({ "convex/a.ts": module(text) });
  expect([code, output.replaceAll(/\x1b\[\d+m/g, "")]).toEqual([1, expect.stringContaining(message)]);
});

test("NA-27 real validators and places are known of functions that need their packages to be loaded", async () => {
  const files = { "convex.json": external("ms"), "convex/a.ts": module(`import ms from "ms";\nexport const f = action({ args: { n: v.literal(ms("1s")) }, handler: async (_ctx, { n }) => n });`) };
  expect(await push(files, { linked: ["ms"] })).toMatchObject({ code: 0 });
  const call = (n: number) => server.http().action(makeFunctionReference<"action">("a:f"), { n });
  expect(await call(1000)).toBe(1000);
  await expect(call(1)).rejects.toThrow("ArgumentValidationError");
});

test("NA-28 a module in a folder, one that shares code with others, and one that is loaded later", async () => {
  const shared = "let calls = 0;\nexport const next = () => ++calls;\nexport const big = 'x'.repeat(10);";
  const files = {
    "convex/lib/shared.ts": shared,
    "convex/folder/deep/a.ts": module(`import { next } from "../../lib/shared";\nexport const f = action({ args: {}, handler: async () => [next(), (await import("../../lib/later")).later()] });`).replaceAll("./_generated", "../../_generated"),
    "convex/b.ts": module(`import { next } from "./lib/shared";\nexport const f = action({ args: {}, handler: async () => next() });`),
    "convex/lib/later.ts": "export const later = () => 'later';",
  };
  expect(await push(files)).toMatchObject({ code: 0 });
  const [first, later] = (await run("folder/deep/a:f")) as [number, string];
  expect(later).toBe("later");
  expect(await run("b:f")).toBe(first + 1);
});
