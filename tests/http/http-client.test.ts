/** `ConvexHttpClient`: calls, consistent queries, the mutation queue, failures, and acting as somebody. Numbers of docs/spec/http.md. */
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { ConvexError } from "convex/values";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_KEY, startServer, type TestServer } from "../harness.js";
import { authenticateAsAdmin } from "../sync/base-client.js";
import { identity, live } from "../sync/surface-api.js";

let server: TestServer;
let client: ConvexHttpClient;

beforeAll(async () => {
  server = await startServer({ flags: ["--redact-errors", "no"] });
  await server.deploy("surface");
  client = server.http();
});

afterAll(() => server[Symbol.asyncDispose]());

const echo = makeFunctionReference<"query", { value: ArrayBuffer | bigint | number | object }, unknown>("values:echo");
const ranks = makeFunctionReference<"query", { group: string }, number[]>("calls:read");
const fail = makeFunctionReference<"query", { what: string }, null>("errors:fail");
const insertThenThrow = makeFunctionReference<"mutation", { group: string }, null>("documents:insertThenThrow");
const realm = makeFunctionReference<"query", { nonce: number }, unknown>("identity:realm");
const print = makeFunctionReference<"query", Record<string, never>, null>("runtime:print");

/** Part of the client, but left out of the published types: what the CLI calls. */
interface AnyFunctionCaller {
  function(name: string, componentPath: string | undefined, args: object): Promise<unknown>;
}

function callAny(caller: ConvexHttpClient, name: string, args: object): Promise<unknown> {
  return (caller as unknown as AnyFunctionCaller).function(name, undefined, args);
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  const failure = await promise.then(() => null, (error: unknown) => error as Error);
  if (failure === null) throw new Error("Expected a failure");
  return failure;
}

const ANN = { subject: "ann", issuer: "https://issuer.test", tokenIdentifier: "https://issuer.test|ann", name: "Ann ümlaut", email: "ann@example.com", custom_claim: [1, "x"] };

describe("calls", () => {
  test("H-1 a query and a mutation", async () => {
    await client.mutation(live.add, { group: "http", rank: 1 });
    expect(await client.query(ranks, { group: "http" })).toEqual([1]);
  });

  test("H-7 int64, bytes and special floats", async () => {
    const value = { int: -5n, bytes: new Uint8Array([0, 255]).buffer, nan: NaN, inf: -Infinity, zero: -0 };
    expect(await client.query(echo, { value })).toStrictEqual(value);
  });

  test("H-1 mutations of one client queue: each is applied when the one before has been answered", async () => {
    await Promise.all(Array.from({ length: 20 }, (_, rank) => client.mutation(live.add, { group: "queued", rank })));
    const times = await client.query(makeFunctionReference<"query", Record<string, unknown>, { rank: number; _creationTime: number }[]>("queries:collect"), { filters: [["eq", ["field", "group"], "queued"]] });
    expect(times.map(({ rank }) => rank)).toEqual(Array.from({ length: 20 }, (_, rank) => rank));
  });

  test("H-2 a failed mutation does not stop the queue", async () => {
    const results = await Promise.allSettled([client.mutation(live.add, { group: "after failure", rank: 1 }), client.mutation(insertThenThrow, { group: "after failure" }), client.mutation(live.add, { group: "after failure", rank: 3 })]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await client.query(ranks, { group: "after failure" })).toEqual([1, 3]);
  });

  test("H-4 consistent queries of one client all see the first one's state", async () => {
    await client.mutation(live.add, { group: "consistent", rank: 1 });
    const consistent = server.http();
    expect(await consistent.consistentQuery(ranks, { group: "consistent" })).toEqual([1]);
    await client.mutation(live.add, { group: "consistent", rank: 2 });
    expect(await consistent.consistentQuery(ranks, { group: "consistent" })).toEqual([1]);
    expect(await consistent.query(ranks, { group: "consistent" })).toEqual([1, 2]);
    expect(await server.http().consistentQuery(ranks, { group: "consistent" })).toEqual([1, 2]);
  });

  test("H-1 what a function printed reaches the client's logger", async () => {
    const lines: unknown[][] = [];
    const log = (...line: unknown[]): void => void lines.push(line);
    const logging = new ConvexHttpClient(server.url, { logger: { log, warn: log, error: log, logVerbose: () => undefined } });
    await logging.query(print, {});
    expect(lines[0]).toEqual(["%c[CONVEX Q(runtime:print)] [LOG]", expect.any(String), "'text' 1 true null undefined"]);
  });

  test("H-3 a function of any kind, as the CLI calls it", async () => {
    expect(await callAny(client, "calls:read", { group: "any kind" })).toEqual([]);
    await callAny(client, "live:add", { group: "any kind", rank: 1 });
    expect(await callAny(client, "calls.js:read", { group: "any kind" })).toEqual([1]);
  });
});

