import { describe, expect, it } from "vitest";
import { DeployFixture } from "./deploy-harness.suite.js";
import { push, pushBody, waitForSchema } from "./push-body.suite.js";

const MESSAGES = `
import { query, mutation, internalQuery, httpAction } from "./_generated/server";
import { v } from "convex/values";
export const list = query({ args: { room: v.string() }, returns: v.array(v.any()), handler: async () => [] });
export const send = mutation(async () => null);
export const hidden = internalQuery({ args: {}, handler: async () => process.env.MODE });
export const hook = httpAction(async () => new Response(""));
export const mode = process.env.MODE;
`;
const SCHEMA = `
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({ messages: defineTable({ body: v.string() }).index("by_body", ["body"]) });
`;
const FILES = { "messages.ts": MESSAGES, "schema.ts": SCHEMA };

async function refusal(action: Promise<unknown>): Promise<{ code: unknown; status: unknown; message: string }> {
  try {
    await action;
  } catch (error) {
    const { code, status, message } = error as { code: unknown; status: unknown; message: string };
    return { code, status, message };
  }
  throw new Error("it was not refused");
}

describe("start_push", () => {
  it("D-11 answers with what each module defines, and leaves out HTTP actions and shared parts", async () => {
    await using fixture = new DeployFixture();
    const { start } = await push(fixture, FILES);
    const { functions, udfConfig } = (start["analysis"] as Record<string, { functions: Record<string, { functions: Record<string, unknown>[] }>; udfConfig: unknown }>)[""]!;
    expect(Object.keys(functions)).toEqual(["messages.js"]);
    expect(functions["messages.js"]!.functions.map(({ name, udfType, visibility, args, returns }) => [name, udfType, visibility, args, returns])).toEqual([
      ["hidden", "Query", { kind: "internal" }, '{"type":"object","value":{}}', "null"],
      ["list", "Query", { kind: "public" }, '{"type":"object","value":{"room":{"fieldType":{"type":"string"},"optional":false}}}', '{"type":"array","value":{"type":"any"}}'],
      ["send", "Mutation", { kind: "public" }, '{"type":"any"}', "null"],
    ]);
    expect(udfConfig).toMatchObject({ serverVersion: "1.48.0" });
  });

  it("D-12 refuses code that does not compile, naming file and line", async () => {
    await using fixture = new DeployFixture();
    const body = await pushBody({});
    body.appDefinition["changedModules"] = [{ path: "broken.js", source: "\nconst a = ;", environment: "isolate" }];
    expect(await refusal(fixture.call("start_push", body))).toEqual({ code: "InvalidModules", status: 400, message: expect.stringContaining("Failed to compile broken.js: Unexpected \";\" (broken.js:2") as string });
  });

  it("D-12 refuses a module that never ends", async () => {
    await using fixture = new DeployFixture();
    const { code, message } = await refusal(fixture.call("start_push", await pushBody({ "loop.ts": "for (;;) {} export {};" })));
    expect(code).toBe("InvalidModules");
    expect(message).toContain("loop.js");
    expect(message).toContain("took longer than 3 s");
  });

  it.each([
    ["../evil.js", "is not a valid module path"],
    ["/evil.js", "is not a valid module path"],
    ["a b.js", "is not a valid module path"],
  ])("D-13 refuses the path %s", async (path, message) => {
    await using fixture = new DeployFixture();
    const body = await pushBody({});
    body.appDefinition["changedModules"] = [{ path, source: "", environment: "node" }];
    expect((await refusal(fixture.call("start_push", body))).message).toContain(message);
  });

  it("D-14 takes all modules as `functions`, as CLIs of before 1.31.7 send them", async () => {
    await using fixture = new DeployFixture();
    const body = await pushBody(FILES);
    const { changedModules, unchangedModuleHashes: _hashes, ...appDefinition } = body.appDefinition;
    const { analysis } = (await fixture.call("start_push", { ...body, appDefinition: { ...appDefinition, functions: changedModules } })) as { analysis: Record<string, { functions: Record<string, unknown> }> };
    expect(Object.keys(analysis[""]!.functions)).toContain("messages.js");
    expect(await refusal(fixture.call("start_push", { ...body, appDefinition }))).toMatchObject({ code: "BadJsonBody", message: expect.stringContaining("changedModules") as string });
  });

  it("D-14 refuses hashes of modules that it does not have", async () => {
    await using fixture = new DeployFixture();
    await push(fixture, FILES);
    const body = await pushBody({});
    body.appDefinition["unchangedModuleHashes"] = [{ path: "messages.js", environment: "isolate", sha256: "0".repeat(64) }];
    expect(await refusal(fixture.call("start_push", body))).toMatchObject({ code: "ModuleNotFound", message: expect.stringContaining("--push-all-modules") as string });
  });

  it("D-14 takes modules that are sent as hashes from the last push", async () => {
    await using fixture = new DeployFixture();
    await push(fixture, FILES);
    const { moduleHashes, config, udfServerVersion } = (await fixture.call("get_config_hashes", {})) as { moduleHashes: { path: string; environment: string; hash: string }[]; config: unknown; udfServerVersion: unknown };
    expect({ config, udfServerVersion }).toEqual({ config: { functions: "convex/" }, udfServerVersion: "1.48.0" });
    const body = await pushBody({ "schema.ts": SCHEMA });
    body.appDefinition["unchangedModuleHashes"] = moduleHashes.map(({ path, environment, hash }) => ({ path, environment, sha256: hash }));
    const start = await fixture.call("start_push", body);
    expect(Object.keys((start["analysis"] as Record<string, { functions: object }>)[""]!.functions)).toEqual(["messages.js"]);
  });

  it("D-16 evaluates the app definition, and asks for variables that it declares", async () => {
    await using fixture = new DeployFixture();
    const files = { "convex.config.ts": `import { defineApp } from "convex/server"; import { v } from "convex/values"; export default defineApp({ env: { MODEL: v.string(), EXTRA: v.optional(v.string()) } });` };
    const { code, message } = await refusal(fixture.call("start_push", await pushBody(files)));
    expect({ code, names: /are not set: ([^.]+)\./.exec(message)?.[1] }).toEqual({ code: "MissingEnvironmentVariables", names: "MODEL" });
    await fixture.setEnvironment({ MODEL: "x" });
    const start = await fixture.call("start_push", await pushBody(files));
    expect((start["analysis"] as Record<string, { definition: unknown }>)[""]!.definition).toMatchObject({
      path: "",
      definitionType: { type: "app" },
      envVars: [["MODEL", { type: "value", value: '{"type":"string"}' }], ["EXTRA", { optional: true }]],
    });
  });

  it("D-17 evaluates auth.config.ts; a customJwt provider says that it has no application id", async () => {
    await using fixture = new DeployFixture();
    await fixture.setEnvironment({ ISSUER: "https://issuer.test" });
    const config = `export default { providers: [{ domain: process.env.ISSUER, applicationID: "convex" }, { type: "customJwt", issuer: process.env.CONVEX_SITE_URL, jwks: "https://j.test", algorithm: "ES256" }] };`;
    const { start, finish } = await push(fixture, { "auth.config.ts": config });
    expect(start["appAuth"]).toEqual([
      { domain: "https://issuer.test", applicationID: "convex" },
      { type: "customJwt", issuer: "http://site.test", jwks: "https://j.test", algorithm: "ES256", applicationID: null },
    ]);
    expect((finish["authDiff"] as { added: unknown[] }).added).toHaveLength(2);
    expect(await refusal(fixture.setEnvironment({ ISSUER: null }))).toMatchObject({ code: "AuthConfigMissingEnvironmentVariable", message: expect.stringMatching(/^Environment variable ISSUER /) as string });
  });

  it("D-17 refuses an auth.config.ts that has no providers", async () => {
    await using fixture = new DeployFixture();
    expect((await refusal(fixture.call("start_push", await pushBody({ "auth.config.ts": "export default { domain: 1 };" })))).code).toBe("InvalidAuthConfig");
  });

  it("D-18 refuses a schema.ts that exports none, or one with an odd index", async () => {
    await using fixture = new DeployFixture();
    expect(await refusal(fixture.call("start_push", await pushBody({ "schema.ts": "export default {};" })))).toMatchObject({ code: "InvalidSchema", message: expect.stringContaining("defineSchema") as string });
    const odd = SCHEMA.replace('"by_body"', '"by_id"');
    expect(await refusal(fixture.call("start_push", await pushBody({ "schema.ts": odd })))).toMatchObject({ code: "InvalidSchema", message: expect.stringContaining('"by_id" is reserved') as string });
  });

  it("D-19 loads modules of Node with Node, and stores them without running them", async () => {
    await using fixture = new DeployFixture();
    await fixture.setEnvironment({ MODE: "test" });
    const action = `import { readFileSync } from "node:fs"; const f = () => readFileSync; Object.assign(f, { isAction: true, isPublic: true, exportArgs: () => JSON.stringify({ type: "any" }), _handler: f }); if (process.env.MODE !== "test") throw new Error("no environment"); require("node:path").join(__dirname); setInterval(() => {}, 1000); export { f as read };`;
    const { start } = await push(fixture, { "files.ts": `"use node"; ${action}` });
    const { functions } = (start["analysis"] as Record<string, { functions: Record<string, { functions: object[] }> }>)[""]!;
    expect(functions["files.js"]!.functions).toEqual([{ name: "read", pos: { path: "../convex/files.js", start_line: 1, start_column: 63 }, udfType: "Action", visibility: { kind: "public" }, args: '{"type":"any"}', returns: "null" }]);
    expect([...fixture.activated.at(-1)!.modules.keys()]).toEqual([]);
  });

  it.each([
    ["a query", `const f = () => 1; Object.assign(f, { isQuery: true }); export { f as list };`, "`list` defined in `files.js` is a query. Only actions"],
    ["an error", `throw new Error("not today");`, "Failed to analyze files.js: Uncaught Error: not today"],
    ["an exit", `process.exit(0);`, "Failed to analyze files.js: it called process.exit(0) while it was loaded"],
    ["a missing package", `import "no-such-package";`, "Cannot find package 'no-such-package'"],
  ])("D-19 refuses a module of Node with %s", async (_, source, message) => {
    await using fixture = new DeployFixture();
    expect((await refusal(fixture.call("start_push", await pushBody({ "files.ts": `"use node"; ${source}` })))).message).toContain(message);
  });

  it.each([
    ["no name", { name: "../../etc", version: "1.0.0" }, '"../../etc" is not the name of an npm package'],
    ["no version", { name: "ms", version: "file:/etc" }, 'The external package ms has the version "file:/etc"'],
  ])("D-20 refuses an external package with %s", async (_, dependency, message) => {
    await using fixture = new DeployFixture();
    const body = await pushBody({ "files.ts": `"use node"; export const a = 1;` }, { nodeDependencies: [dependency] });
    expect(await refusal(fixture.call("start_push", body))).toMatchObject({ code: "ExternalPackagesNotInstalled", message: expect.stringContaining(message) as string });
  });

  it("D-20 refuses a version of Node that nobody knows", async () => {
    await using fixture = new DeployFixture();
    expect((await refusal(fixture.call("start_push", await pushBody({}, { nodeVersion: "16" })))).code).toBe("InvalidNodeVersion");
    await fixture.call("start_push", await pushBody({}, { nodeVersion: "22" }));
  });

  it("D-21 refuses bodies that are none", async () => {
    await using fixture = new DeployFixture();
    expect((await refusal(fixture.deployer.handle("start_push", "{"))).code).toBe("BadJsonBody");
    expect(await refusal(fixture.deployer.handle("start_push", "{}"))).toMatchObject({ code: "BadJsonBody", message: expect.stringContaining("appDefinition") as string });
  });
});

