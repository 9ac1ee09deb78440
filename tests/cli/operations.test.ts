/** The public command line against one server and one deployed app: data, functions, logs, settings. CL-50 to CL-71, CL-74, CL-84. */
import { readdirSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_KEY, CONVEX_BIN, mutationNamed, queryNamed, startServer, type CommandResult, type TestServer } from "../harness.js";
import { AppFolder } from "./app-folder.js";
import { convexCommands } from "./convex-commands.js";
import { inlineValue } from "./inline-query.js";
import { RunningCommand } from "./running-command.js";

let server: TestServer;
let app: AppFolder;

beforeAll(async () => {
  [server, app] = await Promise.all([startServer(), AppFolder.copyOf("operations")]);
  await succeeds("deploy", "--typecheck", "disable");
});

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await app?.[Symbol.asyncDispose]();
});

const convex = async (...args: readonly string[]): Promise<CommandResult> => {
  const { code, output } = await server.convex(app.path, args);
  return { code, output: stripVTControlCharacters(output) };
};

async function succeeds(...args: readonly string[]): Promise<string> {
  const { code, output } = await convex(...args);
  expect({ args, code, output }).toMatchObject({ code: 0 });
  return output;
}

async function fails(...args: readonly string[]): Promise<string> {
  const { code, output } = await convex(...args);
  expect({ args, code, output }).toMatchObject({ code: 1 });
  return output;
}

/** One after another, all with success. */
async function all(commands: readonly (readonly string[])[]): Promise<string[]> {
  const results = await convexCommands(server, app.path, commands);
  expect(results.map(({ code, output }, i) => ({ args: commands[i], code, output }))).toEqual(commands.map((args) => ({ args, code: 0, output: expect.any(String) as string })));
  return results.map(({ output }) => output);
}

const add = (body: string, rank: number) => server.http().mutation(mutationNamed("notes:add"), { body, rank }) as Promise<string>;

function adminPost(path: string, body: unknown): Promise<Response> {
  return fetch(server.url + path, { method: "POST", headers: { Authorization: `Convex ${ADMIN_KEY}` }, body: JSON.stringify(body) });
}

describe.sequential("env", () => {
  const MULTI_LINE = 'first line\nsecond "quoted" line with $dollar\n';

  test("CL-52, CL-54 sets one from a file and many from another, shows and removes them, and functions see them", async () => {
    await app.write("value.txt", MULTI_LINE);
    await app.write("many.env", 'GREETING=hello\nTWO="two words"\nLINES="a\nb"\nCONVEX_DEPLOYMENT=x\n');
    const [, many, list, value, , removed] = await all([
      ["env", "set", "MULTI", "--from-file", "value.txt"],
      ["env", "set", "--from-file", "many.env"],
      ["env", "list", "--include-values"],
      ["env", "get", "MULTI"],
      ["env", "remove", "MULTI"],
      ["env", "get", "MULTI"],
    ]);
    expect(many).toContain("Skipping 1 CLI-managed environment variable");
    expect(list).toContain("GREETING=hello\nLINES='a\nb'\nMULTI='first line\n");
    expect(value).toBe(`${MULTI_LINE}\n`);
    expect(removed).toContain('Environment variable "MULTI" not found');
    expect(await server.http().query(queryNamed("notes:greeting"), {})).toBe("hello");
  });

  test("CL-53 refuses names and values with the cause and the mend, and changes nothing", async () => {
    expect(await fails("env", "set", "1X", "y")).toContain('Environment variable name "1X" is not allowed: names start with a letter');
    const refusals = [
      [[{ name: "_X", value: "y" }], "names start with a letter"],
      [[{ name: "with space", value: "y" }], "names start with a letter"],
      [[{ name: "X".repeat(257), value: "y" }], "up to 256 letters"],
      [[{ name: "CONVEX_SITE_URL", value: "y" }], "is set by the server itself"],
      [[{ name: "LARGE", value: "y".repeat(8193) }], "at most 8192 are allowed"],
      [Array.from({ length: 513 }, (_, i) => ({ name: `N${i}`, value: "" })), "at most 512 are allowed"],
      [[{ name: "GOOD", value: "y" }, { name: "", value: "y" }], "names start with a letter"],
    ] as const;
    for (const [changes, message] of refusals) {
      const response = await adminPost("/api/update_environment_variables", { changes });
      expect({ status: response.status, message: ((await response.json()) as { message: string }).message }).toEqual({ status: 400, message: expect.stringContaining(message) as string });
    }
    const variables = await fetch(`${server.url}/api/v1/list_environment_variables`, { headers: { Authorization: `Convex ${ADMIN_KEY}` } });
    expect(Object.keys(((await variables.json()) as { environmentVariables: object }).environmentVariables)).toEqual(["GREETING", "LINES", "TWO"]);
  });

  test("CL-84 the deployment platform API sets and lists them too", async () => {
    expect((await adminPost("/api/v1/update_environment_variables", { changes: [{ name: "GREETING", value: "from outside" }, { name: "TWO" }] })).status).toBe(200);
    expect(await server.http().query(queryNamed("notes:greeting"), {})).toBe("from outside");
    const info = await fetch(`${server.url}/api/v1/deployment_info`, { headers: { Authorization: `Convex ${ADMIN_KEY}` } });
    expect(await info.json()).toEqual({ kind: "selfHosted" });
  });
});

