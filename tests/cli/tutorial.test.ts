/**
 * The chat of the public tutorial, as its text has one write it, and the public command line as its developer uses it:
 * pushes that take and pushes that are refused while a client is connected. SV-1 to SV-13.
 */
import { stripVTControlCharacters } from "node:util";
import { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_KEY, CONVEX_BIN, startServer, until, type CommandResult, type TestServer } from "../harness.js";
import { baseClient } from "../sync/base-client.js";
import { TcpProxy } from "../sync/tcp-proxy.js";
import { Watch } from "../sync/watch.js";
import { AppFolder } from "./app-folder.js";
import { RunningCommand } from "./running-command.js";

interface Message {
  readonly _id: string;
  readonly user: string;
  readonly body: string;
}

const chat = {
  sendMessage: makeFunctionReference<"mutation", { user: string; body: string }, null>("chat:sendMessage"),
  getMessages: makeFunctionReference<"query", Record<string, never>, readonly Message[]>("chat:getMessages"),
};

const CHAT = "convex/chat.ts";
const SCHEMA = "convex/schema.ts";
const schemaWith = (fields: string) => `
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({ messages: defineTable({ ${fields} }) });
`;

let server: TestServer;
let app: AppFolder;

const convex = (...args: readonly string[]): Promise<CommandResult> => server.convex(app.path, args);

async function succeeds(...args: readonly string[]): Promise<string> {
  const { code, output } = await convex(...args);
  expect({ code, output }).toMatchObject({ code: 0 });
  return output;
}

beforeAll(async () => {
  server = await startServer();
  app = await AppFolder.copyOf("tutorial");
  await succeeds("deploy");
});

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await app?.[Symbol.asyncDispose]();
});

describe.sequential("the command line", () => {
  test("SV-1 run calls a mutation and a query and shows what they log", async () => {
    const sent = await succeeds("run", "chat:sendMessage", '{"user": "Ada", "body": "Hello"}');
    expect(sent).toContain("[CONVEX ?(chat:sendMessage)] [LOG] 'A message arrived on the server.'");
    const list = JSON.parse(await succeeds("run", "chat:getMessages")) as Message[];
    expect(list).toEqual([{ _id: expect.stringMatching(/^[0-9a-z]{31,37}$/) as string, _creationTime: expect.any(Number) as number, user: "Ada", body: "Hello" }]);
  });

  test("SV-2 run tells which functions there are when one is not", async () => {
    const { code, output } = await convex("run", "chat:sendMesage");
    expect(code).toBe(1);
    expect(output).toContain("Could not find function for 'chat:sendMesage'.");
    expect(output).toContain("Available functions:\n• chat:getMessages\n• chat:sendMessage");
  });

  test("SV-3 run --watch shows each new result over one socket, until it is ended", async () => {
    const before = await server.metric("rivulet_sockets");
    const environment = { CONVEX_SELF_HOSTED_URL: server.url, CONVEX_SELF_HOSTED_ADMIN_KEY: ADMIN_KEY };
    await using watching = new RunningCommand(CONVEX_BIN, ["run", "--watch", "chat:getMessages"], { folder: app.path, environment });
    await watching.says('"Hello"');
    expect(await server.metric("rivulet_sockets")).toBe(before + 1);
    await server.http().mutation(chat.sendMessage, { user: "Grace", body: "I see you" });
    await watching.says('"I see you"');
    await watching.end();
    await until(async () => (await server.metric("rivulet_sockets")) === before, "the socket to be closed");
  });

  test("SV-4 data lists tables and documents", async () => {
    expect(await succeeds("data")).toBe("messages\n");
    const [head, , ...rows] = (await succeeds("data", "messages", "--order", "asc")).trim().split("\n");
    expect(head!.split("|").map((cell) => cell.trim())).toEqual(["_id", "_creationTime", "body", "user"]);
    expect(rows.map((row) => row.split("|").slice(2).map((cell) => cell.trim()))).toEqual([['"Hello"', '"Ada"'], ['"I see you"', '"Grace"']]);
  });

  test("SV-5 function-spec describes the functions", async () => {
    const { url, functions } = JSON.parse(await succeeds("function-spec")) as { url: string; functions: { identifier: string; functionType: string; visibility: unknown; args: unknown }[] };
    expect(url).toBe(server.url);
    const field = { fieldType: { type: "string" }, optional: false };
    expect(functions).toEqual([
      { identifier: "chat.js:getMessages", functionType: "Query", visibility: { kind: "public" }, args: { type: "object", value: {} }, returns: { type: "any" } },
      { identifier: "chat.js:sendMessage", functionType: "Mutation", visibility: { kind: "public" }, args: { type: "object", value: { body: field, user: field } }, returns: { type: "any" } },
    ]);
  });

  test("SV-6 env sets, shows, lists and removes", async () => {
    await succeeds("env", "set", "GREETING", "hello there");
    expect(await succeeds("env", "list")).toContain("GREETING=hello there");
    await succeeds("env", "remove", "GREETING");
    expect(await succeeds("env", "list")).not.toContain("GREETING");
  });

  test("SV-7 codegen writes the types again", async () => {
    await app.remove("convex/_generated/api.d.ts");
    await succeeds("codegen", "--typecheck", "disable");
    expect(await app.read("convex/_generated/api.d.ts")).toContain('import type * as chat from "../chat.js"');
  });

  test("SV-8 dev --once pushes", async () => {
    const undo = await app.edit(CHAT, "take(50)", "take(1)");
    expect(await succeeds("dev", "--once", "--typecheck", "disable")).toContain("Convex functions ready!");
    expect((await server.http().query(chat.getMessages, {})).map(({ body }) => body)).toEqual(["I see you"]);
    await undo();
    await succeeds("deploy", "--typecheck", "disable");
  });
});

