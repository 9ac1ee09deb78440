import { expect, it } from "vitest";
import { Documents } from "../../database/documents.js";
import { parseDocument } from "../../database/schema-change/table-walk.js";
import { DeployFixture } from "./deploy-harness.suite.js";
import { pushBody, waitForSchema } from "./push-body.suite.js";
import { DeployError } from "./deployer.js";

type Json = Record<string, unknown>;

interface TestComponent {
  /** JavaScript of convex.config; made from `name` and `uses` by default. */
  readonly config?: string;
  readonly name?: string;
  readonly uses?: readonly Use[];
  readonly env?: readonly (readonly [string, Json])[];
  readonly files?: Readonly<Record<string, string>>;
}

interface Use {
  readonly path: string;
  readonly name?: string;
  readonly httpPrefix?: string;
  readonly env?: readonly (readonly [string, Json])[];
}

const STRING = { type: "value", value: '{"type":"string"}' };
const COUNTER_SCHEMA = `import { defineSchema, defineTable } from "convex/server"; import { v } from "convex/values"; export default defineSchema({ counts: defineTable({ by: v.number() }).index("by_by", ["by"]) });`;
const COUNTER_FILES = {
  "schema.ts": COUNTER_SCHEMA,
  "lib/count.ts": `import { query, internalQuery } from "../_generated/server"; export const total = query({ args: {}, handler: async () => 1 }); export const hidden = internalQuery({ args: {}, handler: async () => 1 });`,
};

/** What `defineApp()` and `defineComponent()` of the public package export, without bundling it into every test. */
function configSource(type: "app" | "childComponent", { name = "c", uses = [], env = [] }: Pick<TestComponent, "name" | "uses" | "env">): string {
  const imports = uses.map(({ path }, i) => `import c${i} from "./_componentDeps/${Buffer.from(path).toString("base64url")}";`);
  const children = uses.map((use, i) => `{ name: ${use.name === undefined ? `c${i}.defaultName` : JSON.stringify(use.name)}, path: c${i}.componentDefinitionPath, args: [], env: ${JSON.stringify(use.env ?? [])} }`);
  const mounts = Object.fromEntries(uses.filter(({ httpPrefix }) => httpPrefix !== undefined).map(({ name: child, httpPrefix }) => [httpPrefix!, `_reference/childComponent/${child!}`]));
  const definitionType = type === "app" ? { type } : { type, name, args: [] };
  return `${imports.join("\n")}
export default { export: () => ({ definitionType: ${JSON.stringify(definitionType)}, childComponents: [${children.join(", ")}], httpMounts: ${JSON.stringify(mounts)}, exports: { type: "branch", branch: [] }, envVars: ${JSON.stringify(env)} }) };`;
}

async function body(app: Pick<TestComponent, "uses" | "env" | "config">, components: Readonly<Record<string, TestComponent>>, more: Json = {}): Promise<Json> {
  const module = (source: string): Json => ({ path: "convex.config.js", source, environment: "isolate" });
  const componentDefinitions: Json[] = [];
  for (const [definitionPath, component] of Object.entries(components)) {
    const { appDefinition } = await pushBody(component.files ?? {});
    componentDefinitions.push({
      definitionPath,
      definition: module(component.config ?? configSource("childComponent", component)),
      dependencies: (component.uses ?? []).map(({ path }) => path),
      schema: appDefinition["schema"],
      functions: appDefinition["changedModules"],
      udfServerVersion: "1.48.0",
    });
  }
  const pushed = await pushBody({ "app.ts": `import { query } from "./_generated/server"; export const one = query({ args: {}, handler: async () => 1 });` }, { componentDefinitions, ...more });
  return { ...pushed, appDefinition: { ...pushed.appDefinition, definition: module(app.config ?? configSource("app", app)), dependencies: (app.uses ?? []).map(({ path }) => path) } };
}

async function push(fixture: DeployFixture, pushed: Json): Promise<{ start: Json; finish: Json }> {
  const start = await fixture.call("start_push", pushed);
  expect(await waitForSchema(fixture, start)).toEqual({ type: "complete" });
  return { start, finish: await fixture.call("finish_push", { startPush: start, dryRun: false, message: null }) };
}

async function refusal(pushed: Promise<Json>): Promise<{ code: string; message: string }> {
  await using fixture = new DeployFixture();
  return await refusalBy(fixture, pushed);
}

async function refusalBy(fixture: DeployFixture, pushed: Promise<Json>): Promise<{ code: string; message: string }> {
  const error: unknown = await fixture.call("start_push", await pushed).then(() => null, (thrown: unknown) => thrown);
  if (!(error instanceof DeployError)) throw new Error(`Not refused: ${String(error)}`);
  return { code: error.code, message: error.message };
}

