import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SyscallReply } from "../../../functions/actions/executor-messages.js";
import { NodeFolder, TestExecutor } from "./executor-fixture.suite.js";

const SOURCES = {
  "files.ts": `import { createHash } from "node:crypto";
export const hash = action({ args: {}, handler: async (_ctx, { text }) => createHash("sha256").update(text).digest("hex") });
export const print = action({ args: {}, handler: async () => {
  console.log("hello", { a: 1 });
  console.error(new TypeError("shown"));
} });
export const boom = action({ args: {}, handler: async () => {
  await null;
  throw new Error("boom");
} });
export const commonJs = action({ args: {}, handler: async () => [typeof require("node:fs").readFileSync, typeof module, typeof exports, __filename.startsWith(__dirname)] });
export const env = action({ args: {}, handler: async () => {
  const seen = { ...process.env };
  process.env.LEFT = "behind";
  delete process.env.MODE;
  process.chdir("/");
  return { seen, cwd: process.cwd() };
} });
export const cwd = action({ args: {}, handler: async () => process.cwd() });
export const hidden = action({ args: {}, handler: async () => [typeof process.send, process.argv.length, process.execArgv.join(" ")] });
`,
  "asks.ts": `import { ConvexError } from "convex/values";
import { makeFunctionReference } from "convex/server";
const add = makeFunctionReference("numbers:add");
const list = makeFunctionReference("numbers:list");
export const both = action({ args: {}, handler: async (ctx) => [await ctx.runMutation(add, { n: 1n }), await ctx.runQuery(list, {})] });
export const caught = action({ args: {}, handler: async (ctx) => {
  try {
    await ctx.runMutation(add, { n: 1n });
  } catch (error) {
    return [error instanceof ConvexError, error.data];
  }
} });
export const passedOn = action({ args: {}, handler: async (ctx) => await ctx.runMutation(add, { n: 1n }) });
export const thrown = action({ args: {}, handler: async () => { throw new ConvexError({ code: 7n }); } });
export const unawaited = action({ args: {}, handler: async (ctx) => { void ctx.runMutation(add, { n: 1n }); return "done"; } });
`,
  "ends.ts": `export const exit = action({ args: {}, handler: async (_ctx, { code }) => { console.log("before"); process.exit(code); } });
export const abort = action({ args: {}, handler: async () => { process.abort(); } });
export const kill = action({ args: {}, handler: async () => { process.kill(process.pid, "SIGTERM"); await new Promise(() => setInterval(() => {}, 1000)); } });
export const hoard = action({ args: {}, handler: async () => { const all = []; for (;;) all.push(new Array(100_000).fill(Math.random())); } });
export const hoardBuffers = action({ args: {}, handler: async () => { const all = []; for (let i = 0; i < 100; i++) { all.push(Buffer.alloc(10_000_000, 1)); await new Promise((resolve) => setTimeout(resolve, 10)); } return all.length; } });
export const hoardBuffersAtOnce = action({ args: {}, handler: async () => { const all = []; for (let i = 0; i < 100; i++) { all.push(Buffer.alloc(10_000_000, 1)); const end = Date.now() + 10; while (Date.now() < end); } return all.length; } });
export const loop = action({ args: {}, handler: async () => { for (;;) {} } });
`,
  "leaves.ts": `import { createServer, get, Agent } from "node:http";
const agent = new Agent({ keepAlive: true });
let calls = 0;
export const count = action({ args: {}, handler: async () => ++calls });
export const timer = action({ args: {}, handler: async () => { setTimeout(() => { console.log("late"); }, 20); } });
export const interval = action({ args: {}, handler: async () => { setInterval(() => { console.log("again"); }, 1); } });
export const server = action({ args: {}, handler: async () => { await new Promise((resolve) => createServer().listen(0, resolve)); } });
export const quiet = action({ args: {}, handler: async () => { await new Promise((resolve) => setTimeout(resolve, 60)); } });
export const rejection = action({ args: {}, handler: async () => { void Promise.reject(new Error("nobody awaits it")); await new Promise((resolve) => setTimeout(resolve, 10_000)); } });
export const exception = action({ args: {}, handler: async () => { setTimeout(() => { throw new Error("from a timer"); }); await new Promise(() => {}); } });
export const lateRejection = action({ args: {}, handler: async () => { void (async () => { await null; throw new Error("too late"); })(); return "done"; } });
export const lateException = action({ args: {}, handler: async () => { setTimeout(() => { throw new Error("of another"); }, 20); } });
export const fetches = action({ args: {}, handler: async (_ctx, { url }) => (await fetch(url)).text() });
export const gets = action({ args: {}, handler: async (_ctx, { url }) => await new Promise((resolve, reject) => {
  get(url, { agent }, (response) => response.setEncoding("utf8").on("data", (text) => response.on("end", () => resolve(text)))).on("error", reject);
}) });
`,
  "broken.ts": `throw new Error("while loading"); export const f = action({ args: {}, handler: async () => 1 });`,
};

