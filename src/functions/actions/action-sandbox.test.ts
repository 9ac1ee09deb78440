import { beforeAll, describe, expect, test } from "vitest";
import { compile } from "../sandbox/bundle.suite.js";
import type { ModuleCode } from "../sandbox/module-code.js";
import { Signal, TestActions, TestServer } from "./action-sandbox.suite.js";

/** Long enough for an action to end before. */
const LATE_MS = 100;

const SOURCE = `
const LATE_MS = ${LATE_MS};
import { action, makeFunctionReference } from "./_generated/server";
import { ConvexError, v } from "convex/values";
const attempt = (run: () => unknown) => { try { run(); return null; } catch (error: any) { return error.message; } };
const atImport = [attempt(() => setTimeout(() => {}, 1)), attempt(() => (globalThis as any).Convex.syscall("1.0/x", "{}")), process.env.NAME];
const fetchAtImport = fetch("http://127.0.0.1:1").catch((error) => error.message);
const digestAtImport = crypto.subtle.digest("SHA-1", new Uint8Array());
let runs = 0;

export const add = action({ args: { a: v.number(), b: v.number() }, handler: async (ctx, { a, b }) => a + b });
export const imported = action(async () => [...atImport, await fetchAtImport, (await digestAtImport).byteLength]);
export const counts = action(async () => ++runs);
export const throws = action(async () => { throw new TypeError("boom"); });
export const throwsData = action(async () => { throw new ConvexError({ code: 5, text: "no" }); });
export const throwsText = action(async () => { throw new ConvexError("plain"); });
export const asks = action(async (ctx) => await ctx.runMutation(makeFunctionReference("a:b"), { x: 1n }));
export const catches = action(async (ctx) => {
  try { await ctx.runQuery(makeFunctionReference("a:b")); } catch (error: any) { return [error instanceof Error, error instanceof ConvexError, error.message, error.data ?? null]; }
});
export const raw = action(async () => { try { await (globalThis as any).Convex.asyncSyscall("1.0/actions/query", "{}"); } catch (error: any) { return [error instanceof Error, error.data instanceof Object, error.data.list instanceof Array]; } });
export const forgets = action(async (ctx, { url }: any) => {
  void ctx.runMutation(makeFunctionReference("a:b")).finally(() => console.log("answered"));
  setTimeout(() => console.log("late"), LATE_MS);
  void fetch(url).finally(() => console.log("fetched"));
  setInterval(() => console.log("again"), LATE_MS);
});
export const rejects = action(async () => { void Promise.reject(new Error("nobody")); void (async () => { throw new TypeError("awaits"); })(); return "fine"; });
export const prints = action(async () => { console.log("hello", { a: 1 }); console.error(new Error("shown")); console.count(); console.count(); });
export const late = async () => {
  const refused = (run: () => unknown) => { try { run(); return null; } catch (error: any) { return [error instanceof Error, error.message]; } };
  return JSON.stringify([refused(() => setTimeout(() => {}, 1)), refused(() => (globalThis as any).Convex.asyncSyscall("1.0/actions/query", "{}")), await fetch("http://127.0.0.1:1").catch((error) => [error instanceof Error, error.message])]);
};
export const upper = async (request: Request) => new Response((await request.text()).toUpperCase(), { status: request instanceof Request ? 201 : 500, headers: { echo: request.headers.get("x-name") ?? "" } });
export const environment = action(async () => [process.env.NAME, Object.keys(process.env), attempt(() => { process.env.NAME = "x"; }), typeof (process as any).exit]);
export const absent = action(async () => ["Buffer", "require", "global", "setImmediate", "module", "__dirname", "XMLHttpRequest", "window", "document"].filter((name) => name in globalThis));
`;

let modules: Map<string, ModuleCode>;
beforeAll(async () => {
  modules = await compile({ "a.ts": SOURCE });
});

describe("running", () => {
  test("AR-1.1 an action is called through the app's convex package", async () => {
    const actions = new TestActions(modules);
    expect(await actions.run("a.js", "add", { a: 2, b: 3 })).toEqual({ value: "5", error: null, unfinished: [] });
  });

  test("AR-1.2 modules are evaluated once and keep their state for the next action", async () => {
    const actions = new TestActions(modules);
    expect(await actions.value("a.js", "counts")).toBe(1);
    expect(await actions.value("a.js", "counts")).toBe(2);
  });

  test("AR-1.3 at import time the network, timers and syscalls are refused; cryptography works", async () => {
    const [timer, syscall, name, fetched, digested] = (await new TestActions(modules, { NAME: "n" }).value("a.js", "imported")) as unknown[];
    const mend = "Move the call into a function; see https://docs.convex.dev/functions/actions for what actions can do.";
    expect([timer, syscall, fetched]).toEqual(["setTimeout", "1.0/x", "fetch()"].map((what) => `Can't use ${what} at import time. ${mend}`));
    expect([name, digested]).toEqual(["n", 20]);
  });
});