function insert(fixture: DeployFixture, namespace: string, table: string, fields: Json): string {
  const transaction = fixture.database.begin("mutation");
  const id = new Documents({ transaction, namespace, parse: parseDocument }).insert(table, fields);
  fixture.database.commit(transaction);
  return id;
}

const diffTypes = (finish: Json): Json => Object.fromEntries(Object.entries(finish["componentDiffs"] as Record<string, { diffType: { type: string } }>).map(([path, { diffType }]) => [path, diffType.type]));

it("CO-1, CO-2, CO-3 mounts definitions where they are used, under their own names or others", async () => {
  await using fixture = new DeployFixture();
  const inner = { name: "inner", files: { "lib.ts": COUNTER_FILES["lib/count.ts"].replace("../", "./") } };
  const outer = { name: "outer", uses: [{ path: "../inner" }], files: COUNTER_FILES };
  const { start, finish } = await push(fixture, await body({ uses: [{ path: "../outer" }, { path: "../outer", name: "second" }] }, { "../outer": outer, "../inner": inner }));
  const [code] = fixture.activated;
  expect([...code!.components.keys()]).toEqual(["outer", "outer/inner", "second", "second/inner"]);
  expect([...code!.modules.keys()].filter((path) => !path.includes("_deps"))).toEqual(["app.js", "@outer/lib/count.js", "@outer/@inner/lib.js", "@second/lib/count.js", "@second/@inner/lib.js"]);
  expect(code!.deployed.get("@second/lib/count.js")!.analysis!.functions.map(({ name }) => name).sort()).toEqual(["hidden", "total"]);
  expect(diffTypes(finish)).toEqual({ "": "create", outer: "create", "outer/inner": "create", second: "create", "second/inner": "create" });
  // CO-12
  const analysis = start["analysis"] as Record<string, { definition: { exports: Json } }>;
  expect(analysis["../outer"]!.definition.exports).toEqual({ type: "branch", branch: [["lib", { type: "branch", branch: [["count", { type: "branch", branch: [["total", { type: "leaf", leaf: "_reference/function/lib/count:total" }]] }]] }]] });
  expect((start["app"] as { childComponents: Json }).childComponents).toMatchObject({ second: { componentPath: "second", definitionPath: "../outer", childComponents: { inner: { componentPath: "second/inner" } } } });
});

it("CO-10 loads what was mounted after a restart, and old folders without components", async () => {
  await using first = new DeployFixture();
  await push(first, await body({ uses: [{ path: "c" }] }, { c: { name: "counter", files: COUNTER_FILES } }));
  await using second = await first.restart();
  expect({ ...second.loaded, modules: [...second.loaded!.modules.keys()] }).toEqual({ ...first.activated[0], modules: [...first.activated[0]!.modules.keys()] });
});

it("CO-5 refuses what can't be mounted, and changes nothing", async () => {
  const c = { name: "c", files: COUNTER_FILES };
  const cases: readonly (readonly [Promise<Json>, string | RegExp])[] = [
    [body({ uses: [{ path: "c" }, { path: "c" }] }, { c }), 'The app mounts two components as "c".'],
    [body({ uses: [{ path: "c", name: "a/b" }] }, { c }), 'The app mounts a component as "a/b": names of components'],
    [body({ uses: [{ path: "c", name: "" }] }, { c }), 'The app mounts a component as ""'],
    [body({ uses: [{ path: "c", name: "@x" }] }, { c }), 'The app mounts a component as "@x"'],
    [body({ uses: [{ path: "c", name: "x".repeat(65) }] }, { c }), "up to 64 letters"],
    [body({ uses: [{ path: "a" }] }, { a: { uses: [{ path: "b" }] }, b: { uses: [{ path: "a" }] } }), "Components mount each other in a circle: a → b → a."],
    [body({ uses: [{ path: "a" }] }, { a: { uses: [{ path: "a" }] } }), "in a circle: a → a."],
    [body({ uses: [{ path: "c" }] }, { c: { config: configSource("app", {}) } }), "convex.config.ts of c exports an app"],
    [body({ config: configSource("childComponent", {}) }, {}), "convex.config.ts of the app exports a component."],
    [body({ uses: [{ path: "c" }] }, { c: { config: "export default 7" } }), "The default export of convex.config.ts of c is no component definition"],
    [body({ config: "export default {}" }, {}), "The default export of convex.config.ts is no app definition"],
    [body({ uses: [{ path: "c" }] }, { c: { config: "throw new Error('no')" } }), "Uncaught Error: no"],
    [body({ uses: [{ path: "gone" }] }, { c }), /Could not find module ".\/_componentDeps/],
    [body({ config: configSource("app", {}).replace("childComponents: []", 'childComponents: [{ name: "x", path: "../node_modules/gone", env: null }]') }, { c }), 'The app mounts "x" from gone, which is not part of the push.'],
    [body({ uses: [{ path: "c", name: "a", httpPrefix: "/x/" }, { path: "d", name: "b", httpPrefix: "/y/" }] }, { c: { uses: [{ path: "d", name: "e", httpPrefix: "/" }] }, d: {} }), 'Two routers have the same prefix "/x/".'],
  ];
  for (const [pushed, message] of cases) expect(await refusal(pushed)).toEqual({ code: "InvalidAppDefinition", message: expect.stringMatching(typeof message === "string" ? message.replace(/[.*+?^${}()|[\]\\]/g, "\\$&") : message) as string });
});

it("CO-4 bounds how deep and how many", async () => {
  const chain = Object.fromEntries(Array.from({ length: 18 }, (_, i) => [`d${i}`, { name: `c${i}`, uses: i === 17 ? [] : [{ path: `d${i + 1}` }] }]));
  expect((await refusal(body({ uses: [{ path: "d0" }] }, chain))).message).toContain("more than 16 deep");
  const tree = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`d${i}`, { name: "c", uses: i === 9 ? [] : [{ path: `d${i + 1}`, name: "a" }, { path: `d${i + 1}`, name: "b" }] }]));
  expect((await refusal(body({ uses: [{ path: "d0" }] }, tree))).message).toContain("more than 512 components");
  expect((await refusal(body({}, Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`d${i}`, {}]))))).message).toContain("at most 256");
});