let folder: NodeFolder;
beforeAll(async () => {
  folder = await NodeFolder.of(SOURCES);
});
afterAll(() => folder[Symbol.dispose]());

const success = (value: unknown): object => ({ outcome: { ok: true, value: JSON.stringify(value) }, isSpent: false, logLines: [] });

describe("an executor of Node", () => {
  it("NA-1 runs actions one after another in the same process", async () => {
    await using executor = new TestExecutor(folder);
    const expected = success("2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881");
    expect(await executor.run("files.js", "hash", { text: "x" })).toEqual(expected);
    expect(await executor.run("files.js", "hash", { text: "x" })).toEqual(expected);
    expect(executor.messages.filter(({ type }) => type === "ready")).toHaveLength(1);
  });

  it("NA-2 gives ES modules the globals of CommonJS", async () => {
    await using executor = new TestExecutor(folder);
    expect(await executor.run("files.js", "commonJs")).toEqual(success(["function", "object", "object", true]));
  });

  it("NA-3 shows the deployment's variables, what programs need, and nothing else of the server's; what an action changes is its own", async () => {
    process.env["RIVULET_SECRET"] = "secret";
    await using executor = new TestExecutor(folder, { environmentVariables: { MODE: "test", HOME: "/mine" } });
    delete process.env["RIVULET_SECRET"];
    for (let i = 0; i < 2; i++) {
      const { outcome } = await executor.run("files.js", "env");
      const { seen, cwd } = JSON.parse((outcome as { value: string }).value) as { seen: Record<string, string>; cwd: string };
      expect(seen).toMatchObject({ MODE: "test", HOME: "/mine", PATH: process.env["PATH"], NODE_ENV: "production" });
      expect(Object.keys(seen)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^RIVULET|^VITEST|^NODE_CHANNEL|LEFT/)]));
      expect(cwd).toBe("/");
    }
    expect((await executor.run("files.js", "cwd")).outcome).not.toEqual({ ok: true, value: '"/"' });
  });

  it("NA-3 hides its channel", async () => {
    await using executor = new TestExecutor(folder);
    const { outcome } = await executor.run("files.js", "hidden");
    expect(JSON.parse((outcome as { value: string }).value)).toEqual(["undefined", 2, expect.stringContaining("--max-old-space-size=512")]);
  });

  it("NA-4 hands on what is printed", async () => {
    await using executor = new TestExecutor(folder);
    const { logLines } = await executor.run("files.js", "print");
    expect(logLines[0]).toBe("[LOG] 'hello' { a: 1 }");
    expect(logLines[1]).toMatch(/^\[ERROR\] TypeError: shown\n {4}at handler \(\.\.\/convex\/files\.ts:5:17\)/);
  });

  it("NA-5 shows errors in the developer's files", async () => {
    await using executor = new TestExecutor(folder);
    const { outcome, isSpent } = await executor.run("files.js", "boom");
    expect(isSpent).toBe(false);
    expect(outcome).toMatchObject({ ok: false, failure: { data: null, message: expect.stringMatching(/^Uncaught Error: boom\n {4}at handler \(\.\.\/convex\/files\.ts:9:9\)/) as string } });
  });

  it("NA-5 shows a module that can't be loaded, and is not used again", async () => {
    await using executor = new TestExecutor(folder);
    expect(await executor.run("broken.js", "f")).toMatchObject({ isSpent: true, outcome: { ok: false, failure: { message: expect.stringMatching(/^Uncaught Error: while loading\n {4}at .*\.\.\/convex\/broken\.ts:1:/) as string } } });
    expect(await executor.run("files.js", "nothing")).toMatchObject({ outcome: { ok: false, failure: { message: expect.stringContaining("files.js:nothing is no action") as string } } });
  });
});