describe("a push", () => {
  it("D-22 is swapped in with its commit, and is there again after a restart", async () => {
    await using fixture = new DeployFixture();
    expect(fixture.loaded).toBeNull();
    await fixture.setEnvironment({ MODE: "one" });
    await push(fixture, FILES);
    const [code] = fixture.activated;
    expect(code!.environmentVariables).toEqual({ MODE: "one", CONVEX_CLOUD_URL: "http://cloud.test", CONVEX_SITE_URL: "http://site.test" });
    await using restarted = await fixture.restart();
    expect(restarted.loaded).toEqual(code);
    expect(restarted.database.schemas.get("")!.json.tables).toHaveLength(1);
    expect(restarted.database.catalog.table("", "messages")!.index("by_body")).toMatchObject({ record: { state: "ready" } });
  });

  it("D-23 is superseded by one that was started later", async () => {
    await using fixture = new DeployFixture();
    const first = await fixture.call("start_push", await pushBody(FILES));
    const second = await fixture.call("start_push", await pushBody({ ...FILES, "more.ts": "export const a = 1;" }));
    expect(await waitForSchema(fixture, first)).toEqual({ type: "raceDetected" });
    expect(await refusal(fixture.call("finish_push", { startPush: first, dryRun: false }))).toMatchObject({ code: "RaceDetected" });
    expect(await waitForSchema(fixture, second)).toEqual({ type: "complete" });
    await fixture.call("finish_push", { startPush: second, dryRun: false });
    expect(fixture.activated.at(-1)!.modules.has("more.js")).toBe(true);
  });

  it("D-23 is superseded by a later one also while both are evaluated", async () => {
    await using fixture = new DeployFixture();
    const body = await pushBody(FILES);
    const [first, second] = await Promise.all([refusal(fixture.call("start_push", body)), fixture.call("start_push", body)]);
    expect(first.code).toBe("RaceDetected");
    expect(await waitForSchema(fixture, second)).toEqual({ type: "complete" });
  });

  it("D-24 does not survive a restart of the server", async () => {
    await using fixture = new DeployFixture();
    fixture.insert("messages", { body: "x" });
    const start = await fixture.call("start_push", await pushBody(FILES));
    await using restarted = await fixture.restart();
    expect(await refusal(restarted.call("finish_push", { startPush: start, dryRun: false }))).toMatchObject({ code: "RaceDetected", message: expect.stringContaining("restarted") as string });
    expect((await refusal(waitForSchema(restarted, start))).code).toBe("RaceDetected");
    expect(restarted.database.catalog.table("", "messages")!.record.indexes).toEqual([]);
  });

  it("D-25 is refused when environment variables changed since it was started", async () => {
    await using fixture = new DeployFixture();
    const start = await fixture.call("start_push", await pushBody(FILES));
    await fixture.setEnvironment({ MODE: "two" });
    expect(await refusal(fixture.call("finish_push", { startPush: start, dryRun: false }))).toMatchObject({ code: "RaceDetected", message: expect.stringContaining("Environment variables") as string });
  });

  it("D-26 reports progress while indexes are filled, then that it is complete", async () => {
    await using fixture = new DeployFixture();
    for (let i = 0; i < 2_000; i++) fixture.insert("messages", { body: `m${i}` });
    const start = await fixture.call("start_push", await pushBody(FILES));
    expect(await waitForSchema(fixture, start, 0)).toEqual({ type: "inProgress", components: { "": { schemaValidationComplete: false, indexesComplete: 0, indexesTotal: 1 } } });
    expect((await refusal(fixture.call("finish_push", { startPush: start, dryRun: false }))).code).toBe("SchemaNotReady");
    expect(await waitForSchema(fixture, start)).toEqual({ type: "complete" });
    await fixture.call("finish_push", { startPush: start, dryRun: false });
  });

  it("D-27 that fails the check of documents leaves everything as it is", async () => {
    await using fixture = new DeployFixture();
    const id = fixture.insert("messages", { body: 1 });
    const start = await fixture.call("start_push", await pushBody(FILES));
    expect(await waitForSchema(fixture, start)).toMatchObject({ type: "failed", tableName: "messages", componentPath: "", error: expect.stringContaining(id) as string });
    expect((await refusal(fixture.call("finish_push", { startPush: start, dryRun: false }))).code).toBe("SchemaValidationFailed");
    expect(fixture.activated).toEqual([]);
    expect(() => fixture.insert("messages", { body: 2 })).not.toThrow();
  });

  it("D-27 is refused for a document that was written after the check", async () => {
    await using fixture = new DeployFixture();
    const start = await fixture.call("start_push", await pushBody(FILES));
    expect(await waitForSchema(fixture, start)).toEqual({ type: "complete" });
    fixture.insert("messages", { body: 1 });
    expect((await refusal(fixture.call("finish_push", { startPush: start, dryRun: false }))).code).toBe("SchemaValidationFailed");
  });

  it("D-28 is given up when nobody asks about it", async () => {
    await using fixture = new DeployFixture(undefined, { abandonAfterMs: 1 });
    fixture.insert("messages", { body: "x" });
    const start = await fixture.call("start_push", await pushBody(FILES));
    await expect.poll(() => fixture.database.catalog.table("", "messages")!.record.indexes).toEqual([]);
    expect((await refusal(fixture.call("finish_push", { startPush: start, dryRun: false }))).code).toBe("RaceDetected");
  });

  it("D-29 is undone with its commit when the disk refuses it", async () => {
    await using fixture = new DeployFixture();
    await push(fixture, FILES);
    await fixture.database.idle();
    fixture.store.failNextWrite();
    await push(fixture, { ...FILES, "more.ts": "export const a = 1;" });
    await fixture.database.idle();
    expect(fixture.activated.map(({ modules }) => modules.has("more.js"))).toEqual([false, true, false]);
    expect(await fixture.call("get_config_hashes", {})).toMatchObject({ moduleHashes: expect.not.arrayContaining([expect.objectContaining({ path: "more.js" })]) as unknown[] });
  });

  it("D-56 tells what it changed", async () => {
    await using fixture = new DeployFixture();
    await push(fixture, FILES);
    const { finish } = await push(fixture, { "schema.ts": SCHEMA.replace('["body"]', '["body", "author"]'), "crons.ts": `import { cronJobs, makeFunctionReference } from "convex/server"; const crons = cronJobs(); crons.cron("tidy", "0 0 * * *", makeFunctionReference("tidy:run")); export default crons;`, "tidy.ts": `import { mutationGeneric } from "convex/server"; export const run = mutationGeneric(async () => null);` });
    const diff = (finish["componentDiffs"] as Record<string, Record<string, unknown>>)[""]!;
    expect(diff).toMatchObject({
      diffType: { type: "modify" },
      moduleDiff: { added: expect.arrayContaining(["crons.js"]) as string[], removed: expect.arrayContaining(["messages.js"]) as string[] },
      cronDiff: { added: ["tidy"], updated: [], deleted: [] },
      indexDiff: { added_indexes: [{ name: "messages.by_body", fields: ["body", "author", "_creationTime"] }], removed_indexes: [{ name: "messages.by_body" }] },
      udfConfigDiff: null,
    });
    expect(diff["schemaDiff"]).not.toBeNull();
  });
});

