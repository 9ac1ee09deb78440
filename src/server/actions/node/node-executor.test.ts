import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
`,
};

let folder: NodeFolder;
beforeAll(async () => {
  folder = await NodeFolder.of(SOURCES);
});
afterAll(() => folder[Symbol.dispose]());

describe("an executor of Node", () => {
  it("runs actions one after another in the same process", async () => {
    await using executor = new TestExecutor(folder);
    const expected = { outcome: { ok: true, value: '"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"' }, isSpent: false, logLines: [] };
    expect(await executor.run("files.js", "hash", { text: "x" })).toEqual(expected);
    expect(await executor.run("files.js", "hash", { text: "x" })).toEqual(expected);
    expect(executor.messages.filter(({ type }) => type === "ready")).toHaveLength(1);
  });

  it("hands on what is printed", async () => {
    await using executor = new TestExecutor(folder);
    const { logLines } = await executor.run("files.js", "print");
    expect(logLines[0]).toBe("[LOG] 'hello' { a: 1 }");
    expect(logLines[1]).toMatch(/^\[ERROR\] TypeError: shown\n {4}at handler \(\.\.\/convex\/files\.ts:5:17\)/);
  });

  it("shows errors in the developer's files", async () => {
    await using executor = new TestExecutor(folder);
    const { outcome, isSpent } = await executor.run("files.js", "boom");
    expect(isSpent).toBe(false);
    expect(outcome).toMatchObject({ ok: false, failure: { data: null, message: expect.stringMatching(/^Uncaught Error: boom\n {4}at handler \(\.\.\/convex\/files\.ts:9:9\)/) as string } });
  });
});