describe("what an action of Node asks", () => {
  const answer = (op: string): SyscallReply => ({ ok: true, value: op === "1.0/actions/query" ? "[1,2]" : "null" });
  const refuse = (): SyscallReply => ({ ok: false, failure: { message: "Uncaught ConvexError: no", data: '{"code":{"$integer":"BwAAAAAAAAA="}}' } });

  it("NA-6 goes to the engine, with the arguments as the package writes them", async () => {
    await using executor = new TestExecutor(folder, { answer });
    expect(await executor.run("asks.js", "both")).toEqual(success([null, [1, 2]]));
    const asked = executor.messages.filter((message) => message.type === "syscall").map(({ op, args }) => ({ op, ...(JSON.parse(args) as object) }));
    expect(asked).toMatchObject([
      { op: "1.0/actions/mutation", name: "numbers:add", args: { n: { $integer: "AQAAAAAAAAA=" } }, requestId: "0123456789abcdef" },
      { op: "1.0/actions/query", name: "numbers:list", args: {} },
    ]);
  });

  it("NA-7 fails with the data of a ConvexError, which can be caught or passed on", async () => {
    await using executor = new TestExecutor(folder, { answer: refuse });
    expect((await executor.run("asks.js", "caught")).outcome).toEqual({ ok: true, value: '[true,{"code":{"$integer":"BwAAAAAAAAA="}}]' });
    for (const name of ["passedOn", "thrown"]) expect((await executor.run("asks.js", name)).outcome).toMatchObject({ ok: false, failure: { data: '{"code":{"$integer":"BwAAAAAAAAA="}}' } });
  });

  it("NA-8 is said in a warning where the action did not wait for it", async () => {
    await using executor = new TestExecutor(folder, { answer: async () => { await delay(50); return { ok: true, value: "null" }; } });
    const { outcome, isSpent, logLines } = await executor.run("asks.js", "unawaited");
    expect({ outcome, isSpent }).toEqual({ outcome: { ok: true, value: '"done"' }, isSpent: true });
    expect(logLines).toEqual([expect.stringMatching(/^\[WARN\] 1 unawaited operation: \[mutation\]\. Async operations should be awaited/)]);
  });
});

describe("an action of Node that ends its process", () => {
  it.each([
    ["exit", { code: 3 }, "it called process.exit(3)"],
    ["abort", {}, "it called process.abort(), or crashed (SIGABRT)"],
    ["kill", {}, "it was ended by SIGTERM"],
    ["hoard", {}, "it ran out of memory (limit 64 MB)"],
    ["hoardBuffers", {}, "it ran out of memory (limit 64 MB)"],
    ["hoardBuffersAtOnce", {}, "it ran out of memory (limit 64 MB)"],
  ])("NA-10 by %s is told the cause", async (name, args, cause) => {
    await using executor = new TestExecutor(folder, { memoryMbMax: 64 });
    await expect(executor.run("ends.js", name, args)).rejects.toThrow(cause);
  });

  it("NA-10 keeps what was printed before", async () => {
    await using executor = new TestExecutor(folder);
    await expect(executor.run("ends.js", "exit", { code: 0 })).rejects.toMatchObject({ logLines: ["[LOG] 'before'"] });
  });

  it("NA-11 is ended in the middle of a loop", async () => {
    const executor = new TestExecutor(folder);
    await executor.run("leaves.js", "count");
    const running = executor.run("ends.js", "loop");
    const failed = expect(running).rejects.toThrow("it was ended by SIGKILL");
    await executor.executor.end();
    await failed;
    await executor.executor.end();
  });
});

describe("what an action of Node leaves behind", () => {
  it.each(["timer", "interval", "server"])("NA-12 (%s) is seen", async (name) => {
    await using executor = new TestExecutor(folder);
    expect(await executor.run("leaves.js", name)).toEqual({ outcome: { ok: true, value: "null" }, isSpent: true, logLines: [] });
  });

  it("NA-12 is nothing where connections are merely kept for the next request", async () => {
    const server = createServer((_, response) => response.end("hello")).listen(0, "127.0.0.1");
    await once(server, "listening");
    await using executor = new TestExecutor(folder);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (const name of ["fetches", "gets"]) expect(await executor.run("leaves.js", name, { url })).toEqual(success("hello"));
    server.close();
    server.closeAllConnections();
  });

  it.each(["timer", "interval", "lateException"])("NA-13 (%s) does not come to the next one", async (name) => {
    await using executor = new TestExecutor(folder);
    await executor.run("leaves.js", name);
    expect(await executor.run("leaves.js", "quiet")).toMatchObject({ outcome: { ok: true }, logLines: [] });
  });

  it("NA-14 fails it while it runs, where it is an error that nothing catches", async () => {
    await using executor = new TestExecutor(folder);
    for (const [name, message] of [["rejection", "Uncaught Error: nobody awaits it"], ["exception", "Uncaught Error: from a timer"]] as const) {
      expect(await executor.run("leaves.js", name)).toMatchObject({ isSpent: true, outcome: { ok: false, failure: { message: expect.stringContaining(message) as string } } });
    }
  });

  it("NA-14 is printed where the action has its result already", async () => {
    await using executor = new TestExecutor(folder);
    const { outcome, isSpent, logLines } = await executor.run("leaves.js", "lateRejection");
    expect({ outcome, isSpent }).toEqual({ outcome: { ok: true, value: '"done"' }, isSpent: true });
    expect(logLines).toEqual([expect.stringMatching(/^\[ERROR\] Uncaught Error: too late\n/)]);
  });
});
