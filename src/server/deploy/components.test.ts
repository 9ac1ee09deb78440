/** Components in pushes: docs/spec/components.md, without the CLI. */
import { describe, expect, it } from "vitest";
import { readLog } from "../../database/commit-log.js";
import { Documents } from "../../database/documents.js";
import type { Files } from "../../functions/sandbox/bundle.suite.js";
import type { DeploymentCode } from "../../functions/deployment.js";
import { findRouter } from "../http-actions/find-router.js";
import { readCronJobs } from "../scheduler/cron-table.js";
import { DeployFixture } from "./deploy-harness.suite.js";
import { componentDefinitions, componentImport, push, pushBody, waitForSchema } from "./push-body.suite.js";
import { presentHere } from "../../database/stored-document.js";

type Json = Record<string, unknown>;

/** convex.config.ts with the imports that it uses. */
function config(text: string, imports: Readonly<Record<string, string>> = {}): Files {
  const imported = Object.entries(imports).map(([name, path]) => `import ${name} from "${componentImport(path)}";`);
  return { "convex.config.ts": [`import { defineApp, defineComponent } from "convex/server"; import { v } from "convex/values";`, ...imported, text].join("\n") };
}

const TALLY = {
  ...config(`export default defineComponent("tally", { env: { UNIT: v.optional(v.union(v.literal("pages"), v.literal("books"))) } });`),
  "schema.ts": `import { defineSchema, defineTable } from "convex/server"; import { v } from "convex/values"; export default defineSchema({ counts: defineTable({ n: v.number() }).index("by_n", ["n"]) });`,
  "counts.ts": `import { query, internalMutation } from "./_generated/server"; export const get = query(async () => process.env.UNIT); export const add = internalMutation(async () => null);`,
};
const SHELF = {
  ...config(`const shelf = defineComponent("shelf", { env: { LABEL: v.string() } }); shelf.use(tally, { httpPrefix: "/tally/" }); shelf.use(tally, { name: "spare", env: { UNIT: "books" } }); export default shelf;`, { tally: "shelf/tally" }),
  "deep/books.ts": `import { query, httpAction } from "../_generated/server"; export const list = query(async () => process.env.LABEL); export const hook = httpAction(async () => new Response("")); export const label = process.env.LABEL;`,
  "http.ts": `import { httpRouter, httpAction } from "./_generated/server"; const http = httpRouter(); http.route({ path: "/books", method: "GET", handler: httpAction(async () => new Response("")) }); export default http;`,
  "crons.ts": `import { cronJobs, makeFunctionReference } from "./_generated/server"; const crons = cronJobs(); crons.interval("tick", { hours: 1 }, makeFunctionReference("deep/books:list")); export default crons;`,
};
const APP = { ...config(`const app = defineApp({ env: { NAME: v.optional(v.string()) } }); app.use(shelf, { name: "first", httpPrefix: "/first/", env: { LABEL: app.env.NAME } }); app.use(shelf, { name: "second", env: { LABEL: "fixed" } }); export default app;`, { shelf: "shelf" }) };
const WITHOUT_CRONS = { ...SHELF, "crons.ts": "" };
delete (WITHOUT_CRONS as Record<string, string>)["crons.ts"];
const COMPONENTS = { shelf: WITHOUT_CRONS, "shelf/tally": TALLY };

async function pushed(fixture: DeployFixture, app: Files, components: Readonly<Record<string, Files>>): Promise<{ start: Json; wait: Json; finish: Json }> {
  return await push(fixture, app, { componentDefinitions: await componentDefinitions(components) });
}

async function refusal(app: Files, components: Readonly<Record<string, Files>>, change: (body: Json) => void = () => undefined): Promise<{ code: unknown; message: string }> {
  await using fixture = new DeployFixture();
  const body = await pushBody(app, { componentDefinitions: await componentDefinitions(components) });
  change(body);
  try {
    await fixture.call("start_push", body);
  } catch (error) {
    expect(fixture.activated).toEqual([]);
    expect([...fixture.database.catalog.tables()].filter(({ name }) => !name.startsWith("_"))).toEqual([]);
    const { code, message } = error as { code: unknown; message: string };
    return { code, message };
  }
  throw new Error("it was not refused");
}

