import { describe, expect, test } from "vitest";
import { analyzeModules } from "./analyze.js";
import { TestApp, type Files } from "./bundle.suite.js";

async function analyze(files: Files): Promise<ReturnType<typeof analyzeModules>> {
  const { sandbox } = await TestApp.of(files);
  return analyzeModules(sandbox, Object.keys(files).map((path) => path.replace(/\.ts$/, ".js")));
}

describe("analysis", () => {
  test("RT-7.1 functions with kind, visibility, validators and place", async () => {
    const [messages] = await analyze({
      "messages.ts": `import { action, internalMutation, query } from "./_generated/server";
import { v } from "convex/values";
export const list = query({
  args: { room: v.id("rooms") },
  returns: v.array(v.string()),
  handler: async () => ["a"],
});
export const clean = internalMutation(async () => "cleaned");
export const send = action({ args: {}, handler: async () => "sent" });
export const helper = () => 1;
export default query({ args: {}, handler: async () => "default" });
`,
    });
    const object = (value: object): string => JSON.stringify({ type: "object", value });
    expect(messages).toEqual({
      path: "messages.js",
      routes: null,
      crons: null,
      functions: [
        { name: "clean", udfType: "Mutation", visibility: "internal", args: '{"type":"any"}', returns: "null", pos: { path: "../convex/messages.ts", start_line: 8, start_column: 39 } },
        { name: "default", udfType: "Query", visibility: "public", args: object({}), returns: "null", pos: { path: "../convex/messages.ts", start_line: 11, start_column: 43 } },
        {
          name: "list",
          udfType: "Query",
          visibility: "public",
          args: object({ room: { fieldType: { type: "id", tableName: "rooms" }, optional: false } }),
          returns: '{"type":"array","value":{"type":"string"}}',
          pos: { path: "../convex/messages.ts", start_line: 6, start_column: 12 },
        },
        { name: "send", udfType: "Action", visibility: "public", args: object({}), returns: "null", pos: { path: "../convex/messages.ts", start_line: 9, start_column: 49 } },
      ],
    });
  });

  test("RT-7.2 routes of http", async () => {
    const [http] = await analyze({
      "http.ts": `import { httpAction, httpRouter } from "./_generated/server";
const http = httpRouter();
export const hook = httpAction(async () => new Response("ok"));
http.route({ path: "/hook", method: "POST", handler: hook });
http.route({ pathPrefix: "/files/", method: "GET", handler: hook });
export default http;`,
    });
    expect(http!.routes).toEqual([{ path: "/hook", method: "POST" }, { path: "/files/*", method: "GET" }]);
    expect(http!.functions.map(({ name, udfType }) => [name, udfType])).toEqual([["hook", "HttpAction"]]);
  });

  test("RT-7.3 cron jobs", async () => {
    const [crons] = await analyze({
      "crons.ts": `import { cronJobs, makeFunctionReference } from "./_generated/server";
const crons = cronJobs();
crons.interval("sweep", { seconds: 30 }, makeFunctionReference<"mutation">("messages:clean"), { age: 5 });
export default crons;`,
    });
    expect(crons!.crons).toEqual({ sweep: { name: "messages:clean", args: [{ age: 5 }], schedule: { seconds: 30, type: "interval" } } });
  });

  test("RT-7.4 a module that throws is named, with the place", async () => {
    await expect(analyze({ "bad.ts": `\nexport const a = (null as any).b;` })).rejects.toThrow(/^Failed to analyze bad\.js: Uncaught TypeError: Cannot read properties of null \(reading 'b'\)\n {4}at .*\(\.\.\/convex\/bad\.ts:2:\d+\)/);
  });

  test("RT-7.4 a wrong export is named", async () => {
    const badArgs = `import { query } from "./_generated/server"; export const list = query({ args: { a: undefined as any }, handler: async () => 1 });`;
    await expect(analyze({ "bad.ts": badArgs })).rejects.toThrow(/^Failed to analyze bad\.js: The validators of the export "list" are invalid: Uncaught /);
    await expect(analyze({ "http.ts": "export const a = 1;" })).rejects.toThrow("Failed to analyze http.js: Its default export is not a router.");
    await expect(analyze({ "crons.ts": "export default {};" })).rejects.toThrow("Failed to analyze crons.js: Its default export defines no cron jobs.");
  });
});
