/** The world that functions run in: clock, randomness, globals, console, names of functions. F-76 to F-94. */
import type { Value } from "convex/values";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../harness.js";
import { Caller, cause } from "./caller.js";

let server: TestServer;
let app: Caller;

beforeAll(async () => {
  // Of the machine; what functions see must not depend on it.
  process.env["TZ"] = "America/New_York";
  server = await startServer({ flags: ["--redact-errors", "no"] });
  await server.deploy("surface");
  app = new Caller(server.http());
});

afterAll(() => server[Symbol.asyncDispose]());

async function logLines(route: "query" | "mutation", path: string, args: Record<string, Value> = {}): Promise<string[]> {
  const response = await fetch(`${server.url}/api/${route}`, { method: "POST", body: JSON.stringify({ path, args, format: "json" }) });
  return ((await response.json()) as { logLines: string[] }).logLines;
}

describe("clock", () => {
  interface Clock {
    times: number[];
    text: string;
    fixed: string;
    zone: number;
  }

  test("F-76 time stands still within a call, and is the whole millisecond of the call", async () => {
    const before = Date.now();
    const { times, text, fixed } = await app.query<Clock>("runtime:clock");
    expect(times).toEqual([Math.floor(times[0]!), times[0], times[0], times[0]]);
    expect(times[0]).toBeGreaterThanOrEqual(before - 1000);
    expect(times[0]).toBeLessThanOrEqual(Date.now() + 1000);
    expect([text, fixed]).toEqual(["string", "1970-01-01T00:00:00.000Z"]);
  });

  test("F-94 local time is UTC, wherever the machine stands", async () => {
    expect((await app.query<Clock>("runtime:clock")).zone).toBe(0);
  });

  test("F-77 it moves on between calls", async () => {
    const [first, same] = await app.mutation<number[]>("runtime:clockOfMutation");
    expect(same).toBe(first);
    await expect.poll(async () => (await app.mutation<number[]>("runtime:clockOfMutation"))[0]).toBeGreaterThan(first!);
  });
});

