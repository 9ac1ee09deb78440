/** Options of `deploy`, `dev` and `codegen` of the public command line. CL-75 to CL-82; staged validators: D-80 to D-84 of docs/spec/deploy.md. */
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ADMIN_KEY, CONVEX_BIN, mutationNamed, queryNamed, startServer, type CommandResult, type TestServer } from "../harness.js";
import { AppFolder } from "./app-folder.js";
import { inlineValue } from "./inline-query.js";
import { RunningCommand } from "./running-command.js";

const NOTES = "convex/notes.ts";
const SCHEMA = "convex/schema.ts";
const UNCHECKED = ["--typecheck", "disable"];

let server: TestServer;
let app: AppFolder;

beforeAll(async () => {
  [server, app] = await Promise.all([startServer(), AppFolder.copyOf("operations")]);
});

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await app?.[Symbol.asyncDispose]();
});

const convex = async (...args: readonly string[]): Promise<CommandResult> => {
  const { code, output } = await server.convex(app.path, args);
  return { code, output: stripVTControlCharacters(output) };
};

/** What `_system/cli/modules:apiSpec` and the schema say of the running version. */
async function deployed(): Promise<unknown> {
  const ask = async (path: string) => (await (await fetch(`${server.url}/api/query`, { method: "POST", headers: { Authorization: `Convex ${ADMIN_KEY}` }, body: JSON.stringify({ path, args: {} }) })).json()) as { value: unknown };
  return Promise.all(["_system/cli/modules:apiSpec", "_system/frontend/getSchemas", "_system/frontend/components:list", "_system/cli/queryEnvironmentVariables"].map(async (path) => (await ask(path)).value));
}

test("CL-75 a command that fails ends a deploy before anything is pushed", async () => {
  const { code, output } = await convex("deploy", ...UNCHECKED, "--cmd", "exit 3");
  expect(code).toBe(1);
  expect(output).toContain("'exit 3' failed");
  expect(await deployed()).toEqual([[], { active: null, inProgress: null }, [], []]);
});

test("CL-75 a deploy runs a command first, with both addresses under the names that are asked for", async () => {
  const command = 'echo "cloud=$VITE_BACKEND site=$VITE_CONVEX_SITE_URL$CONVEX_SITE_URL"';
  const { code, output } = await convex("deploy", ...UNCHECKED, "--cmd", command, "--cmd-url-env-var-name", "VITE_BACKEND");
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(output).toContain(`cloud=${server.url} site=${server.url}`);
  expect(await server.http().query(queryNamed("notes:list"), {})).toEqual([]);
});

test("CL-76 a dry run tells what would change, and changes nothing", async () => {
  const before = await deployed();
  const undo = [
    await app.edit(SCHEMA, '.index("by_rank", ["rank"])', '.index("by_author", ["author"])'),
    await app.edit(NOTES, 'withIndex("by_rank")', 'withIndex("by_author")'),
    await app.edit(NOTES, "export const greeting =", "export const salutation ="),
    await app.edit("convex/convex.config.ts", "app.use(counter);", "app.use(counter);\napp.use(counter, { name: \"second\" });"),
  ];
  const { code, output } = await convex("deploy", ...UNCHECKED, "--dry-run", "--cmd", "exit 3");
  await Promise.all(undo.map((one) => one()));
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(output).toContain('Would have run "exit 3"');
  expect(output).toContain("Would delete table indexes:\n  [-] notes.by_rank   rank, _creationTime");
  expect(output).toContain("Would add table indexes:\n  [+] notes.by_author   author, _creationTime");
  expect(output).toContain("Installed component second.");
  expect(output).toContain(`Would have deployed Convex functions to ${server.url}`);
  expect(await deployed()).toEqual(before);
  await server.http().mutation(mutationNamed("notes:add"), { body: "still by rank", rank: 1 });
  expect(await inlineValue(server, 'return (await ctx.db.query("notes").withIndex("by_rank", (q) => q.eq("rank", 1)).collect()).length;')).toBe(1);
});

test("CL-79, CL-80 dev --until-success pushes again when a variable is set and when documents change, then runs a function", async () => {
  await app.write("convex/auth.config.ts", 'export default { providers: [{ domain: process.env.ISSUER!, applicationID: "app" }] };\n');
  const undo = await app.edit(SCHEMA, "body: v.string()", "body: v.number()");
  const environment = { CONVEX_SELF_HOSTED_URL: server.url, CONVEX_SELF_HOSTED_ADMIN_KEY: ADMIN_KEY };
  await using dev = new RunningCommand(CONVEX_BIN, ["dev", "--until-success", ...UNCHECKED, "--codegen", "disable", "--run", "counts:all", "--run-component", "counter"], { folder: app.path, environment });
  await dev.says("Environment variable ISSUER is used in auth config file but its value was not set.");
  expect((await convex("env", "set", "ISSUER", "https://issuer.test")).code).toBe(0);
  await dev.says(/Document with ID "\w+" in table "notes" does not match the schema: Value does not match validator\./);
  expect(await server.http().query(queryNamed("notes:list"), {})).toEqual(["still by rank"]);
  await fetch(`${server.url}/api/mutation`, { method: "POST", headers: { Authorization: `Convex ${ADMIN_KEY}` }, body: JSON.stringify({ path: "notes:clear", args: {} }) });
  await dev.says("Convex functions ready!");
  await dev.says('Finished running function "counts:all"');
  expect(await dev.ended()).toBe(0);
  await Promise.all([undo(), app.remove("convex/auth.config.ts")]);
});

test("CL-82 codegen --dry-run names the files that it would write, and pushes nothing", async () => {
  const before = await deployed();
  await app.write("convex/more.ts", (await app.read(NOTES)).replace("clear", "empty"));
  const { code, output } = await convex("codegen", "--dry-run", ...UNCHECKED);
  await app.remove("convex/more.ts");
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(output).toMatch(/Command would write file: .*api\.d\.ts/);
  expect(await app.read("convex/_generated/api.d.ts")).not.toContain("more");
  expect(await deployed()).toEqual(before);
});

test("D-80 D-82 D-84 staged validators: told when validated, not thrown away unasked, applied without a scan", async () => {
  const staged = ".staged({ author: v.string() })";
  await app.edit(SCHEMA, '.index("by_rank", ["rank"])', `.index("by_rank", ["rank"])${staged}`);
  expect(await convex("deploy", ...UNCHECKED)).toMatchObject({ code: 0 });
  await server.http().mutation(mutationNamed("notes:add"), { body: "signed", rank: 2, author: "a" });
  const undo = await app.edit(SCHEMA, staged, "");
  const discarding = await convex("deploy", ...UNCHECKED);
  await undo();
  expect(discarding).toMatchObject({ code: 1, output: expect.stringMatching(/notes: validated; the push removes the staged validator[^]*--allow-unstaging-schema/) as string });
  await app.edit(SCHEMA, staged, "");
  await app.edit(SCHEMA, "author: v.optional(v.string())", "author: v.string()");
  const applied = await convex("deploy", ...UNCHECKED);
  expect(applied).toMatchObject({ code: 0, output: expect.stringContaining("notes: validated. This deploy applies the staged schema without scanning the table.") as string });
  await expect(server.http().mutation(mutationNamed("notes:add"), { body: "unsigned", rank: 3 })).rejects.toThrow("author");
});
