import { expect, test } from "vitest";
import { Database } from "../database/database.js";
import { MemoryStore } from "../storage/memory.js";
import { modulePrefix } from "./component-path.js";
import { Deployment, type DeploymentCode } from "./deployment.js";
import { FunctionRunner, type FunctionOutcome } from "./function-runner.js";
import { analyzeModules } from "./sandbox/analyze.js";
import { compile, type Files } from "./sandbox/bundle.suite.js";
import { Sandbox } from "./sandbox/sandbox.js";
import type { FileAccess } from "./stored-files.js";

const HEAD = `
import { query, mutation, internalQuery, internalMutation, action } from "./_generated/server";
import { anyApi as api, componentsGeneric, createFunctionHandle } from "convex/server";
import { ConvexError, v } from "convex/values";
const components = componentsGeneric();
`;

const COUNTER: Files = {
  "count.ts": `${HEAD}
    export const add = mutation({ args: { by: v.number() }, handler: async (ctx, { by }) => {
      await ctx.db.insert("counts", { by });
      if (by < 0) throw new Error("below zero");
      return (await ctx.db.query("counts").collect()).length;
    } });
    export const total = query(async (ctx) => (await ctx.db.query("counts").collect()).reduce((sum, { by }) => sum + by, 0));
    export const hidden = internalQuery(async () => "hidden");
    export const own = query(async (ctx) => await ctx.runQuery(api.count.hidden));
    export const caller = query(async (ctx) => await ctx.auth.getUserIdentity());
    export const environment = query(async () => ({ level: process.env.LEVEL ?? null, secret: process.env.SECRET ?? null, same: globalThis.process.env.LEVEL ?? null, names: Object.keys(process.env) }));
    export const meta = query(async (ctx) => await ctx.meta.getFunctionMetadata());
    export const handleOf = query(async () => await createFunctionHandle(api.count.hidden));
    export const callBack = mutation(async (ctx, { handle, args }) => [await createFunctionHandle(api.count.add), await ctx.runMutation(handle, args)]);
    export const schedule = mutation(async (ctx, { handle }) => { await ctx.scheduler.runAfter(1000, api.count.add, { by: 1 }); await ctx.scheduler.runAfter(1000, handle, {}); return (await ctx.db.system.query("_scheduled_functions").collect()).map(({ name }) => name).sort(); });
    export const refuse = mutation(async () => { throw new ConvexError({ code: "refused" }); });
    export const find = query(async (ctx, { id }) => await ctx.db.get(id));
    let loads = 0;
    export const state = query(async () => ++loads);
    export const replaced = query(async () => {
      const Native = Date, { process } = globalThis;
      globalThis.Date = class extends Native { static now() { return 7; } };
      globalThis.process = { env: { LEVEL: "replaced" } };
      try { return [Date.now(), globalThis.Date.now(), globalThis.process.env.LEVEL, "Date" in globalThis, typeof globalThis.Convex.syscall, globalThis.self === globalThis, Object.keys(globalThis).length >= 0]; }
      finally { globalThis.process = process; }
    });
    export const child = query(async (ctx) => await ctx.runQuery(components.inner.lib.name));
  `,
};
const INNER: Files = { "lib.ts": `${HEAD} export const name = query(async (ctx) => (await ctx.meta.getFunctionMetadata()).componentPath);` };
const APP: Files = {
  "app.ts": `${HEAD}
    export const add = mutation(async (ctx, { to, by }) => await ctx.runMutation(components[to].count.add, { by }));
    export const addCaught = mutation(async (ctx, { by }) => {
      await ctx.db.insert("notes", {});
      try { await ctx.runMutation(components.a.count.add, { by }); } catch (error) { return String(error.message); }
    });
    export const ask = query(async (ctx, { of, name, args }) => await ctx.runQuery(components[of].count[name], args ?? {}));
    export const call = mutation(async (ctx, { of, name, args }) => await ctx.runMutation(components[of].count[name], args ?? {}));
    export const byHandle = query(async (ctx, { handle }) => await ctx.runQuery(handle, {}));
    export const note = internalMutation(async (ctx, { text }) => { await ctx.db.insert("notes", { text }); return text; });
    export const notes = query(async (ctx) => (await ctx.db.query("notes").collect()).length);
    export const handleTo = query(async (_ctx, { name }) => await createFunctionHandle(api.app[name]));
    export const handleOfChild = query(async (_ctx, { name }) => await createFunctionHandle(components.a.count[name]));
    export const handles = mutation(async (ctx) => {
      const first = ctx.runMutation(components.a.count.callBack, { handle: await createFunctionHandle(api.app.note), args: { text: "first" } });
      const own = createFunctionHandle(api.app.note);
      return [await own, ...(await first)];
    });
    class AppError extends Error {}
    class RefusedError extends ConvexError {}
    export const catchRefusal = mutation(async (ctx) => {
      try { await ctx.runMutation(components.a.count.refuse, {}); } catch (error) {
        return [error instanceof ConvexError, error.data, error instanceof Error, error instanceof AppError, error instanceof RefusedError, error instanceof TypeError];
      }
    });
    export const catchOwn = mutation(async () => {
      const errors = [new RefusedError("x"), new AppError("x"), new TypeError("x"), null, "x"];
      return [ConvexError, RefusedError, AppError, Error].map((type) => errors.map((error) => error instanceof type));
    });
    export const noteId = mutation(async (ctx) => await ctx.db.insert("notes", {}));
    export const who = query(async (ctx) => await ctx.auth.getUserIdentity());
  `,
};

