/** Wrong input of every kind: the error that says so, nothing half done, and everybody else served on.. */
import { createConnection } from "node:net";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import type { Value } from "convex/values";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ADMIN_KEY, mutationNamed, queryNamed, startServer, type TestServer } from "./harness.js";

let server: TestServer;
let notesBefore = 0;

const actionNamed = (name: string) => makeFunctionReference<"action">(name);
const countAll = async (): Promise<number> => {
  const response = await server.http().query(queryNamed("notes:count"), { text: "bad input" });
  return response as number;
};

beforeAll(async () => {
  server = await startServer();
  await server.deploy("actions");
});

beforeEach(async () => {
  notesBefore = await countAll();
});

// Nothing half done, and the server goes on: an ordinary client writes and reads.
afterEach(async () => {
  expect(await countAll()).toBe(notesBefore);
  await server.http().mutation(mutationNamed("notes:add"), { text: "good input" });
});

afterAll(() => server[Symbol.asyncDispose]());

async function failureOf(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    (value) => `it succeeded: ${JSON.stringify(value)}`,
    (error: Error) => error.message,
  );
}

async function post(path: string, body: string, headers: Record<string, string> = {}): Promise<{ status: number; text: string }> {
  const response = await fetch(`${server.url}${path}`, { method: "POST", body, headers: { "Content-Type": "application/json", ...headers } });
  return { status: response.status, text: await response.text() };
}

describe("X-10 functions that can't be called", () => {
  test.each([
    ["unknown module", "nowhere:add", "Could not find public function for 'nowhere:add'"],
    ["unknown export", "notes:nothing", "Could not find public function for 'notes:nothing'"],
    ["internal", "notes:addInternal", "Could not find public function for 'notes:addInternal'"],
    ["path out of the app", "../../etc/passwd:x", "Could not find public function"],
    ["shared part", "_deps/x:y", "Could not find public function"],
    ["system function", "_system/cli/tables:default", "is for admins"],
    ["prototype's name", "notes:__proto__", "Could not find public function"],
    ["constructor", "notes:constructor", "Could not find public function"],
  ])("%s, as query, mutation and action, over HTTP and the socket", async (_what, path, message) => {
    const client = server.client();
    for (const call of [
      () => server.http().query(queryNamed(path), {}),
      () => server.http().mutation(mutationNamed(path), { text: "bad input" }),
      () => server.http().action(actionNamed(path), {}),
      () => client.mutation(mutationNamed(path), { text: "bad input" }),
      () => client.action(actionNamed(path), {}),
    ]) {
      expect(await failureOf(call())).toMatch(new RegExp(`${message}|Could not find public function`));
    }
  });

  test.each([
    ["mutation", "acts:echo", "as Mutation, but it is defined as Action"],
    ["mutation", "notes:count", "as Mutation, but it is defined as Query"],
    ["query", "notes:add", "as Query, but it is defined as Mutation"],
    ["query", "acts:echo", "as Query, but it is defined as Action"],
    ["action", "notes:add", "as Action, but it is defined as Mutation"],
    ["action", "notes:count", "as Action, but it is defined as Query"],
  ] as const)("%s on %s", async (kind, path, message) => {
    const args = { text: "bad input" };
    const call = { query: () => server.http().query(queryNamed(path), args), mutation: () => server.http().mutation(mutationNamed(path), args), action: () => server.http().action(actionNamed(path), args) }[kind];
    expect(await failureOf(call())).toContain(message);
  });

  test.each(["/api/query", "/api/mutation", "/api/action", "/api/function"])("X-11 an unknown component, at %s", async (route) => {
    const path = { "/api/query": "notes:count", "/api/mutation": "notes:add", "/api/action": "acts:echo", "/api/function": "notes:add" }[route];
    const { status, text } = await post(route, JSON.stringify({ path, args: { text: "bad input" }, componentPath: "nowhere", format: "json" }), { Authorization: `Convex ${ADMIN_KEY}` });
    expect([status, text]).toEqual([560, expect.stringContaining("Component 'nowhere' is not mounted")]);
  });
});