describe("evaluate_schema and evaluate_push", () => {
  it("D-47 predict what a schema changes, without changing anything", async () => {
    await using fixture = new DeployFixture();
    fixture.insert("messages", { body: "x" });
    const before = fixture.database.lastTs;
    const body = await pushBody(FILES);
    expect(await fixture.call("evaluate_schema", body)).toEqual({
      componentSchemaEvaluations: {
        "": {
          definitionPath: "",
          schemaValidation: true,
          tables: [{ name: "messages", outcome: "mustWalk", canSkipAfterStagedValidation: false, numDocs: 1, sizeBytes: expect.any(Number) as number }],
          indexes: [{ type: "database", name: "messages.by_body", fields: ["body", "_creationTime"], staged: false, change: "added", needsBackfill: true, numDocs: 1 }],
          discardedStagedValidators: [],
        },
      },
      newComponentDefinitions: [],
    });
    const { schemaChange } = (await fixture.call("evaluate_push", body)) as { schemaChange: { indexDiffs: Record<string, { added_indexes: unknown[] }> } };
    expect(schemaChange.indexDiffs[""]!.added_indexes).toHaveLength(1);
    expect(fixture.database.lastTs).toBe(before);
  });
});

describe("environment variables", () => {
  it("D-48 reach the running code at once", async () => {
    await using fixture = new DeployFixture();
    await push(fixture, FILES);
    await fixture.setEnvironment({ MODE: "two" });
    expect(fixture.activated.at(-1)!.environmentVariables).toMatchObject({ MODE: "two" });
    await fixture.setEnvironment({ MODE: null });
    expect(fixture.activated.at(-1)!.environmentVariables).not.toHaveProperty("MODE");
    expect(fixture.activated).toHaveLength(3);
  });

  it.each([
    [{ "1A": "x" }, 'name "1A" is not allowed'],
    [{ CONVEX_SITE_URL: "x" }, "is set by the server itself"],
    [{ BIG: "x".repeat(8 * 1024 + 1) }, "has 8193 bytes"],
    [{ BAD: "\ud800" }, "not well-formed text"],
    [Object.fromEntries(Array.from({ length: 513 }, (_, i) => [`V${i}`, ""])), "There would be 513 environment variables"],
    [Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`V${i}`, "x".repeat(8 * 1024)])), "All environment variables together"],
  ])("D-49 are refused beyond the limits (%#)", async (variables, message) => {
    await using fixture = new DeployFixture();
    expect(await refusal(fixture.setEnvironment(variables))).toEqual({ code: "InvalidEnvironmentVariables", status: 400, message: expect.stringContaining(message) as string });
  });
});