async function deployed(): Promise<DeployFixture> {
  const fixture = new DeployFixture();
  await fixture.setEnvironment({ NAME: "from the app" });
  await pushed(fixture, APP, COMPONENTS);
  return fixture;
}

function environmentsOf(code: DeploymentCode): Record<string, Json> {
  const builtIn = { CONVEX_CLOUD_URL: "http://cloud.test", CONVEX_SITE_URL: "http://site.test" };
  return Object.fromEntries(
    Array.from(code.components, ([path, { environmentVariables }]) => {
      expect(environmentVariables).toMatchObject(builtIn);
      return [path, Object.fromEntries(Object.entries(environmentVariables).filter(([name]) => !Object.hasOwn(builtIn, name)))];
    }),
  );
}

function insert(fixture: DeployFixture, namespace: string, tableName: string, fields: Json): string {
  const transaction = fixture.database.begin("mutation");
  const id = new Documents({ transaction, namespace, present: presentHere }).insert(tableName, fields);
  fixture.database.commit(transaction);
  return id;
}

function diffTypes(finish: Json): Record<string, string> {
  return Object.fromEntries(Object.entries(finish["componentDiffs"] as Record<string, { diffType: { type: string } }>).map(([path, { diffType }]) => [path, diffType.type]));
}

describe("the code that runs", () => {
  it("CO-2 CO-6 has the modules of each mounted component under its prefix, and its environment", async () => {
    await using fixture = await deployed();
    const code = fixture.activated.at(-1)!;
    expect([...code.modules.keys()].filter((path) => !path.includes("_deps/")).sort()).toEqual(
      ["@first/", "@second/"].flatMap((shelf) => [`${shelf}@spare/counts.js`, `${shelf}@tally/counts.js`, `${shelf}deep/books.js`, `${shelf}http.js`]).sort(),
    );
    expect(environmentsOf(code)).toEqual({ first: { LABEL: "from the app" }, "first/tally": {}, "first/spare": { UNIT: "books" }, second: { LABEL: "fixed" }, "second/tally": {}, "second/spare": { UNIT: "books" } });
  });

  it("CO-21 CO-22 has their routers, the longest prefix first, where every parent is reachable", async () => {
    await using fixture = await deployed();
    expect(fixture.activated.at(-1)!.routers).toEqual([
      { prefix: "/first/tally/", module: "@first/@tally/http.js" },
      { prefix: "/first/", module: "@first/http.js" },
      { prefix: "/", module: "http.js" },
    ]);
  });

  it("CO-22 lets a component answer before a route of the app below its prefix", async () => {
    await using fixture = new DeployFixture();
    await fixture.setEnvironment({ NAME: "x" });
    await pushed(fixture, { ...APP, "http.ts": WITHOUT_CRONS["http.ts"].replace('"/books"', '"/first/books"') }, COMPONENTS);
    const code = fixture.activated.at(-1)!;
    expect(findRouter(code, "GET", "/first/books")).toEqual({ module: "@first/http.js", routedPath: "/books", route: "GET /first/books" });
    expect(findRouter(code, "GET", "/firsts/books")?.module).toBe("http.js");
  });

  it("CO-21 has them below the app's own prefix", async () => {
    await using fixture = new DeployFixture();
    await pushed(fixture, config(`const app = defineApp({ httpPrefix: "/api" }); app.use(tally, { httpPrefix: "/tally" }); export default app;`, { tally: "tally" }), { tally: TALLY });
    expect(fixture.activated.at(-1)!.routers.map(({ prefix }) => prefix)).toEqual(["/api/tally/", "/api/"]);
  });

  it("CO-18 is the same after a restart", async () => {
    await using fixture = await deployed();
    await using restarted = await fixture.restart();
    expect(restarted.loaded).toEqual(fixture.activated.at(-1));
  });

  it("CO-8 sees variables that are set later", async () => {
    await using fixture = await deployed();
    await fixture.setEnvironment({ NAME: "renamed" });
    expect(environmentsOf(fixture.activated.at(-1)!)).toMatchObject({ first: { LABEL: "renamed" }, second: { LABEL: "fixed" } });
    await expect(fixture.setEnvironment({ NAME: null })).rejects.toThrow('Component "first" requires the environment variable LABEL, which is bound to NAME, and that is not set.');
    await using restarted = await fixture.restart();
    expect(environmentsOf(restarted.loaded!)["first"]).toEqual({ LABEL: "renamed" });
  });

  it("CO-10 is not written again where it stays the same", async () => {
    await using fixture = await deployed();
    const before = fixture.database.lastTs;
    await fixture.setEnvironment({ NAME: "another" });
    await pushed(fixture, { ...APP, "more.ts": "export const x = 1;" }, { ...COMPONENTS, "shelf/tally": { ...TALLY, "counts.ts": TALLY["counts.ts"].replace("UNIT", "OTHER") } });
    expect(modulesWritten(fixture, before)).toBe(2);
  });

  it("CO-19 hashes of modules are those of the app's only", async () => {
    await using fixture = await deployed();
    expect(((await fixture.call("get_config_hashes", {})) as { moduleHashes: unknown[] }).moduleHashes).toEqual([]);
  });

  it("CO-17 leaves out components that nobody mounts, but tells of them", async () => {
    await using fixture = new DeployFixture();
    const { start } = await pushed(fixture, {}, { tally: TALLY });
    expect(Object.keys(start["analysis"] as Json)).toEqual(["", "tally"]);
    expect(fixture.activated.at(-1)!.components.size).toBe(0);
    expect([...fixture.activated.at(-1)!.modules.keys()]).toEqual([]);
  });
});