const FILES: FileAccess = { urlNameOf: () => "", internalIdOf: () => null, urlOf: () => "", uploadUrl: () => "" };

/** The app has two counters, each with a component of its own. */
async function deploymentCode(): Promise<DeploymentCode> {
  const code: DeploymentCode & { modules: Map<string, unknown>; deployed: Map<string, unknown> } = {
    modules: new Map(),
    deployed: new Map(),
    components: new Map(["a", "b", "a/inner", "b/inner"].map((path) => [path, { environmentVariables: { LEVEL: `level of ${path}` } }])),
    routers: [],
    environmentVariables: { SECRET: "the app's" },
    nodeFolder: null,
  };
  const mount = async (files: Files, ...paths: string[]): Promise<void> => {
    const modules = await compile(files);
    const analyses = analyzeModules(new Sandbox({ modules, host: () => null }), [...modules.keys()].filter((path) => !path.startsWith("_deps/")));
    for (const path of paths) {
      for (const [name, module] of modules) code.modules.set(modulePrefix(path) + name, module);
      for (const analysis of analyses) code.deployed.set(modulePrefix(path) + analysis.path, { environment: "isolate", analysis });
    }
  };
  await mount(APP, "");
  await mount(COUNTER, "a", "b");
  await mount(INNER, "a/inner", "b/inner");
  return code;
}

class Bench {
  readonly database: Database;
  readonly runner: FunctionRunner;

  private constructor(code: DeploymentCode) {
    this.database = new Database({ store: new MemoryStore(), nowMs: () => Date.now() });
    this.runner = new FunctionRunner({
      instanceName: "test",
      limits: { argumentBytesMax: 1e6, resultBytesMax: 1e6, functionMsMax: 1000 },
      nowMs: () => Date.now(),
      files: FILES,
      fileBytes: null,
      tokens: { sign: () => "" },
      randomSeed: () => 1,
      refuse: () => null,
      onRunning: () => undefined,
    });
    this.runner.use(new Deployment(code, this.runner.currentHost));
  }

  static async open(): Promise<Bench> {
    return new Bench(await deploymentCode());
  }

  /** The result, or the first line of what it failed with. */
  async run(path: string, args: object = {}, componentPath = "", caller: "client" | "server" = "client"): Promise<unknown> {
    const outcome = await new Promise<FunctionOutcome>((done) =>
      this.runner.enqueue({
        path,
        componentPath,
        kind: "any",
        caller,
        args: JSON.stringify(args),
        identity: { subject: "user" },
        journal: null,
        requestId: "0",
        client: null,
        begin: (kind) => this.database.begin(kind),
        done: (finished) => {
          if (finished.ok && finished.kind === "mutation") this.database.commit(finished.transaction);
          done(finished);
        },
      }),
    );
    return outcome.ok ? (JSON.parse(outcome.value) as unknown) : outcome.failure.message.split("\n")[0];
  }
}

test("CO-50 each mounted component has tables of its own, whatever code it shares", async () => {
  const bench = await Bench.open();
  expect(await bench.run("app:add", { to: "a", by: 1 })).toBe(1);
  expect(await bench.run("app:add", { to: "a", by: 2 })).toBe(2);
  expect(await bench.run("app:add", { to: "b", by: 5 })).toBe(1);
  expect([await bench.run("app:ask", { of: "a", name: "total" }), await bench.run("app:ask", { of: "b", name: "total" })]).toEqual([3, 5]);
});

test("CO-51 a call into a component is a sub-transaction: what throws leaves nothing, and its caller may go on", async () => {
  const bench = await Bench.open();
  expect(await bench.run("app:addCaught", { by: -1 })).toContain("below zero");
  expect([await bench.run("app:notes"), await bench.run("app:ask", { of: "a", name: "total" })]).toEqual([1, 0]);
  expect(await bench.run("app:add", { to: "a", by: -1 })).toContain("below zero");
  expect(await bench.run("app:ask", { of: "a", name: "total" })).toBe(0);
});

