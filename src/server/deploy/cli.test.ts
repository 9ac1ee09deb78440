/** The official CLI, run as a child process, deploys to a Deployer. */
import { describe, expect, it } from "vitest";
import { AppFolder, DeployFixture, serve } from "./deploy-harness.suite.js";

const MESSAGES = `
import { query, mutation } from "./_generated/server";
import { v } from "convex/values";
export const list = query({ args: {}, handler: async (ctx) => await ctx.db.query("messages").withIndex("by_room").collect() });
export const send = mutation({ args: { room: v.string(), body: v.string() }, returns: v.null(), handler: async (ctx, args) => { await ctx.db.insert("messages", args); return null; } });
`;
const SCHEMA = `
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({ messages: defineTable({ room: v.string(), body: v.string() }).index("by_room", ["room"]) });
`;
const FILES = { "convex/messages.ts": MESSAGES, "convex/schema.ts": SCHEMA };
const TSCONFIG = JSON.stringify({ compilerOptions: { target: "ESNext", lib: ["ES2023", "DOM"], module: "ESNext", moduleResolution: "Bundler", strict: true, skipLibCheck: true, noEmit: true, types: ["node"] }, include: ["./**/*"] });

describe("npx convex", () => {
  it("D-1 deploy pushes an app, generates its types and runs the type check", async () => {
    await using fixture = new DeployFixture();
    await using server = await serve(fixture);
    using app = new AppFolder({ ...FILES, "convex/tsconfig.json": TSCONFIG });
    const { code, output } = await app.convex(server.url, "deploy");
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining("Deployed Convex functions") as string });
    expect(output).toContain("[+] messages.by_room");
    expect(app.read("convex/_generated/api.d.ts")).toContain("messages: typeof messages");
    expect(app.has("convex/_generated/dataModel.d.ts")).toBe(true);
    expect([...fixture.activated.at(-1)!.modules.keys()]).toContain("messages.js");
    expect(server.requests).toEqual(
      expect.arrayContaining(["/api/get_config_hashes", "/api/deploy2/evaluate_schema", "/api/deploy2/start_push", "/api/deploy2/wait_for_schema", "/api/deploy2/finish_push"]),
    );
  });

  it("D-1 deploy stops at an error of the type check, which knows the generated types", async () => {
    await using fixture = new DeployFixture();
    await using server = await serve(fixture);
    using app = new AppFolder({ ...FILES, "convex/messages.ts": MESSAGES.replace('"messages", args', '"messagse", args'), "convex/tsconfig.json": TSCONFIG });
    const { code, output } = await app.convex(server.url, "deploy");
    expect(code).toBe(1);
    expect(output).toContain(`Argument of type '"messagse"' is not assignable to parameter of type '"messages"`);
    expect(fixture.activated).toEqual([]);
  });

  it("D-2 deploy sends only hashes of what did not change", async () => {
    await using fixture = new DeployFixture();
    await using server = await serve(fixture);
    using app = new AppFolder({ ...FILES, "convex/numbers.ts": `export const answer = 41;` });
    expect((await app.convex(server.url, "codegen", "--typecheck", "disable")).code).toBe(0);
    expect((await app.convex(server.url, "deploy", "--typecheck", "disable")).code).toBe(0);
    const before = fixture.activated.at(-1)!.modules.get("messages.js")!;
    app.write({ "convex/numbers.ts": `export const answer = 42;` });
    expect((await app.convex(server.url, "deploy", "--typecheck", "disable")).code).toBe(0);
    expect(fixture.pushes.at(-1)!.changedModules).toEqual(["numbers.js"]);
    expect(fixture.pushes.at(-1)!.unchangedModules).toContain("messages.js");
    const { modules } = fixture.activated.at(-1)!;
    expect(modules.get("messages.js")!.code === before.code).toBe(true);
    expect(modules.get("numbers.js")!.code).toContain("42");
  });

  it("D-3 dev --once pushes", async () => {
    await using fixture = new DeployFixture();
    await using server = await serve(fixture);
    using app = new AppFolder(FILES);
    const { code, output } = await app.convex(server.url, "dev", "--once");
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining("Convex functions ready!") as string });
    expect(fixture.activated).toHaveLength(1);
  });

  it("D-4 codegen generates types and changes nothing that runs", async () => {
    await using fixture = new DeployFixture();
    await using server = await serve(fixture);
    using app = new AppFolder(FILES);
    const { code, output } = await app.convex(server.url, "codegen");
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(app.read("convex/_generated/api.d.ts")).toContain("messages: typeof messages");
    expect(fixture.activated).toEqual([]);
  });

  it("D-5 deploy --dry-run changes nothing", async () => {
    await using fixture = new DeployFixture();
    await using server = await serve(fixture);
    using app = new AppFolder(FILES);
    expect((await app.convex(server.url, "deploy", "--typecheck", "disable")).code).toBe(0);
    await fixture.database.idle();
    const before = fixture.database.lastTs;
    app.write({ "convex/schema.ts": SCHEMA.replace('["room"]', '["room", "body"]') });
    const { code, output } = await app.convex(server.url, "deploy", "--dry-run", "--typecheck", "disable");
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining("Would add table indexes:\n  [+] messages.by_room   room, body, _creationTime") as string });
    expect(fixture.database.lastTs).toBe(before);
    expect(fixture.activated).toHaveLength(1);
  });

  it("D-6 a module that throws is refused with its error and place, and the running version stays", async () => {
    await using fixture = new DeployFixture();
    await using server = await serve(fixture);
    using app = new AppFolder(FILES);
    await app.convex(server.url, "deploy", "--typecheck", "disable");
    const running = fixture.activated.length;
    app.write({ "convex/broken.ts": `\nthrow new Error("not today");\nexport {};` });
    const { code, output } = await app.convex(server.url, "deploy", "--typecheck", "disable");
    expect(code).toBe(1);
    expect(output).toContain("InvalidModules");
    expect(output).toContain("Failed to analyze broken.js: Uncaught Error: not today");
    expect(output).toContain("convex/broken.ts:2");
    expect(fixture.activated).toHaveLength(running);
  });

  it("D-7 documents that do not match the new schema are named, and the running version stays", async () => {
    await using fixture = new DeployFixture();
    await using server = await serve(fixture);
    using app = new AppFolder({ "convex/messages.ts": MESSAGES.replace('.withIndex("by_room")', "") });
    await app.convex(server.url, "deploy", "--typecheck", "disable");
    const id = fixture.insert("messages", { room: 7, body: "hello" });
    app.write({ "convex/schema.ts": SCHEMA });
    const { code, output } = await app.convex(server.url, "deploy", "--typecheck", "disable");
    expect(code).toBe(1);
    expect(output).toContain("Schema validation failed.");
    expect(output).toContain(`Document with ID "${id}" in table "messages" does not match the schema: Value does not match validator.`);
    expect(fixture.activated).toHaveLength(1);
  });

  it("D-8 tells how to set an environment variable that auth.config.ts needs", async () => {
    await using fixture = new DeployFixture();
    await using server = await serve(fixture);
    using app = new AppFolder({ ...FILES, "convex/auth.config.ts": `export default { providers: [{ domain: process.env.ISSUER, applicationID: "convex" }] };` });
    const { code, output } = await app.convex(server.url, "deploy", "--typecheck", "disable");
    expect(code).toBe(1);
    expect(output).toContain("Environment variable ISSUER is used in auth config file but its value was not set.");
    expect((await app.convex(server.url, "env", "set", "ISSUER", "https://issuer.test")).code).toBe(0);
    expect((await app.convex(server.url, "deploy", "--typecheck", "disable")).code).toBe(0);
  });

  it("D-9 pushes HTTP routes, cron jobs, auth providers, an app definition and Node modules together", async () => {
    await using fixture = new DeployFixture();
    await using server = await serve(fixture);
    using app = new AppFolder({
      ...FILES,
      "convex/convex.config.ts": `import { defineApp } from "convex/server"; export default defineApp();`,
      "convex/auth.config.ts": `export default { providers: [{ type: "customJwt", issuer: "https://a.test", jwks: "https://a.test/jwks", algorithm: "RS256" }] };`,
      "convex/http.ts": `import { httpRouter } from "convex/server"; import { httpAction } from "./_generated/server"; const http = httpRouter();
        http.route({ path: "/hello", method: "GET", handler: httpAction(async () => new Response("hi")) }); export default http;`,
      "convex/crons.ts": `import { cronJobs, makeFunctionReference } from "convex/server"; const crons = cronJobs();
        crons.interval("tidy", { minutes: 5 }, makeFunctionReference<"mutation">("messages:send"), { room: "a", body: "b" }); export default crons;`,
      "convex/files.ts": `"use node"; import { readFileSync } from "node:fs"; import { v } from "convex/values"; import { action } from "./_generated/server";
        export const read = action({ args: { path: v.string() }, handler: async (_ctx, { path }): Promise<string> => readFileSync(path, "utf8") });`,
    });
    const { code, output } = await app.convex(server.url, "deploy", "--typecheck", "disable");
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(app.read("convex/_generated/api.d.ts")).toContain("files: typeof files");
    expect([...fixture.activated.at(-1)!.modules.keys()]).toContain("http.js");
    expect([...fixture.activated.at(-1)!.modules.keys()]).not.toContain("files.js");
  });

  it("D-10 deploys the chat example", async () => {
    await using fixture = new DeployFixture();
    await using server = await serve(fixture);
    using app = AppFolder.copyOf("examples/chat");
    const { code, output } = await app.convex(server.url, "deploy", "--typecheck", "disable");
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).toContain("[+] messages.by_room");
  });
});
