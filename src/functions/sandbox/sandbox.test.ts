import { beforeAll, describe, expect, test } from "vitest";
import { compile, TestApp, TestHost } from "./bundle.suite.js";
import type { ModuleCode } from "./module-code.js";

const RUN_TS = `
import { mutation, query } from "./_generated/server";

export const add = query({ args: {}, handler: async (ctx: any, { a, b }: any) => { await null; return a + b; } });
export const throwsAtOnce = query({ args: {}, handler: (() => { throw new Error("at once"); }) as any });
export const loops = query({ args: {}, handler: async () => { for (;;); } });
export const chains = query({ args: {}, handler: async () => { for (;;) await null; } });
export const waits = query({ args: {}, handler: async () => { await new Promise(() => {}); } });
export const recurses = query({ args: {}, handler: async () => {
  const down = (n: number): number => down(n + 1) + 1;
  try { return down(0); } catch (error) { return error instanceof RangeError; }
} });
export const leavesWork = mutation({ args: {}, handler: async (ctx: any) => {
  Promise.resolve().then(() => { for (;;); });
  Promise.resolve().then(() => ctx.effects.push("stale"));
} });

let release: (() => void) | null = null;
export const parks = mutation({ args: {}, handler: async () => { await new Promise<void>((resolve) => { release = resolve; }); return "parked"; } });
export const releases = mutation({ args: {}, handler: async () => { release!(); await null; await null; return "released"; } });
export const awaits = query({ args: {}, handler: async (ctx: any) => { try { return ["ok", await ctx.read()]; } catch (error) { return ["error", error instanceof Error, String(error)]; } } });
export const drops = mutation({ args: {}, handler: async () => { void Promise.reject(new Error("dropped")); return "done"; } });
`;

let modules: Map<string, ModuleCode>;
beforeAll(async () => {
  modules = await compile({ "run.ts": RUN_TS });
});

const app = (): TestApp => new TestApp(modules);

describe("running functions", () => {
  test("RT-1.1 a handler's value is delivered before drive returns", () => {
    expect(app().run("run.js", "add", { args: { a: 1, b: 2 } })).toEqual({ kind: "ok", value: 3 });
  });

  test("RT-1.1 what a handler throws at once is delivered too, from a microtask", () => {
    const running = app();
    const handler = running.handler("run.js", "throwsAtOnce");
    const steps: string[] = [];
    running.sandbox.drive(() => {
      running.sandbox.call(handler, [], () => steps.push("ok"), () => steps.push("error"));
      steps.push("call returned");
    }, 1_000);
    expect(steps).toEqual(["call returned", "error"]);
  });

  test("RT-1.2 many calls run in one evaluation, one after another from callbacks", () => {
    const running = app();
    const handler = running.handler("run.js", "add");
    const results: unknown[] = [];
    const next = (n: number): void => {
      if (n < 1_000) running.sandbox.call(handler, [{}, { a: n, b: n }], (value) => (results.push(value), next(n + 1)), (error) => results.push(error));
    };
    expect(running.sandbox.drive(() => next(0), 1_000)).toBe("done");
    expect(results).toEqual(Array.from({ length: 1_000 }, (_, n) => 2 * n));
  });

  test.each(["loops", "chains"])("RT-1.3 an endless function is stopped, and others run on: %s", (name) => {
    const running = app();
    expect(running.run("run.js", name, { timeoutMs: 50 })).toEqual({ kind: "timedOut" });
    expect(running.run("run.js", "add", { args: { a: 1, b: 2 } })).toEqual({ kind: "ok", value: 3 });
  });

  test("RT-1.3 nothing that a stopped function had queued runs later", () => {
    const running = app();
    const effects: string[] = [];
    expect(running.run("run.js", "leavesWork", { ctx: { effects }, timeoutMs: 50 })).toEqual({ kind: "timedOut" });
    running.run("run.js", "add", { args: { a: 1, b: 2 } });
    expect(effects).toEqual([]);
  });

  test("RT-1.4 a function that nothing will settle is known at once", () => {
    const startMs = performance.now();
    expect(app().run("run.js", "waits", { timeoutMs: 10_000 })).toEqual({ kind: "neverSettled" });
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });

  test("RT-1.5 recursion without end is a RangeError that the function can catch", () => {
    expect(app().value("run.js", "recurses")).toBe(true);
  });

  test("RT-1.6 a function that settles in a later evaluation than its own is not delivered", () => {
    const running = app();
    const { sandbox } = running;
    const delivered: unknown[] = [];
    const run = (name: string): void => void sandbox.drive(() => sandbox.call(running.handler("run.js", name), [], (value) => delivered.push(value), (error) => delivered.push(error)), 1_000);
    run("parks");
    run("releases");
    expect(delivered).toEqual(["released"]);
  });

  test("RT-1.7 an error in our own callback is thrown by drive and is no rejection inside", () => {
    const running = app();
    const handler = running.handler("run.js", "add");
    const fail = (): never => {
      throw new Error("ours");
    };
    expect(() => running.sandbox.drive(() => running.sandbox.call(handler, [{}, {}], fail, fail), 1_000)).toThrow("ours");
    expect(() => running.sandbox.drive(fail, 1_000)).toThrow("ours");
    expect(running.value("run.js", "add", { args: { a: 1, b: 2 } })).toBe(3);
  });

  test("RT-1.7 drive refuses to be nested, call to be outside of it", () => {
    const { sandbox } = app();
    expect(() => sandbox.drive(() => sandbox.drive(() => undefined, 10), 1_000)).toThrow("within itself");
    expect(() => sandbox.call(() => undefined, [], () => undefined, () => undefined)).toThrow("outside of drive");
  });

  test("RT-1.8 promises and errors that the realm makes are those of user code", () => {
    const running = app();
    const { realm } = running.sandbox;
    expect(running.value("run.js", "awaits", { ctx: { read: () => realm.resolve(realm.parse('{"a":1}')) } })).toEqual(["ok", { a: 1 }]);
    expect(running.value("run.js", "awaits", { ctx: { read: () => realm.reject(realm.makeError("no", "TypeError")) } })).toEqual(["error", true, "TypeError: no"]);
    const { promise, resolve } = realm.defer();
    resolve(5);
    expect(running.value("run.js", "awaits", { ctx: { read: () => promise } })).toEqual(["ok", 5]);
    expect(new Uint8Array(realm.makeBytes(new Uint8Array([1, 2, 3]).subarray(1)))).toEqual(new Uint8Array([2, 3]));
  });

  test("RT-1.8 two hosts in turn: each execution asks its own", () => {
    const running = app();
    expect(running.value("run.js", "add", { args: { a: 1, b: 1 }, host: new TestHost(1) })).toBe(2);
    expect(running.value("run.js", "add", { args: { a: 2, b: 2 }, host: new TestHost(2) })).toBe(4);
  });
});