describe.sequential("pushes while a client is connected", () => {
  let proxy: TcpProxy;
  let client: ConvexClient;
  let watch: Watch<readonly Message[]>;

  beforeAll(async () => {
    proxy = await TcpProxy.to(server.url);
    client = server.adopt(new ConvexClient(proxy.url, { logger: false }));
    watch = Watch.on(client, chat.getMessages, {});
    await watch.value();
  });

  afterAll(() => proxy?.[Symbol.asyncDispose]());

  /** The old code runs, and the client has noticed nothing. */
  async function expectUntouched(resultsBefore: number): Promise<void> {
    const body = `still here ${resultsBefore}`;
    expect(watch.said).toHaveLength(resultsBefore);
    await client.mutation(chat.sendMessage, { user: "Ada", body });
    expect((await watch.value((list) => list.length === resultsBefore + 2)).at(-1)).toMatchObject({ user: "Ada", body });
    expect(proxy.connections).toBe(1);
  }

  test("SV-9 a syntax error is shown with file and line, and changes nothing", async () => {
    const results = watch.said.length;
    const undo = await app.edit(CHAT, "handler: async (ctx) => {", "handler: async (ctx) => {{");
    const { code, output } = await convex("deploy");
    await undo();
    expect(code).toBe(1);
    expect(output).toMatch(/\[ERROR\] .*\n\n {4}convex\/chat\.ts:\d+:\d+:/);
    await expectUntouched(results);
  });

  test("SV-10 a type error is shown with file and line, and changes nothing", async () => {
    const results = watch.said.length;
    const undo = await app.edit(CHAT, "messages.reverse()", "messages.revers()");
    const { code, output } = await convex("deploy");
    await undo();
    expect(code).toBe(1);
    expect(stripVTControlCharacters(output)).toMatch(/convex\/chat\.ts:\d+:\d+ - error TS\d+: Property 'revers' does not exist/);
    await expectUntouched(results);
  });

  test("SV-11 a schema that documents do not match is refused with the document's id, and changes nothing", async () => {
    const results = watch.said.length;
    await app.write(SCHEMA, schemaWith("user: v.string(), body: v.string(), likes: v.number()"));
    const { code, output } = await convex("deploy", "--typecheck", "disable");
    await app.remove(SCHEMA);
    expect(code).toBe(1);
    const ids = (await server.http().query(chat.getMessages, {})).map(({ _id }) => _id);
    const [, id] = /Document with ID "(\w+)" in table "messages" does not match the schema: Object is missing the required field `likes`\./.exec(output) ?? [output];
    expect(ids).toContain(id);
    await expectUntouched(results);
  });

  test("SV-12 new code runs the client's queries again, over the connection that it has", async () => {
    const results = watch.said.length;
    await app.write(SCHEMA, schemaWith("user: v.string(), body: v.string(), likes: v.optional(v.number())"));
    await app.edit(CHAT, "return messages.reverse();", "return messages.reverse().map((message) => ({ ...message, body: message.body.toUpperCase() }));");
    await succeeds("deploy", "--typecheck", "disable");
    expect((await watch.value((list) => list[0]?.body === "HELLO")).map(({ user }) => user)).toContain("Grace");
    expect(watch.said).toHaveLength(results + 1);
    expect(proxy.connections).toBe(1);
  });
});

describe("the swap", () => {
  const editionIn = (module: string) => makeFunctionReference<"query", Record<string, never>, number>(`${module}:edition`);

  test("SV-13 is atomic: no client sees one module of the new version beside one of the old", async () => {
    const moduleWith = (edition: number) => `import { query } from "./_generated/server";\nexport const edition = query({ args: {}, handler: async () => ${edition} });\n`;
    const push = async (edition: number) => {
      await Promise.all(["convex/left.ts", "convex/right.ts"].map((file) => app.write(file, moduleWith(edition))));
      await succeeds("deploy", "--typecheck", "disable", "--codegen", "disable");
    };
    await push(1);
    const seen: string[] = [];
    const client = baseClient(server, () => seen.push(`${String(client.localQueryResult("left:edition", {}))} ${String(client.localQueryResult("right:edition", {}))}`));
    client.subscribe("left:edition", {});
    client.subscribe("right:edition", {});
    await until(() => seen.at(-1) === "1 1", "the first version");
    await push(2);
    await until(() => seen.at(-1) === "2 2", "the second version");
    expect(seen.filter((pair) => !["1 1", "2 2", "undefined undefined"].includes(pair))).toEqual([]);
    expect(await server.http().query(editionIn("left"), {})).toBe(2);
  });
});
