import { beforeAll, describe, expect, test } from "vitest";
import { TestApp } from "./bundle.suite.js";
import { describeError, type ErrorDescription } from "./errors.js";

const SERVER_IMPORT = 'import { query } from "./_generated/server";';
const FILES = {
  "fail.ts": `${SERVER_IMPORT}
import { ConvexError } from "convex/values";
import { check } from "./lib/check";

interface Padding { readonly lines: string }

export const sync = query({ args: {}, handler: async () => { throw new TypeError("boom"); } });
export const deep = query({
  args: {},
  handler: async () => {
    await inner();
  },
});
async function inner() {
  await null;
  check(1);
}
export const expected = query({ args: {}, handler: async () => { throw new ConvexError({ code: 7, tags: ["a"] }); } });
export const expectedText = query({ args: {}, handler: async () => { throw new ConvexError("no such room"); } });
export const text = query({ args: {}, handler: async () => { throw "just text"; } });
export const nothing = query({ args: {}, handler: async () => { throw undefined; } });
export const object = query({ args: {}, handler: async () => { throw { code: 1 }; } });
export const trapped = query({ args: {}, handler: async () => { throw new Proxy({}, { has() { throw 1; } }); } });
export const hostile = query({ args: {}, handler: async () => { throw { get message() { throw 1; }, stack: "x", toJSON() { throw 2; } }; } });
export const imitates = query({ args: {}, handler: async () => { throw new Error("line\\n    at fake (convex:/fail.js:1:1)"); } });
export const long = query({ args: {}, handler: async () => { throw new Error("x".repeat(1e6)); } });
export const database = query({ args: {}, handler: async (ctx: any) => { await ctx.fail(); } });
`,
  "lib/check.ts": `export function check(n: number): void {\n  if (n > 0) {\n    throw new Error("checked " + n);\n  }\n}\n`,
};

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.of(FILES);
});

function failure(name: string, ctx: unknown = {}): ErrorDescription {
  const outcome = app.run("fail.js", name, { ctx });
  if (outcome.kind !== "error") throw new Error(`expected an error, got ${outcome.kind}`);
  return describeError(outcome.error, app.sandbox);
}

describe("errors", () => {
  test("RT-5.1 name, message and frames in the developer's files", () => {
    expect(failure("sync")).toEqual({ message: "Uncaught TypeError: boom\n    at handler (../convex/fail.ts:7:68)" });
  });

  test("RT-5.2 frames go through other files and awaits", () => {
    expect(failure("deep").message.split("\n")).toEqual([
      "Uncaught Error: checked 1",
      "    at check (../convex/lib/check.ts:3:11)",
      "    at inner (../convex/fail.ts:16:3)",
      "    at async handler (../convex/fail.ts:11:5)",
    ]);
  });

  test("RT-5.3 a ConvexError carries its data", () => {
    const described = failure("expected");
    expect(described.data).toEqual({ code: 7, tags: ["a"] });
    expect(described.message).toMatch(/^Uncaught ConvexError: \{"code":7,"tags":\["a"\]\}\n {4}at handler \(\.\.\/convex\/fail\.ts:18:72\)$/);
    expect(failure("expectedText")).toMatchObject({ data: "no such room", message: expect.stringMatching(/^Uncaught ConvexError: no such room\n/) as string });
  });

  test("RT-5.4 what is thrown need not be an error", () => {
    expect(failure("text")).toEqual({ message: "Uncaught just text" });
    expect(failure("nothing")).toEqual({ message: "Uncaught undefined" });
    expect(failure("object")).toEqual({ message: 'Uncaught {"code":1}' });
    expect(failure("trapped")).toEqual({ message: "Uncaught {}" });
    expect(failure("hostile")).toEqual({ message: "Uncaught [thrown value that can't be shown]" });
  });

  test("RT-5.4 a message that looks like a frame is none", () => {
    expect(failure("imitates").message.split("\n").slice(1)).toEqual(["    at fake (convex:/fail.js:1:1)", expect.stringMatching(/^ {4}at handler \(\.\.\/convex\/fail\.ts:25:/)]);
  });

  test("RT-5.4 endless messages are cut", () => {
    const { message } = failure("long");
    expect(message).toMatch(/^Uncaught Error: x+… \(truncated due to length\)\n {4}at handler /);
    expect(message.length).toBeLessThan(40_000);
  });

  test("RT-5.5 frames of the server are left out of errors that it makes", () => {
    const { realm } = app.sandbox;
    expect(failure("database", { fail: () => realm.reject(realm.makeError("no document")) }).message).toMatch(/^Uncaught Error: no document\n {4}at handler \(\.\.\/convex\/fail\.ts:27:\d+\)$/);
  });
});