test("CO-59 a ConvexError is one to whoever catches it, though each component has a class of its own", async () => {
  const bench = await Bench.open();
  expect(await bench.run("app:catchRefusal")).toEqual([true, { code: "refused" }, true, false, false, false]);
  expect(await bench.run("app:catchOwn")).toEqual([
    [true, false, false, false, false],
    [true, false, false, false, false],
    [false, true, false, false, false],
    [true, true, true, false, false],
  ]);
});

test("CO-52 a parent reaches public functions of its children only, a component its own", async () => {
  const bench = await Bench.open();
  expect(await bench.run("app:ask", { of: "a", name: "own" })).toBe("hidden");
  expect(await bench.run("app:ask", { of: "a", name: "child" })).toBe("a/inner");
  expect(await bench.run("app:ask", { of: "a", name: "hidden" })).toContain("Could not find public function for 'count:hidden' in component 'a'");
  expect(await bench.run("app:ask", { of: "a", name: "nothing" })).toContain("Could not find public function for 'count:nothing' in component 'a'");
  expect(await bench.run("app:ask", { of: "nobody", name: "own" })).toContain("Component 'nobody' is not mounted");
});

test("CO-53 clients see no module of a component, however they name it", async () => {
  const bench = await Bench.open();
  for (const path of ["@a/count:total", "a/count:total", "@a/count.js:total", "function://a;count:total", "_reference/childComponent/a/count/total"]) expect(await bench.run(path)).toContain("Could not find public function");
});

test("CO-54 handles reach across components, also to internal functions, and name the component that made them", async () => {
  const bench = await Bench.open();
  expect(await bench.run("app:ask", { of: "b", name: "handleOf" })).toBe("function://b;count:hidden");
  expect(await bench.run("app:byHandle", { handle: "function://b;count:hidden" })).toBe("hidden");
  expect([await bench.run("app:handleTo", { name: "note" }), await bench.run("app:handleTo", { name: "nothing" })]).toEqual(["function://;app:note", expect.stringContaining("Could not find function for 'app:nothing'")]);
  expect([await bench.run("app:handleOfChild", { name: "total" }), await bench.run("app:handleOfChild", { name: "hidden" })]).toEqual(["function://a;count:total", expect.stringContaining("Could not find public function for 'count:hidden' in component 'a'")]);
  expect(await bench.run("app:byHandle", { handle: "function://gone;count:hidden" })).toContain("Component 'gone' is not mounted");
  expect(await bench.run("app:byHandle", { handle: "function://b" })).toContain("Invalid function handle");
  // The app goes on beside the component's function: each makes handles of its own.
  expect(await bench.run("app:handles")).toEqual(["function://;app:note", "function://a;count:add", "first"]);
});

test("CO-55 environment, caller and module state are a component's own", async () => {
  const bench = await Bench.open();
  expect(await bench.run("app:ask", { of: "a", name: "environment" })).toEqual({ level: "level of a", same: "level of a", secret: null, names: ["LEVEL"] });
  expect(await bench.run("app:who")).toEqual({ subject: "user" });
  expect(await bench.run("app:ask", { of: "a", name: "caller" })).toBe(null);
  expect([await bench.run("app:ask", { of: "a", name: "state" }), await bench.run("app:ask", { of: "a", name: "state" }), await bench.run("app:ask", { of: "b", name: "state" })]).toEqual([1, 2, 1]);
  expect(await bench.run("app:ask", { of: "a", name: "replaced" })).toEqual([7, 7, "replaced", true, "function", true, true]);
  expect(await bench.run("app:ask", { of: "a", name: "environment" })).toMatchObject({ level: "level of a", same: "level of a" });
  expect(await bench.run("app:ask", { of: "b", name: "meta" })).toEqual({ name: "count:meta", componentPath: "b", type: "query", visibility: "public" });
});

test("CO-56 what a component schedules is in its own list, with its own names", async () => {
  const bench = await Bench.open();
  expect(await bench.run("app:call", { of: "a", name: "schedule", args: { handle: "function://;app:note" } })).toEqual(["app.js:note", "count.js:add"]);
  expect(await bench.run("app:call", { of: "b", name: "schedule", args: { handle: "function://b;count:hidden" } })).toContain("can't be scheduled");
});

test("CO-57 a document of the app is none of the component's, though it is given the id", async () => {
  const bench = await Bench.open();
  const id = await bench.run("app:noteId");
  expect(await bench.run("app:ask", { of: "a", name: "find", args: { id } })).toBe(null);
});