it("CO-6, CO-8 binds environment variables by value and by reference, and follows changes", async () => {
  await using fixture = new DeployFixture();
  await fixture.setEnvironment({ TOKEN: "first", SECRET: "the app's" });
  const inner = { name: "inner", env: [["KEY", STRING]] as const };
  const outer = { name: "outer", env: [["KEY", STRING], ["LEVEL", STRING], ["EXTRA", { ...STRING, optional: true }]] as const, uses: [{ path: "i", env: [["KEY", { type: "envVar", name: "KEY" }]] as const }] };
  await push(fixture, await body({ uses: [{ path: "o", env: [["KEY", { type: "envVar", name: "TOKEN" }], ["LEVEL", { type: "value", value: "high" }]] }] }, { o: outer, i: inner }));
  const seen = (): Json => Object.fromEntries(Array.from(fixture.activated.at(-1)!.components, ([path, { environmentVariables }]) => [path, environmentVariables]));
  const builtIn = { CONVEX_CLOUD_URL: "http://cloud.test", CONVEX_SITE_URL: "http://site.test" };
  expect(seen()).toEqual({ outer: { KEY: "first", LEVEL: "high", ...builtIn }, "outer/inner": { KEY: "first", ...builtIn } });
  await fixture.setEnvironment({ TOKEN: "second" });
  expect(seen()).toMatchObject({ outer: { KEY: "second" }, "outer/inner": { KEY: "second" } });
  await expect(fixture.setEnvironment({ TOKEN: null })).rejects.toThrow('Component "outer" requires the environment variable KEY, which is bound to TOKEN, and that is not set.');
  expect(fixture.activated).toHaveLength(2);
});

it("CO-7 names the component and the variable that is wrong", async () => {
  const env = [["LEVEL", { type: "value", value: '{"type":"union","value":[{"type":"literal","value":"low"},{"type":"literal","value":"high"}]}' }]] as const;
  const pushed = (bindings: Use["env"]): Promise<Json> => body({ uses: [{ path: "c", ...(bindings === undefined ? {} : { env: bindings }) }] }, { c: { name: "c", env } });
  expect((await refusal(pushed([]))).message).toContain('Component "c" requires the environment variable LEVEL. Bind it');
  expect((await refusal(pushed([["LEVEL", { type: "value", value: "medium" }]]))).message).toContain('LEVEL of component "c" has a value that it does not allow');
  expect((await refusal(pushed([["LEVEL", { type: "value", value: "low" }], ["OTHER", { type: "value", value: "x" }]]))).message).toContain("OTHER, which it does not declare");
});