describe("errors", () => {
  test("AR-2.1 are shown with places in the developer's files", async () => {
    const { error } = await new TestActions(modules).run("a.js", "throws");
    expect(error).toEqual({ message: expect.stringMatching(/^Uncaught TypeError: boom\n {4}at .*\(\.\.\/convex\/a\.ts:14:/), data: null });
  });

  test("AR-2.2 a ConvexError carries its data as JSON text", async () => {
    const actions = new TestActions(modules);
    expect((await actions.run("a.js", "throwsData")).error?.data).toBe('{"code":5,"text":"no"}');
    expect((await actions.run("a.js", "throwsText")).error).toEqual({ message: expect.stringMatching(/^Uncaught ConvexError: plain\n/), data: '"plain"' });
  });

  test("AR-2.3 errors of syscalls are errors of user code's realm, with data", async () => {
    const actions = new TestActions(modules);
    actions.host.answers["1.0/actions/query"] = () => {
      throw Object.assign(new Error("refused"), { data: { list: [1] } });
    };
    expect(await actions.value("a.js", "catches")).toEqual([true, true, "refused", { list: [1] }]);
    expect(await actions.value("a.js", "raw")).toEqual([true, true, true]);
  });

  test("AR-2.4 a rejection that nobody awaits is a line, and fails nothing", async () => {
    const actions = new TestActions(modules);
    expect((await actions.run("a.js", "rejects")).value).toBe('"fine"');
    expect(actions.host.lines.map((line) => line.split("\n")[0])).toEqual(["[ERROR] Uncaught Error: nobody", "[ERROR] Uncaught TypeError: awaits"]);
  });
});

describe("operations", () => {
  test("AR-3.1 syscalls reach the host and are answered", async () => {
    const actions = new TestActions(modules);
    actions.host.answers["1.0/actions/mutation"] = (args) => args;
    const asked = (await actions.value("a.js", "asks")) as { args: unknown };
    expect(asked.args).toEqual({ x: { $integer: "AQAAAAAAAAA=" } });
  });

  test("AR-3.2 what an action left unfinished is named, stopped and never heard of again", async () => {
    const actions = new TestActions(modules);
    const closed = new Signal();
    await using server = await TestServer.start((_, response) => void response.on("close", closed.raise));
    const answered = new Signal();
    actions.host.answers["1.0/actions/mutation"] = () => answered.raised;
    const { unfinished } = await actions.run("a.js", "forgets", { url: server.url });
    expect(unfinished).toEqual(["mutation", "setTimeout", "fetch", "setInterval"]);
    expect(actions.sandbox.isSpent).toBe(true);
    answered.raise();
    await closed.raised;
    await laterThan(LATE_MS);
    expect(actions.host.lines).toEqual([]);
  });
});

describe("between actions", () => {
  test("AR-3.3 code of an action that has ended can begin nothing", async () => {
    const actions = new TestActions(modules);
    const { late } = actions.sandbox.load("a.js") as { late: () => Promise<string> };
    const results = JSON.parse(await late()) as unknown;
    expect(results).toEqual(["setTimeout", "query", "fetch"].map((what) => [true, `Can't use ${what} after the action has ended. Await everything that an action begins.`]));
  });

  test("AR-1.4 one action runs at a time", () => {
    const { sandbox } = new TestActions(modules);
    expect(() => sandbox.end()).toThrow("an action ended that had not begun");
    sandbox.begin();
    expect(() => sandbox.begin()).toThrow("an action began while another one runs");
  });

  test("AR-12.1 a request of the server is adopted, and its answer is one of the server's class", async () => {
    const { sandbox } = new TestActions(modules);
    sandbox.begin();
    const { upper } = sandbox.load("a.js") as { upper: (request: Request) => Promise<Response> };
    const response = await upper(sandbox.adopt(new Request("http://a/", { method: "POST", body: "hi", headers: { "x-name": "n" } })));
    expect([response instanceof Response, response.status, response.headers.get("echo"), await response.text()]).toEqual([true, 201, "n", "HI"]);
    expect(sandbox.end()).toEqual([]);
    expect(sandbox.isSpent).toBe(false);
  });
});

/** Timers run in the order of their times: those that were set before, for `ms` at most, have run by then. */
async function laterThan(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms + 1));
}

describe("console and environment", () => {
  test("AR-4.1 prints as queries do", async () => {
    const actions = new TestActions(modules);
    await actions.run("a.js", "prints");
    expect(actions.host.lines.map((line) => line.split("\n")[0])).toEqual(["[LOG] 'hello' { a: 1 }", "[ERROR] Error: shown", "[LOG] default: 1", "[LOG] default: 2"]);
  });

  test("AR-4.2 process.env has the deployment's variables and can't be written", async () => {
    expect(await new TestActions(modules, { NAME: "value" }).value("a.js", "environment")).toEqual([
      "value",
      ["NAME"],
      "process.env can't be changed by functions. Set environment variables with 'npx convex env set' or in the dashboard.",
      "undefined",
    ]);
  });

  test("AR-4.3 what belongs to Node or to browsers is absent", async () => {
    expect(await new TestActions(modules).value("a.js", "absent")).toEqual([]);
  });
});
