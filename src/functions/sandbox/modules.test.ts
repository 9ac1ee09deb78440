import { describe, expect, test } from "vitest";
import { bundle, TestApp } from "./bundle.suite.js";
import { compileModule, ModuleSyntaxError } from "./module-code.js";

const QUERY = 'import { query } from "./_generated/server";\n';
const esm = (path: string, source: string): Parameters<typeof compileModule>[0] => ({ path, source, sourceMap: null });

async function appOf(sources: Readonly<Record<string, string>>, options?: ConstructorParameters<typeof TestApp>[1]): Promise<TestApp> {
  const compiled = await Promise.all(Object.entries(sources).map(([path, source]) => compileModule(esm(path, source))));
  return new TestApp(new Map(compiled.map((module) => [module.path, module])), options);
}

describe("modules", () => {
  test("RT-4.1 a module is evaluated once and its imports are live, also in circles", async () => {
    const app = await appOf({
      "a.js": `import { fromB, seen } from "./b.js"; export let count = 0; export function bump() { count++; return [count, seen(), fromB]; }`,
      "b.js": `import * as a from "./a.js"; import { count } from "./a.js"; export const fromB = typeof a.bump; export function seen() { return count; }`,
    });
    const a = app.sandbox.load("a.js") as { bump: () => unknown; count: number };
    expect(a.bump()).toEqual([1, 1, "function"]);
    expect(a.bump()).toEqual([2, 2, "function"]);
    expect(a.count).toBe(2);
    expect(app.sandbox.load("a.js")).toBe(a);
  });

  test("RT-4.2 import() of a bundled chunk settles within the execution", async () => {
    const app = await TestApp.of({
      "main.ts": `${QUERY}export const run = query({ args: {}, handler: async () => (await import("./lib/late")).late });`,
      "lib/late.ts": `export const late = "loaded";`,
    });
    expect(app.value("main.js", "run")).toBe("loaded");
  });

  test("RT-4.2 import() of what is not there rejects", async () => {
    const app = await appOf({ "a.js": `export const _handler = async () => { try { await import("fs"); } catch (error) { return [error instanceof Error, error.message]; } }; export const run = { _handler };` });
    expect(app.value("a.js", "run")).toEqual([true, `Could not find module "fs" imported from "a.js". If it is a Node.js module, import it only in files that begin with "use node".`]);
  });

  test("RT-4.3 top-level await is refused with its place", async () => {
    await expect(compileModule(esm("lib/a.js", "const a = 1;\nexport const b = await a;"))).rejects.toThrow(
      new ModuleSyntaxError("Top-level await is not supported: modules are loaded without waiting. Move the await into a function (lib/a.js:2:18)"),
    );
  });

  test("RT-4.3 the place is the developer's own file where there is a map", async () => {
    const modules = await bundle({ "wait.ts": `type A = number;\n\nexport const b: A = await Promise.resolve(1);` });
    await expect(compileModule(modules.find(({ path }) => path === "wait.js")!)).rejects.toThrow("../convex/wait.ts:3:");
  });

  test("RT-4.4 code that does not parse is refused with its place", async () => {
    await expect(compileModule(esm("bad.js", "export const a = ;"))).rejects.toThrow("(bad.js:1:18)");
  });

  test("RT-4.5 a module that is not there", async () => {
    const app = await appOf({ "a.js": `import "./gone.js";` });
    expect(() => app.sandbox.load("a.js")).toThrow('Could not find module "./gone.js" imported from "a.js". Push the code again.');
    expect(() => app.sandbox.load("nothing.js")).toThrow('Could not find module "nothing.js".');
  });

  test("RT-4.6 a module that throws throws the same error each time", async () => {
    const app = await appOf({ "a.js": `globalThis.times = (globalThis.times ?? 0) + 1; throw new Error("broken " + globalThis.times);` });
    expect(() => app.sandbox.load("a.js")).toThrow("broken 1");
    expect(() => app.sandbox.load("a.js")).toThrow("broken 1");
  });

  test("RT-4.7 a module that takes too long is stopped, and evaluated again when next asked for", async () => {
    const app = await appOf({ "a.js": `globalThis.times = (globalThis.times ?? 0) + 1; while (globalThis.times === 1); export const times = globalThis.times;` }, { importMsMax: 50 });
    expect(() => app.sandbox.load("a.js")).toThrow('Loading module "a.js" took longer than 0.05 s. Do less outside of functions.');
    expect(app.sandbox.load("a.js")["times"]).toBe(2);
  });

  test("RT-4.8 a module that is loaded in the middle of an execution runs no microtask of it", async () => {
    const app = await appOf({
      "a.js": `export const run = { async _handler(ctx) { const steps = []; Promise.resolve().then(() => steps.push("microtask")); ctx.load(); steps.push("loaded"); await null; return steps; } };`,
      "b.js": `export const b = 1;`,
    });
    expect(app.value("a.js", "run", { ctx: { load: () => app.sandbox.load("b.js") } })).toEqual(["loaded", "microtask"]);
  });
});