describe("randomness", () => {
  interface Random {
    numbers: number[];
    uuids: string[];
    bytes: number[];
  }

  test("F-78 every call has its own, every number in it is another", async () => {
    const calls = await Promise.all([1, 2, 3].map((nonce) => app.query<Random>("runtime:random", { nonce })));
    expect(new Set(calls.flatMap(({ numbers }) => numbers)).size).toBe(9);
    expect(calls.flatMap(({ numbers }) => numbers).every((number) => number >= 0 && number < 1)).toBe(true);
    expect(new Set(calls.flatMap(({ uuids }) => uuids)).size).toBe(6);
    expect(new Set(calls.map(({ bytes }) => bytes.join())).size).toBe(3);
    const mutations = await Promise.all([1, 2].map(() => app.mutation<number[]>("runtime:randomInMutation")));
    expect(new Set(mutations.flat()).size).toBe(4);
  });

  test("F-79 crypto.randomUUID makes UUIDs of version 4", async () => {
    const { uuids } = await app.query<Random>("runtime:random", { nonce: 4 });
    for (const uuid of uuids) expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe("globals", () => {
  test("F-80 the documented web standards are there", async () => {
    expect(await app.query("runtime:standards")).toEqual({
      url: ["https://example.com/b?x=1&y=2#z", "2"],
      copy: true,
      text: "grüße 😀",
      base64: ["cml2dWxldA==", "rivulet"],
      headers: "1",
      response: 201,
      blob: 3,
      form: true,
      event: "x",
      abort: false,
      stream: "function",
      error: "AbortError",
      intl: "1,234.5",
      global: true,
    });
  });

  test("F-81 reading a body, which takes promises of the server's own, is found out at once", async () => {
    expect(cause(await app.queryError("runtime:bodies"))).toContain("The function never finished");
  });

  test("F-82 crypto.subtle digests, and signs by HMAC; what it cannot do in a query is refused by name", async () => {
    expect(await app.query("runtime:digest")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(await app.query("runtime:hmac")).toBe(true);
    expect(cause(await app.queryError("runtime:newKey"))).toContain("Can't use crypto.subtle.generateKey in queries and mutations.");
  });

  test.each([
    ["fetch", "Can't use fetch() in queries and mutations. Please consider using an action."],
    ["setTimeout", "Can't use setTimeout in queries and mutations. Please consider using an action."],
    ["setInterval", "Can't use setInterval in queries and mutations. Please consider using an action."],
  ])("F-83 %s is refused with what to use instead", async (name, text) => {
    expect(cause(await app.queryError("runtime:forbidden", { name }))).toContain(text);
  });

  test("F-84 nothing of Node or of a browser shows", async () => {
    expect(await app.query("runtime:hidden")).toEqual([]);
  });

  test("F-85 the environment has the deployment's URLs and nothing of the server's own", async () => {
    expect(await app.query("runtime:environment", { name: "CONVEX_CLOUD_URL" })).toBe(server.url);
    expect(await app.query("runtime:environment", { name: "CONVEX_SITE_URL" })).toMatch(/^http/);
    expect(await app.query("runtime:environment", { name: "PATH" })).toBeNull();
    expect(await app.query("runtime:environment", { name: "RIVULET_ADMIN_KEY" })).toBeNull();
  });
});

describe("console", () => {
  test("F-86 lines have their level and arguments as a developer would inspect them", async () => {
    expect(await logLines("query", "runtime:print")).toEqual([
      "[LOG] 'text' 1 true null undefined",
      "[INFO] { a: { b: [ 1, 2 ] } }",
      "[WARN] [ 'x', 1n ]",
      "[ERROR] 'printed'",
      "[DEBUG] Symbol(s) [Function (anonymous)]",
      "[LOG] '%s is %d' 'x' 3",
      "[LOG] ",
    ]);
  });

  test("F-87 what a mutation printed before it failed is kept", async () => {
    expect(await logLines("mutation", "runtime:printThenFail")).toEqual(["[LOG] 'before'"]);
  });

  test("F-88 at most 256 lines are kept, and one more says that there were more", async () => {
    const lines = await logLines("query", "runtime:printMuch", { lines: 1000 });
    expect(lines.slice(0, 256)).toEqual(Array.from({ length: 256 }, (_, i) => `[LOG] ${i}`));
    expect(lines).toHaveLength(257);
    expect(lines[256]).toMatch(/^\[ERROR\] Log overflow/);
    expect(await logLines("query", "runtime:printMuch", { lines: 256 })).toHaveLength(256);
  });

  test("F-89 timers and traces print", async () => {
    const lines = await logLines("query", "runtime:timers");
    expect(lines).toEqual([expect.stringMatching(/t: [\d.]+ms/), expect.stringMatching(/t: [\d.]+ms/), expect.stringMatching(/Trace: 'here'/)]);
  });
});

describe("globals that a function replaces", () => {
  const ORIGINAL = ["function", "object", "function", "object", "object"];

  test.for(["restores", "forgets"] as const)("RT-3.12 are its own, when it %s them: what it calls finds the original ones", async (end) => {
    expect(await app.mutation("runtime:replacesGlobals", { end })).toEqual({ called: [ORIGINAL, ORIGINAL], own: [42, 0.5, "undefined", "undefined"] });
    expect(await app.query("runtime:globalsSeen", {})).toEqual(ORIGINAL);
  });

  test.for(["hangs", "loops"] as const)("RT-3.12 are put back when it %s", async (end) => {
    expect((await app.mutationError("runtime:replacesGlobals", { end })).message).toMatch(/never finished|timed out/);
    expect(await app.query("runtime:globalsSeen", {})).toEqual(ORIGINAL);
  });
});

describe("names of functions", () => {
  test.each([
    ["folder/deep/module:name", "folder/deep/module:name"],
    ["folder/deep/module.js:name", "folder/deep/module:name"],
    ["folder/deep/module:default", "default of folder/deep/module"],
    ["folder/deep/module", "default of folder/deep/module"],
    ["bare", "default of bare"],
    ["bare:default", "default of bare"],
  ])("F-90 %s is found", async (path, result) => {
    expect(await app.query(path)).toBe(result);
  });

  test("F-91 functions without validators take any arguments", async () => {
    expect(await app.query("bare:read", {})).toEqual(expect.any(Number));
    expect(await app.query("bare:read", { group: "none", unknown: 1 })).toBe(0);
    expect(await app.mutation("bare:write", { title: "x" })).toMatch(/^[0-9a-z]{31,37}$/);
    expect(await app.query("bare:synchronous", { any: "thing" })).toBe("not a promise");
    expect(await app.query("bare:withoutArguments")).toBe("handler only");
  });

  test.each(["bare:notAFunction", "bare:plainFunction", "bare:internal", "bare:toString", "bare:__proto__", "schema:default", "../bare:read", "bare:", ":read", "_generated/api:api"])("F-92 %j is no public function", async (path) => {
    const error = await app.queryError(path);
    expect(error.message).toMatch(/Could not find public function|must be the name of a function/);
  });
});

describe("identity", () => {
  test("F-93 without authentication nobody is asking, in nested calls too", async () => {
    expect(await app.query("identity:whoami")).toBeNull();
    expect(await app.query("calls:identityInside")).toBeNull();
  });
});