it("CO-11 changes the tables of each mounted component, all or none", async () => {
  await using fixture = new DeployFixture();
  const app = { uses: [{ path: "c", name: "a" }, { path: "c", name: "b" }] };
  const schemaOf = (type: string): string => COUNTER_SCHEMA.replace("v.number()", type);
  await push(fixture, await body(app, { c: { files: { ...COUNTER_FILES, "schema.ts": schemaOf("v.any()") } } }));
  for (let i = 0; i < 50; i++) insert(fixture, "a", "counts", { by: i });
  const bad = insert(fixture, "b", "counts", { by: "text" });
  const start = await fixture.call("start_push", await body(app, { c: { files: COUNTER_FILES } }));
  expect(await waitForSchema(fixture, start)).toMatchObject({ type: "failed", componentPath: "b", tableName: "counts", error: expect.stringContaining(bad) as string });
  const refused: unknown = await fixture.call("finish_push", { startPush: start, dryRun: false }).catch((error: unknown) => error);
  expect((refused as DeployError).code).toBe("SchemaValidationFailed");
  expect(() => insert(fixture, "a", "counts", { by: "still any" })).not.toThrow();
  expect(fixture.activated).toHaveLength(1);
});

it("CO-13 keeps the data of what is not mounted any more, and its schema", async () => {
  await using fixture = new DeployFixture();
  const components = { c: { files: COUNTER_FILES } };
  await push(fixture, await body({ uses: [{ path: "c", name: "a" }] }, components));
  const id = insert(fixture, "a", "counts", { by: 1 });
  const without = await push(fixture, await body({}, {}));
  expect(diffTypes(without.finish)).toEqual({ "": "modify", a: "unmount" });
  expect([...fixture.activated.at(-1)!.modules.keys()].filter((path) => path.startsWith("@"))).toEqual([]);
  await using later = await fixture.restart();
  expect(() => insert(later, "a", "counts", { by: "text" })).toThrow("does not match the schema");
  const again = await push(later, await body({ uses: [{ path: "c", name: "a" }] }, components));
  expect(diffTypes(again.finish)).toEqual({ "": "modify", a: "remount" });
  const table = later.database.catalog.table("a", "counts")!;
  expect(later.database.reader.get(table.documentKey(id))).toContain('"by":1');
  expect(table.record.indexes.map(({ name, state, enabled }) => ({ name, state, enabled }))).toEqual([{ name: "by_by", state: "ready", enabled: true }]);
});

it("CO-15 a push that never finished leaves nothing in any component", async () => {
  await using fixture = new DeployFixture();
  await push(fixture, await body({ uses: [{ path: "c", name: "a" }] }, { c: { files: { "schema.ts": COUNTER_SCHEMA.replace('.index("by_by", ["by"])', "") } } }));
  insert(fixture, "a", "counts", { by: 1 });
  await fixture.call("start_push", await body({ uses: [{ path: "c", name: "a" }, { path: "c", name: "b" }] }, { c: { files: COUNTER_FILES } }));
  await using later = await fixture.restart();
  expect(later.database.catalog.table("a", "counts")!.record.indexes).toEqual([]);
  expect([...later.loaded!.components.keys()]).toEqual(["a"]);
});

it("CO-14, CO-20, CO-21 knows crons and routers of every place", async () => {
  await using fixture = new DeployFixture();
  const http = `import { httpRouter, httpAction } from "./_generated/server"; const http = httpRouter(); http.route({ path: "/x", method: "GET", handler: httpAction(async () => new Response("x")) }); export default http;`;
  const crons = `import { cronJobs, makeFunctionReference } from "./_generated/server"; const crons = cronJobs(); crons.interval("tidy", { minutes: 1 }, makeFunctionReference("lib:tidy"), {}); export default crons;`;
  const lib = `import { internalMutation } from "./_generated/server"; export const tidy = internalMutation({ args: {}, handler: async () => null });`;
  const c = { files: { "http.ts": http, "crons.ts": crons, "lib.ts": lib }, uses: [{ path: "d", name: "inner", httpPrefix: "/in/" }] };
  await push(fixture, await body({ uses: [{ path: "c", name: "a", httpPrefix: "/a/" }, { path: "c", name: "quiet" }] }, { c, d: { files: { "http.ts": http } } }));
  expect(fixture.activated[0]!.routers).toEqual([
    { prefix: "/a/in/", module: "@a/@inner/http.js" },
    { prefix: "/a/", module: "@a/http.js" },
    { prefix: "/", module: "http.js" },
  ]);
  const table = fixture.database.catalog.table("", "_cron_jobs")!;
  const jobs = [...fixture.database.reader.entries({ start: table.documentPrefix, end: `${table.documentPrefix}\xff` })].map(([, text]) => JSON.parse(text) as Json);
  expect(jobs.map(({ name, componentPath, functionPath }) => [name, componentPath, functionPath]).sort()).toEqual([["a/tidy", "a", "lib.js:tidy"], ["quiet/tidy", "quiet", "lib.js:tidy"]]);
});
