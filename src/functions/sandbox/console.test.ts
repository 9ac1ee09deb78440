import { beforeAll, describe, expect, test } from "vitest";
import { TestApp, TestHost } from "./bundle.suite.js";
import { formatLogLine, LOG_LINE_LENGTH_MAX } from "./console.js";

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.of({
    "print.ts": `import { mutation } from "./_generated/server";
export const all = mutation({ args: {}, handler: async () => {
  console.log("hello", { a: 1, nested: { list: [1, "x"] } }, 5, null, undefined);
  console.info("info"); console.warn("warn"); console.error("error"); console.debug("debug");
  console.assert(true, "no"); console.assert(false, "yes");
  console.count(); console.count("x"); console.count("x"); console.countReset("x"); console.count("x");
  console.dir({ a: 1 }, { depth: 0 }); console.trace("here"); console.timeEnd("unknown");
} });
export const timed = mutation({ args: {}, handler: async () => { console.time("t"); console.timeLog("t", "extra"); console.timeEnd("t"); console.timeEnd("t"); } });
export const counts = mutation({ args: {}, handler: async () => { console.count(); console.time("open"); } });
export const error = mutation({ args: {}, handler: async () => { console.error("failed:", new Error("boom")); } });
export const hostile = mutation({ args: {}, handler: async () => {
  const calls: string[] = [];
  console.log({ get a() { calls.push("getter"); return 1; }, [Symbol.for("nodejs.util.inspect.custom")]() { calls.push("custom"); return "x"; }, toJSON() { calls.push("json"); } });
  console.log({ get [Symbol.toStringTag]() { throw new Error("no"); } });
  return calls;
} });
`,
  });
});

function lines(name: string): string[] {
  const host = new TestHost();
  app.value("print.js", name, { host });
  return host.lines;
}

describe("console", () => {
  test("RT-6.1 lines carry their level and show values", () => {
    expect(lines("all")).toEqual([
      "[LOG] 'hello' { a: 1, nested: { list: [ 1, 'x' ] } } 5 null undefined",
      "[INFO] 'info'",
      "[WARN] 'warn'",
      "[ERROR] 'error'",
      "[DEBUG] 'debug'",
      "[ERROR] Assertion failed 'yes'",
      "[LOG] default: 1",
      "[LOG] x: 1",
      "[LOG] x: 2",
      "[LOG] x: 1",
      "[LOG] { a: 1 }",
      "[LOG] Trace: 'here'",
      "[WARN] Timer 'unknown' does not exist",
    ]);
  });

  test("RT-6.2 timers print how long it took", () => {
    expect(lines("timed")).toEqual([
      expect.stringMatching(/^\[LOG\] t: \d+\.\d{3}ms 'extra'$/),
      expect.stringMatching(/^\[LOG\] t: \d+\.\d{3}ms$/),
      "[WARN] Timer 't' does not exist",
    ]);
  });

  test("RT-6.2 counters and timers belong to one execution", () => {
    expect(lines("counts")).toEqual(["[LOG] default: 1"]);
    expect(lines("counts")).toEqual(["[LOG] default: 1"]);
  });

  test("RT-6.3 errors are shown with their place in the developer's files", () => {
    expect(lines("error")).toEqual([expect.stringMatching(/^\[ERROR\] 'failed:' Error: boom\n {4}at handler \(\.\.\/convex\/print\.ts:11:\d+\)$/)]);
  });

  test("RT-6.4 printing calls no code of the function", () => {
    const host = new TestHost();
    expect(app.value("print.js", "hostile", { host })).toEqual([]);
    expect(host.lines).toHaveLength(2);
  });

  test("RT-6.5 long lines are cut and say so", () => {
    const line = formatLogLine("LOG", ["x".repeat(LOG_LINE_LENGTH_MAX + 1)]);
    expect(line).toHaveLength("[LOG] ".length + LOG_LINE_LENGTH_MAX + " (truncated due to length)".length);
    expect(line.endsWith("x (truncated due to length)")).toBe(true);
  });
});