describe("failures", () => {
  test("H-2 an error has the request id and the mapped frames", async () => {
    const error = await failureOf(client.query(fail, { what: "error" }));
    expect(error.message).toMatch(/^\[Request ID: [0-9a-f]{16}\] Server Error\nUncaught Error: plain\n {4}at handler \(\.\.\/convex\/errors\.ts:\d+:\d+\)\n?$/);
    expect(error).not.toBeInstanceOf(ConvexError);
  });

  test("H-2 a ConvexError has its data, int64 and bytes included", async () => {
    const error = await failureOf(client.query(fail, { what: "convex" }));
    expect(error).toBeInstanceOf(ConvexError);
    expect((error as ConvexError<{ code: bigint }>).data).toStrictEqual({ code: 1n, bytes: new Uint8Array([1, 2]).buffer, list: ["a"] });
  });

  test("H-2 an unknown function, an internal one, one of another kind", async () => {
    const unknown = makeFunctionReference<"query">("nowhere:nothing");
    expect((await failureOf(client.query(unknown, {}))).message).toContain("Could not find public function for 'nowhere:nothing'.");
    expect((await failureOf(client.query(identity.secret, {}))).message).toContain("Could not find public function for 'identity:secret'.");
    const mutation = makeFunctionReference<"mutation">("calls:read");
    expect((await failureOf(client.mutation(mutation, { group: "x" }))).message).toContain("Trying to execute calls.js:read as Mutation, but it is defined as Query.");
  });
});

describe("identity", () => {
  test("H-13 an admin key opens internal functions", async () => {
    const admin = server.http();
    authenticateAsAdmin(admin, ADMIN_KEY);
    expect(await admin.query(identity.secret, {})).toBe("internal");
    expect(await admin.query(identity.whoami, {})).toBeNull();
    expect(await callAny(admin, "calls_internal:readInternal", { group: "none" })).toEqual([]);
  });

  test("H-13 with an identity it acts as that user, whatever letters are in it", async () => {
    const admin = server.http();
    authenticateAsAdmin(admin, ADMIN_KEY, ANN);
    expect(await admin.query(identity.whoami, {})).toEqual(ANN);
    expect(await admin.mutation(identity.record, {})).toBe(ANN.tokenIdentifier);
  });

  test("H-13 a token identifier that is not given is made of issuer and subject", async () => {
    const admin = server.http();
    authenticateAsAdmin(admin, ADMIN_KEY, { subject: "cid", issuer: "https://issuer.test" });
    expect(await admin.query(identity.whoami, {})).toEqual({ subject: "cid", issuer: "https://issuer.test", tokenIdentifier: "https://issuer.test|cid" });
  });

  test("H-13 the identity is the function's own copy, of its own realm", async () => {
    const admin = server.http();
    authenticateAsAdmin(admin, ADMIN_KEY, ANN);
    for (const nonce of [1, 2]) expect(await admin.query(realm, { nonce })).toEqual({ isObject: true, isArray: true, wasTouched: false });
  });

  test("H-14 a wrong key is refused with what to do", async () => {
    const wrong = server.http();
    authenticateAsAdmin(wrong, "rivulet|0000");
    expect(JSON.parse((await failureOf(wrong.query(identity.whoami, {}))).message)).toEqual({ code: "BadAdminKey", message: expect.stringContaining("rivulet keys create") as string });
  });
});