describe("X-12 arguments and results", () => {
  test.each<[string, string, Record<string, unknown>, RegExp]>([
    ["a wrong type", "notes:add", { text: 5 }, /ArgumentValidationError[^]*Path: \.text[^]*v\.string\(\)/],
    ["a missing field", "notes:add", {}, /ArgumentValidationError[^]*missing the required field `text`/],
    ["an extra field", "notes:add", { text: "bad input", extra: 1 }, /ArgumentValidationError[^]*extra field `extra`/],
    ["a deep one", "acts:typed", { n: "1" }, /Path: \.n/],
    ["an id of another table", "acts:typed", { n: 1, note: "j571vw8h7g5vhkcx2j4s1f6d1h6zvabc" }, /Path: \.note|Unable to decode/],
    ["a field that is reserved", "notes:add", { $text: "bad input" }, /\$text/],
  ])("%s", async (_what, path, args, message) => {
    const { text } = await post(path.startsWith("acts") ? "/api/action" : "/api/mutation", JSON.stringify({ path, args, format: "convex_encoded_json" }));
    expect((JSON.parse(text) as { errorMessage?: string; message?: string }).errorMessage ?? text).toMatch(message);
  });

  test.each<[string, unknown, string]>([
    ["undefined in an array", [1, undefined], "undefined is not a valid Convex value"],
    ["a function", () => 1, "is not a supported Convex type"],
    ["a class instance", new Map([[1, 2]]), "is not a supported Convex type"],
    ["a date", new Date(0), "is not a supported Convex type"],
    ["a symbol", Symbol("x"), "is not a supported Convex type"],
    ["a bigint of more than 64 bits", 2n ** 64n, "does not fit into a 64-bit signed integer"],
  ])("%s is refused by the public client before it is sent", async (_what, value, message) => {
    const client = new ConvexHttpClient(server.url, { logger: false });
    expect(await failureOf((async () => await client.action(actionNamed("acts:echo"), { value: value as Value }))())).toContain(message);
  });

  test("a return value that does not fit fails, and what the action did stays", async () => {
    expect(await failureOf(server.http().action(actionNamed("acts:wrongReturn"), { text: "kept" }))).toMatch(/ReturnsValidationError[^]*\.a/);
    expect(await server.http().query(queryNamed("notes:count"), { text: "kept" })).toBe(1);
  });
});

describe("X-13 JSON that is made to hurt", () => {
  test.each([
    ["nested 100,000 deep", `{"path":"acts:echo","args":{"value":${"[".repeat(100_000)}${"]".repeat(100_000)}}}`],
    ["not closed", '{"path":"notes:add","args":{"text":"bad input"}'],
    ["no object", '["notes:add"]'],
    ["a number as path", '{"path":5,"args":{}}'],
    ["arguments that are no object", '{"path":"notes:add","args":"bad input"}'],
    ["not UTF-8 text", Buffer.from([0x7b, 0xff, 0xfe, 0x7d]).toString("latin1")],
    ["an unknown format", '{"path":"notes:add","args":{"text":"bad input"},"format":"xml"}'],
  ])("%s is 400 with a reason", async (_what, body) => {
    const { status, text } = await post("/api/mutation", body);
    expect([status, JSON.parse(text)]).toEqual([400, { code: expect.stringMatching(/^Bad/) as string, message: expect.stringMatching(/\w{3}/) as string }]);
  });

  test.each(['{"text":"bad input","__proto__":{"polluted":1}}', '{"text":"bad input","constructor":{"prototype":{"polluted":1}}}'])("keys of prototypes are fields like any other: %s", async (args) => {
    const { text } = await post("/api/mutation", `{"path":"notes:add","format":"json","args":${args}}`);
    expect(text).toContain("extra field");
    expect(await server.http().action(actionNamed("acts:echo"), { value: {} })).toEqual({});
  });

  test("the same key twice: the last counts, once", async () => {
    const { text } = await post("/api/query", '{"path":"notes:count","path":"notes:count","format":"json","args":{"text":"other","text":"bad input"}}');
    expect(JSON.parse(text)).toMatchObject({ status: "success", value: notesBefore });
  });

  test("special values that are malformed are refused", async () => {
    for (const value of ['{"$integer":"!"}', '{"$bytes":"%%%"}', '{"$float":"AAAA"}', '{"$unknown":1}']) {
      const { status } = await post("/api/action", `{"path":"acts:echo","format":"convex_encoded_json","args":[{"value":${value}}]}`);
      expect(status).toBe(560);
    }
  });
});

describe("X-14 what this version does not have", () => {
  test.each([
    ["/api/import/unheard_of", "This step of an import is not supported"],
    ["/api/export/request/tar", "Exporting in this format is not supported"],
    ["/api/push_config", "Pushing with a version of the convex package below 1.30 is not supported"],
  ])("%s says so at once, with a status that the CLI does not retry", async (path, message) => {
    const { status, text } = await post(path, "{}", { Authorization: `Convex ${ADMIN_KEY}` });
    expect([status, text]).toEqual([400, expect.stringContaining(message)]);
  });
});

test("X-15 requests that are no HTTP, or lie about their length, harm nobody", async () => {
  const { port } = new URL(server.url);
  for (const bytes of ["GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n", "POST /api/mutation HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "POST /api/mutation HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", "\x16\x03\x01\x02\x00"]) {
    await new Promise<void>((resolve) => {
      const socket = createConnection({ port: Number(port), host: "127.0.0.1" }, () => socket.end(bytes));
      socket.on("close", () => resolve());
      socket.on("error", () => undefined);
      socket.resume();
    });
  }
});