/** How many documents of the tables of components' modules were written after `ts`. */
function modulesWritten(fixture: DeployFixture, ts: number): number {
  const tables = ["_component_modules", "_component_module_code"].map((name) => fixture.database.catalog.table("", name)!.space);
  return [...readLog(fixture.database.reader, ts, fixture.database.lastTs, false)].flatMap(({ writes }) => writes).filter(({ space }) => tables.includes(space)).length;
}

describe("start_push", () => {
  it("CO-12 answers with each definition, and with what its parents may call", async () => {
    await using fixture = new DeployFixture();
    await fixture.setEnvironment({ NAME: "x" });
    const { start } = await pushed(fixture, APP, COMPONENTS);
    const analysis = start["analysis"] as Record<string, { definition: Json; schema: Json | null; functions: Json }>;
    expect(Object.keys(analysis).sort()).toEqual(["", "shelf", "shelf/tally"]);
    expect(analysis["shelf"]!.definition).toMatchObject({
      path: "shelf",
      definitionType: { type: "childComponent", name: "shelf" },
      childComponents: [{ name: "tally", path: "shelf/tally" }, { name: "spare", path: "shelf/tally" }],
      envVars: [["LABEL", { type: "value", value: '{"type":"string"}' }]],
      exports: { type: "branch", branch: [["deep", { type: "branch", branch: [["books", { type: "branch", branch: [["list", { type: "leaf", leaf: "_reference/function/deep/books:list" }]] }]] }]] },
    });
    expect(Object.keys(analysis["shelf"]!.functions).sort()).toEqual(["deep/books.js", "http.js"]);
    expect(analysis["shelf/tally"]!.definition["exports"]).toEqual({ type: "branch", branch: [["counts", { type: "branch", branch: [["get", { type: "leaf", leaf: "_reference/function/counts:get" }]] }]] });
    expect(analysis["shelf/tally"]!.schema).toMatchObject({ tables: [{ tableName: "counts" }] });
  });

  it("CO-12 answers with the tree of what is mounted", async () => {
    await using fixture = new DeployFixture();
    await fixture.setEnvironment({ NAME: "x" });
    const { start } = await pushed(fixture, APP, COMPONENTS);
    const tally = (path: string): Json => ({ definitionPath: "shelf/tally", componentPath: path, childComponents: {}, httpRoutes: { httpModuleRoutes: null, mounts: [] } });
    const shelf = (path: string): Json => ({
      definitionPath: "shelf",
      componentPath: path,
      childComponents: { tally: tally(`${path}/tally`), spare: tally(`${path}/spare`) },
      httpRoutes: { httpModuleRoutes: [{ path: "/books", method: "GET" }], mounts: ["/tally/"] },
      exports: { deep: { type: "branch", children: { books: { type: "branch", children: { list: { type: "leaf", resource: { type: "function", path: { component: path, udfPath: "deep/books:list" } } } } } } } },
    });
    expect(start["app"]).toMatchObject({ definitionPath: "", componentPath: "", childComponents: { first: shelf("first"), second: shelf("second") } });
    expect(Object.keys((start["schemaChange"] as { indexDiffs: Json }).indexDiffs)).toEqual(["", "first", "first/tally", "first/spare", "second", "second/tally", "second/spare"]);
  });

  it("CO-17 evaluates a component once, with the variables of its first mount", async () => {
    await using fixture = new DeployFixture();
    await fixture.setEnvironment({ NAME: "first" });
    const once = `if (process.env.LABEL !== "first" || process.env.NAME !== undefined) throw new Error("wrong variables: " + process.env.LABEL); export {};`;
    const schema = `import { defineSchema } from "convex/server"; if (process.env.LABEL !== "first") throw new Error("wrong variables: " + process.env.LABEL); export default defineSchema({});`;
    await pushed(fixture, APP, { ...COMPONENTS, shelf: { ...WITHOUT_CRONS, "once.ts": once, "schema.ts": schema } });
    expect(fixture.activated).toHaveLength(1);
  });

  it("CO-14 has the cron jobs of each mounted component, under its path", async () => {
    await using fixture = new DeployFixture();
    await fixture.setEnvironment({ NAME: "x" });
    const shelf = { ...WITHOUT_CRONS, "jobs.ts": `import { internalMutation } from "./_generated/server"; export const tick = internalMutation(async () => null);`, "crons.ts": SHELF["crons.ts"].replace("deep/books:list", "jobs:tick") };
    const { finish } = await pushed(fixture, APP, { ...COMPONENTS, shelf });
    const jobs = readCronJobs(fixture.database.begin("query"));
    expect(jobs.map(({ name, componentPath, functionPath }) => [name, componentPath, functionPath])).toEqual([["first/tick", "first", "jobs.js:tick"], ["second/tick", "second", "jobs.js:tick"]]);
    expect((finish["componentDiffs"] as Record<string, { cronDiff: unknown }>)["first"]!.cronDiff).toEqual({ added: ["tick"], updated: [], deleted: [] });
  });
});