describe.sequential("data", () => {
  beforeAll(async () => {
    for (const [rank, body] of ["one", "two", "three"].entries()) await add(body, rank);
    await server.http().mutation(mutationNamed("notes:count"), { value: 7 });
    await server.http().mutation(mutationNamed("notes:schedule"), { bodies: ["later"] });
    await server.http().action(makeFunctionReference<"action">("notes:store"), { text: "hello" });
  });

  test("CL-60 to CL-63 lists tables and documents, of the app, of components, of the server", async () => {
    const [tables, oldest, counts, jobs, files] = await all([
      ["data"],
      ["data", "notes", "--order", "asc", "--limit", "2"],
      ["data", "counts", "--component", "counter", "--format", "jsonl"],
      ["data", "_scheduled_functions", "--format", "jsonl"],
      ["data", "_storage", "--format", "jsonArray"],
    ]);
    expect(tables).toBe("notes\n");
    expect(oldest).toMatch(/"one" .*\n.*"two"/);
    expect(oldest).toContain("Showing the 2 oldest created documents.");
    expect(JSON.parse(counts!)).toMatchObject({ name: "one", value: 7 });
    expect(JSON.parse(jobs!)).toMatchObject({ name: "notes.js:add", args: [{ body: "later", rank: 0 }], state: { kind: "pending" } });
    expect(JSON.parse(files!)).toMatchObject([{ size: 5, contentType: "text/plain" }]);
  });

  test("CL-62, CL-63 refuse what is not there, or not to be read", async () => {
    const [unknown, secret] = await Promise.all([fails("data", "--component", "nope"), fails("data", "_modules")]);
    expect(unknown).toContain("There is no component 'nope'. There are: counter.");
    expect(secret).toContain('Table "_modules" is the server\'s own and can\'t be read like this.');
  });
});

describe.sequential("run, function-spec, network-test", () => {
  const COMMANDS = {
    internal: ["run", "internal.notes.secret"],
    added: ["run", "convex/notes.ts:add", "{body: 'four', rank: 3}"],
    identity: ["run", "notes:whoami", "--identity", '{name: "Ada", subject: "s1", issuer: "https://issuer.test", address: "0x123"}'],
    noFunction: ["run", "counts:nope", "--component", "counter"],
    inline: ["run", "--inline-query", 'const first = await ctx.db.query("counts").first(); console.log(first.name); return first.value;', "--component", "counter"],
    inlineWrite: ["run", "--inline-query", 'await ctx.db.insert("notes", {})'],
    specification: ["function-spec", "--file"],
    network: ["network-test", "--speed-test", "--ip-family", "ipv4"],
  } as const;

  let results: Record<keyof typeof COMMANDS, CommandResult>;

  beforeAll(async () => {
    const list = await convexCommands(server, app.path, Object.values(COMMANDS));
    results = Object.fromEntries(Object.keys(COMMANDS).map((name, i) => [name, list[i]!])) as typeof results;
  });

  test("CL-64 calls by name, with arguments that are nearly JSON, and what is internal", () => {
    expect(results.internal).toEqual({ code: 0, output: '"for the server\'s eyes"\n' });
    expect(results.added).toEqual({ code: 0, output: expect.stringContaining("[LOG] 'adding' 'four'") as string });
  });

  test("CL-65 acts as a user, CL-66 in a component", () => {
    expect(JSON.parse(results.identity.output)).toMatchObject({ name: "Ada", subject: "s1", issuer: "https://issuer.test", tokenIdentifier: "https://issuer.test|s1", address: "0x123" });
    const { code, output } = results.noFunction;
    expect(code).toBe(1);
    expect(output).toContain("Could not find function for 'counts:nope' in component 'counter'.");
    expect(output).toContain("Available functions:\n• counts:all\n• counts:set");
  });

  test("CL-67 pushes first", async () => {
    const undo = await app.edit("convex/notes.ts", "for the server's eyes", "for everybody's eyes");
    expect(await succeeds("run", "notes:secret", "--push", "--typecheck", "disable", "--codegen", "disable")).toContain("for everybody's eyes");
    await undo();
  });

  test("CL-69 evaluates a query that is written on the spot", () => {
    expect(results.inline).toEqual({ code: 0, output: expect.stringContaining("[LOG] 'one'\n7\n") as string });
    expect(results.inlineWrite).toEqual({ code: 1, output: expect.stringContaining("ctx.db.insert is not a function") as string });
  });

  test("CL-71 describes functions and routes in a file", async () => {
    const file = readdirSync(app.path).find((name) => name.startsWith("function_spec_"))!;
    expect(results.specification).toEqual({ code: 0, output: expect.stringContaining(file) as string });
    const { url, functions } = JSON.parse(await app.read(file)) as { url: string; functions: { identifier?: string; functionType: string }[] };
    expect(url).toBe(server.url);
    expect(functions).toContainEqual({ functionType: "HttpAction", method: "GET", path: "/hello" });
    expect(functions.filter(({ functionType }) => functionType === "Action").map(({ identifier }) => identifier)).toEqual(["notes.js:act", "notes.js:store"]);
  });

  test("CL-74 finds the network well, a speed test included", () => {
    const { code, output } = results.network;
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).toContain("OK: WebSocket connection established.");
    for (const size of ["128 bytes", "4 MiB", "64 MiB"]) expect(output).toContain(`OK: echo ${size}`);
    expect(output).toContain("Network test passed.");
  });
});

describe.sequential("logs", () => {
  // Something to begin with.
  beforeAll(async () => expect(await inlineValue(server, "return 1")).toBe(1));


  const environment = () => ({ CONVEX_SELF_HOSTED_URL: server.url, CONVEX_SELF_HOSTED_ADMIN_KEY: ADMIN_KEY });
  const watch = (...args: readonly string[]) => new RunningCommand(CONVEX_BIN, ["logs", ...args], { folder: app.path, environment: environment() });

  interface Record {
    readonly identifier: string;
    readonly udfType: string;
    readonly requestId: string;
    readonly componentPath: string | null;
    readonly error: string | null;
    readonly logLines: readonly { readonly messages: readonly string[]; readonly level: string }[];
  }

  const recordsOf = ({ output }: RunningCommand): Record[] => output.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Record] : []));

  test("CL-56 to CL-59 are live, with request ids, and go on when the server was killed and comes back", async () => {
    await using raw = watch("--jsonl", "--history", "1");
    await using shown = watch("--success", "--history", "1");
    // What is logged before their first request is of the past to them.
    await Promise.all([raw.says(/^\{/m), shown.says("[CONVEX Q(testQuery)]")]);
    await add("logged", 9);
    await expect(server.http().query(queryNamed("notes:fails"), {})).rejects.toThrow("It failed on purpose.");
    await fetch(`${server.url}/hello`);
    await raw.says("GET /hello");
    await shown.says(/\[CONVEX M\(notes:add\)\] \[LOG\] 'adding' 'logged'/);
    await shown.says(/\[CONVEX Q\(notes:fails\)\] \[WARN\] 'about to fail'/);
    await shown.says(/\[CONVEX Q\(notes:fails\)\] Uncaught Error: It failed on purpose\.\n +at handler \(\.\.\/convex\/notes\.ts:\d+:\d+\)/);
    await shown.says(/\[CONVEX H\(GET \/hello\)\] Function executed in \d+ ms/);
    expect(recordsOf(raw).slice(1).map(({ udfType, identifier, componentPath, error, logLines }) => [udfType, identifier, componentPath, error?.split("\n")[0] ?? null, logLines.map(({ level }) => level)])).toEqual([
      ["Mutation", "notes:add", null, null, ["LOG"]],
      ["Query", "notes:fails", null, "Uncaught Error: It failed on purpose.", ["WARN"]],
      ["HttpAction", "GET /hello", null, null, ["LOG"]],
    ]);
    for (const { requestId } of recordsOf(raw)) expect(requestId).toMatch(/^[0-9a-f]{16}$/);
    await server.kill();
    await server.start();
    const before = recordsOf(raw).length;
    const response = await fetch(`${server.url}/api/run/notes.js/list`, { method: "POST", body: '{"args":{}}' });
    await shown.says(/\[CONVEX Q\(notes:list\)\] Function executed in \d+ ms/);
    await raw.says(response.headers.get("x-request-id")!);
    expect(recordsOf(raw).slice(before).map(({ identifier, requestId }) => [identifier, requestId])).toEqual([["notes:list", response.headers.get("x-request-id")]]);
  });
});

describe("a server", () => {
  test("CL-50 a wrong key is refused at once", async () => {
    const elsewhere = ["--url", server.url, "--admin-key", "nobody|ffffffffffffffffffffffffffffffff"];
    const [logs, list] = await Promise.all([fails("logs", ...elsewhere), fails("env", "list", ...elsewhere)]);
    expect(logs).toContain("The admin key is not valid for this deployment.");
    expect(list).toContain("The admin key is not valid for this deployment.");
  });
});