describe("what is refused", () => {
  const shelfOf = (text: string, imports: Readonly<Record<string, string>> = {}): Files => ({ ...WITHOUT_CRONS, ...config(text, imports) });
  const appOf = (text: string, imports: Readonly<Record<string, string>> = { tally: "tally" }): Files => config(`const app = defineApp(); ${text}; export default app;`, imports);

  it("CO-5 components in a circle", async () => {
    const a = config(`const a = defineComponent("a"); a.use(b); export default a;`, { b: "lib/b" });
    const b = config(`const b = defineComponent("b"); b.use(a); export default b;`, { a: "lib/a" });
    expect(await refusal(appOf("app.use(a)", { a: "lib/a" }), { "lib/a": a, "lib/b": b })).toEqual({ code: "InvalidAppDefinition", message: "Components mount each other in a circle: lib/a → lib/b → lib/a. Remove one of these `use()`." });
  });

  it("CO-5 a component that mounts itself", async () => {
    const self = config(`const a = defineComponent("a"); a.use(b); export default a;`, { b: "a" });
    expect((await refusal(appOf("app.use(a)", { a: "a" }), { a: self })).message).toContain("in a circle: a → a.");
  });

  it("CO-5 components in a circle that the push does not tell of", async () => {
    const self = config(`const a = defineComponent("a"); a.use({ componentDefinitionPath: "a", defaultName: "a" }); export default a;`);
    expect((await refusal(appOf("app.use(a)", { a: "a" }), { a: self })).message).toContain("mounted in each other more than 16 deep: a/a/a/");
  });

  it.each([
    ["CO-5 a component that is not pushed", appOf(`app.use({ componentDefinitionPath: "../node_modules/@x/gone", defaultName: "gone" })`, {}), {}, `The app mounts "gone" from @x/gone, which is not part of the push`],
    ["CO-5 an import of what is not pushed", appOf("app.use(tally)"), {}, "Could not find module"],
    ["CO-5 an app as a component", appOf("app.use(tally)"), { tally: config("export default defineApp();") }, "In component tally: Its convex.config.ts exports an app, which can't be mounted in another"],
    ["CO-5 a component as the app", config(`export default defineComponent("x");`), {}, "convex.config.ts of the app exports a component"],
    ["CO-5 no default export of the app", config("export const app = defineApp();"), {}, "The default export of convex.config.ts is no app definition"],
    ["CO-5 no default export of a component", appOf("app.use(tally)"), { tally: config("export {};") }, "In component tally: The default export of convex.config.ts is no component definition"],
    ["CO-3 two of one name", appOf("app.use(tally); app.use(tally)"), { tally: TALLY }, 'The app mounts two components as "tally"'],
    ["CO-3 a name with a dash", appOf(`app.use(tally, { name: "my-tally" })`), { tally: TALLY }, 'The app mounts a component as "my-tally": names of components start with a letter'],
    ["CO-3 a name with a slash", appOf(`app.use(tally, { name: "a/b" })`), { tally: TALLY }, 'The app mounts a component as "a/b"'],
    ["CO-3 a name like the root's", appOf(`app.use(tally, { name: "_App" })`), { tally: TALLY }, 'The app mounts a component as "_App"'],
    ["CO-3 a name that is too long", appOf(`app.use(tally, { name: "x".repeat(65) })`), { tally: TALLY }, "up to 64 letters"],
    ["CO-5 a definition that throws", appOf("app.use(tally)"), { tally: config(`throw new Error("not today"); export default 1;`) }, "In component tally: Failed to evaluate convex.config.js: Uncaught Error: not today"],
    ["CO-5 a module that throws", appOf("app.use(tally)"), { tally: { ...TALLY, "bad.ts": `throw new Error("not today");` } }, "In component tally: Hit an error while loading the pushed modules. Failed to analyze bad.js: Uncaught Error: not today"],
    ["CO-5 a schema that is none", appOf("app.use(tally)"), { tally: { ...TALLY, "schema.ts": "export default {};" } }, "In component tally: Failed to evaluate schema.ts"],
    ["CO-7 a variable that nothing is bound to", appOf("app.use(tally)"), { tally: shelfOf(`export default defineComponent("tally", { env: { KEY: v.string() } });`) }, 'Component "tally" requires the environment variable KEY. Bind it'],
    ["CO-7 a variable that is bound to one that is not set", config(`const app = defineApp({ env: { A: v.optional(v.string()) } }); app.use(tally, { env: { KEY: app.env.A } }); export default app;`, { tally: "tally" }), { tally: shelfOf(`export default defineComponent("tally", { env: { KEY: v.string() } });`) }, 'Component "tally" requires the environment variable KEY, which is bound to A, and that is not set. Set it with `npx convex env set A …`.'],
    ["CO-7 a value that is not allowed", appOf(`app.use(tally, { env: { UNIT: "miles" } })`), { tally: TALLY }, 'In component "tally": the environment variable UNIT has a value that its validator does not allow: v.union(v.literal("pages"), v.literal("books"))'],
    ["CO-7 a variable that is not declared", appOf(`app.use(tally, { env: { SECRET: "x" } })`), { tally: TALLY }, 'Component "tally" is given the environment variable SECRET, which it does not declare'],
    ["CO-9 a validator of numbers", appOf("app.use(tally)"), { tally: config(`export default defineComponent("tally", { env: { N: v.number() } });`) }, "In component tally: The environment variable N is declared with a validator that is not of texts"],
  ] as const)("%s", async (_, app, components, message) => {
    const refused = await refusal(app, components);
    expect(refused).toEqual({ code: expect.stringMatching(/^Invalid(AppDefinition|Modules|Schema)$/) as string, message: expect.stringContaining(message) as string });
  });

  it("CO-7 a variable of a component within a component", async () => {
    const inner = config(`export default defineComponent("inner", { env: { KEY: v.string() } });`);
    const outer = config(`const outer = defineComponent("outer", { env: { MAYBE: v.optional(v.string()) } }); outer.use(inner, { env: { KEY: outer.env.MAYBE } }); export default outer;`, { inner: "inner" });
    expect((await refusal(appOf("app.use(outer)", { outer: "outer" }), { outer, inner })).message).toBe('Component "outer/inner" requires the environment variable KEY, which is bound to MAYBE of component "outer", and that has no value. Bind that too.');
  });

  it("CO-9 a variable of the app with a value that is not allowed", async () => {
    await using fixture = new DeployFixture();
    const app = config(`export default defineApp({ env: { LEVEL: v.union(v.literal("info"), v.literal("error")) } });`);
    await fixture.setEnvironment({ LEVEL: "verbose-secret" });
    await expect(pushed(fixture, app, {})).rejects.toMatchObject({ code: "InvalidEnvironmentVariables", message: 'the environment variable LEVEL has a value that its validator does not allow: v.union(v.literal("info"), v.literal("error")). Set another with `npx convex env set LEVEL …`.' });
    await fixture.setEnvironment({ LEVEL: "info" });
    await pushed(fixture, app, {});
  });

  it("CO-22 two routers of one prefix", async () => {
    const app = appOf(`app.use(shelf, { httpPrefix: "/a", env: { LABEL: "" } }); app.use(tally, { httpPrefix: "/a/tally/" })`, { shelf: "shelf", tally: "shelf/tally" });
    expect((await refusal(app, COMPONENTS)).message).toBe('Two routers have the same HTTP prefix "/a/tally/". Give each component an `httpPrefix` of its own.');
  });

  it("CO-14 cron jobs of one name", async () => {
    const crons = `import { cronJobs, makeFunctionReference } from "./_generated/server"; const crons = cronJobs(); crons.interval("shelf/tick", { hours: 1 }, makeFunctionReference("jobs:tick")); export default crons;`;
    const jobs = `import { internalMutation } from "./_generated/server"; export const tick = internalMutation(async () => null);`;
    const app = { ...appOf(`app.use(shelf, { env: { LABEL: "" } })`, { shelf: "shelf" }), "crons.ts": crons, "jobs.ts": jobs };
    const shelf = { ...WITHOUT_CRONS, "jobs.ts": jobs, "crons.ts": SHELF["crons.ts"].replace("deep/books:list", "jobs:tick") };
    expect(await refusal(app, { ...COMPONENTS, shelf })).toEqual({ code: "InvalidCrons", message: 'The app has a cron job "shelf/tick", and one of a component is known by the same name. Rename the app\'s in crons.ts.' });
  });

  it("CO-14 a cron job that calls a query", async () => {
    expect((await refusal(appOf(`app.use(shelf, { env: { LABEL: "" } })`, { shelf: "shelf" }), { ...COMPONENTS, shelf: SHELF })).code).toBe("InvalidCrons");
  });

  it.each(["", "a\nb", "x".repeat(1_025)])("CO-5 a definition path that is none: %j", async (path) => {
    expect((await refusal({}, { tally: TALLY }, (body) => Object.assign((body["componentDefinitions"] as Json[])[0]!, { definitionPath: path }))).message).toContain("is not the path of a component's folder");
  });

  it("CO-5 a definition that comes twice", async () => {
    expect((await refusal({}, { tally: TALLY }, (body) => (body["componentDefinitions"] as Json[]).push((body["componentDefinitions"] as Json[])[0]!))).message).toBe("The push has the component tally twice. Push again.");
  });

  it("CO-4 more than the bounds", async () => {
    expect((await refusal(appOf("for (let i = 0; i <= 512; i++) app.use(tally, { name: 't' + i })"), { tally: TALLY })).message).toContain("mounts more than 512 components");
    const many = Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`c${i}`, TALLY]));
    expect((await refusal({}, { tally: TALLY }, (body) => (body["componentDefinitions"] = Object.keys(many).map((definitionPath) => ({ ...(body["componentDefinitions"] as Json[])[0], definitionPath }))))).message).toContain("257 different components");
  });
});

describe("schemas", () => {
  const app = (text: string): Files => config(`const app = defineApp(); ${text}; export default app;`, { tally: "tally" });
  const both = app(`app.use(tally); app.use(tally, { name: "other" })`);
  const stricter = { ...TALLY, "schema.ts": TALLY["schema.ts"].replace("v.number() }", "v.number(), by: v.string() }") };

  it("CO-11 each mounted component has tables of its own", async () => {
    await using fixture = new DeployFixture();
    await pushed(fixture, both, { tally: TALLY });
    const tables = [...fixture.database.catalog.tables()].filter(({ name }) => name === "counts").map(({ record }) => record.namespace);
    expect(tables.sort()).toEqual(["other", "tally"]);
    expect(() => insert(fixture, "other", "counts", { n: "text" })).toThrow();
    insert(fixture, "other", "counts", { n: 1 });
  });

  it("CO-11 a push waits for all of them, and tells of each", async () => {
    await using fixture = new DeployFixture();
    await pushed(fixture, both, { tally: TALLY });
    for (let n = 0; n < 20; n++) insert(fixture, "other", "counts", { n });
    const indexed = { ...TALLY, "schema.ts": TALLY["schema.ts"].replace(".index(", `.index("again", ["n"]).index(`) };
    const start = await fixture.call("start_push", await pushBody(both, { componentDefinitions: await componentDefinitions({ tally: indexed }) }));
    expect(await waitForSchema(fixture, start, 0)).toMatchObject({ type: "inProgress", components: { "": { schemaValidationComplete: true }, other: { indexesComplete: 0, indexesTotal: 1 } } });
    await expect(fixture.call("finish_push", { startPush: start, dryRun: false })).rejects.toMatchObject({ code: "SchemaNotReady" });
    expect(await waitForSchema(fixture, start)).toEqual({ type: "complete" });
    const finish = await fixture.call("finish_push", { startPush: start, dryRun: false });
    const diffs = finish["componentDiffs"] as Record<string, { indexDiff: { added_indexes: { name: string }[] } }>;
    expect(Object.entries(diffs).map(([path, { indexDiff }]) => [path, indexDiff.added_indexes.map(({ name }) => name)])).toEqual([["", []], ["tally", ["counts.again"]], ["other", ["counts.again"]]]);
  });

  it("CO-11 a document of a component that does not match fails all, and names the component", async () => {
    await using fixture = new DeployFixture();
    await pushed(fixture, both, { tally: TALLY });
    const id = insert(fixture, "other", "counts", { n: 1 });
    const start = await fixture.call("start_push", await pushBody({ ...both, "schema.ts": TALLY["schema.ts"] }, { componentDefinitions: await componentDefinitions({ tally: stricter }) }));
    expect(await waitForSchema(fixture, start)).toMatchObject({ type: "failed", componentPath: "other", tableName: "counts", error: expect.stringContaining(id) as string });
    await expect(fixture.call("finish_push", { startPush: start, dryRun: false })).rejects.toMatchObject({ code: "SchemaValidationFailed" });
    insert(fixture, "tally", "counts", { n: 2 });
    expect(fixture.activated).toHaveLength(1);
  });

  it("CO-11 evaluate_schema tells of each, and which components are new", async () => {
    await using fixture = new DeployFixture();
    await pushed(fixture, app("app.use(tally)"), { tally: TALLY });
    insert(fixture, "tally", "counts", { n: 1 });
    const body = await pushBody(config(`const app = defineApp(); app.use(tally); app.use(more); export default app;`, { tally: "tally", more: "more" }), { componentDefinitions: await componentDefinitions({ tally: stricter, more: { ...TALLY, ...config(`export default defineComponent("more");`) } }) });
    expect(await fixture.call("evaluate_schema", body)).toMatchObject({
      newComponentDefinitions: ["more"],
      componentSchemaEvaluations: { "": { definitionPath: "", tables: [] }, tally: { definitionPath: "tally", tables: [{ name: "counts", outcome: "mustWalk", numDocs: 1 }] }, more: { definitionPath: "more", tables: [{ numDocs: 0 }] } },
    });
    expect(Object.keys(((await fixture.call("evaluate_push", body))["schemaChange"] as { schemaIds: Json }).schemaIds)).toEqual(["", "tally", "more"]);
  });

  it("CO-13 unmounting keeps documents and schema, remounting finds them and holds them against the schema", async () => {
    await using fixture = new DeployFixture();
    expect(diffTypes((await pushed(fixture, both, { tally: TALLY })).finish)).toEqual({ "": "create", tally: "create", other: "create" });
    const id = insert(fixture, "other", "counts", { n: 1 });
    const one = await pushed(fixture, app("app.use(tally)"), { tally: TALLY });
    expect(diffTypes(one.finish)).toEqual({ "": "modify", tally: "modify", other: "unmount" });
    expect([...fixture.activated.at(-1)!.components.keys()]).toEqual(["tally"]);
    expect(fixture.database.schemas.get("other")?.json.tables).toHaveLength(1);
    await using restarted = await fixture.restart();
    const failing = await restarted.call("start_push", await pushBody(both, { componentDefinitions: await componentDefinitions({ tally: stricter }) }));
    expect(await waitForSchema(restarted, failing)).toMatchObject({ type: "failed", componentPath: "other", error: expect.stringContaining(id) as string });
    expect(diffTypes((await pushed(restarted, both, { tally: TALLY })).finish)).toEqual({ "": "modify", tally: "modify", other: "remount" });
    expect(restarted.database.catalog.table("other", "counts")).toBeDefined();
  });

  it("CO-15 what an unfinished push had begun in components is dropped at the next start", async () => {
    await using fixture = new DeployFixture();
    await pushed(fixture, both, { tally: TALLY });
    insert(fixture, "other", "counts", { n: 1 });
    const indexed = { ...TALLY, "schema.ts": TALLY["schema.ts"].replace(".index(", `.index("again", ["n"]).index(`) };
    const start = await fixture.call("start_push", await pushBody(both, { componentDefinitions: await componentDefinitions({ tally: indexed }) }));
    const indexesOf = (of: DeployFixture): string[] => of.database.catalog.table("other", "counts")!.record.indexes.map(({ name }) => name);
    expect(indexesOf(fixture)).toContain("again");
    await using restarted = await fixture.restart();
    expect(indexesOf(restarted)).not.toContain("again");
    await expect(restarted.call("finish_push", { startPush: start, dryRun: false })).rejects.toMatchObject({ code: "RaceDetected" });
  });

  it("D-4 D-5 a dry run and code generation change nothing", async () => {
    await using fixture = new DeployFixture();
    const components = { componentDefinitions: await componentDefinitions({ tally: TALLY }) };
    const start = await fixture.call("start_push", await pushBody(both, { ...components, dryRun: true }));
    await fixture.call("wait_for_schema", { schemaChange: start["schemaChange"], timeoutMs: 1_000, dryRun: true });
    expect(diffTypes(await fixture.call("finish_push", { startPush: start, dryRun: true }))).toEqual({ "": "create", tally: "create", other: "create" });
    await fixture.call("start_push", await pushBody(both, { ...components, forCodegen: true }));
    expect([...fixture.database.catalog.tables()].map(({ name }) => name)).not.toContain("counts");
    expect(fixture.activated).toEqual([]);
  });
});
