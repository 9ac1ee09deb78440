/** Actions of the default runtime, through the public clients.. */
import { ConvexError, type Value } from "convex/values";
import { ConvexReactClient } from "convex/react";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { ADMIN_KEY, copyApp, mutationNamed, queryNamed, startServer, until, type TestServer } from "../harness.js";

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
  await server.deploy("actions");
});

afterAll(() => server[Symbol.asyncDispose]());

const actionNamed = (name: string) => makeFunctionReference<"action">(name);

function act(name: string, args: Record<string, Value> = {}): Promise<unknown> {
  return server.http().action(actionNamed(name), args);
}

async function failureOf(name: string, args: Record<string, Value> = {}): Promise<Error> {
  return await act(name, args).then(
    (value) => {
      throw new Error(`${name} ran: ${JSON.stringify(value)}`);
    },
    (error: Error) => error,
  );
}

const count = (text: string) => server.http().query(queryNamed("notes:count"), { text }) as Promise<number>;

describe("A-1 ways to call", () => {
  const value = { text: "grüße", big: 2n ** 60n, bytes: new Uint8Array([0, 255]).buffer, list: [1, null, true, -0, Infinity], nested: { a: {} } };

  test("over HTTP, with every kind of value", async () => {
    expect(await act("acts:echo", { value })).toEqual(value);
  });

  test("over the sync socket, by the browser's and React's client", async () => {
    expect(await server.client().action(actionNamed("acts:echo"), { value })).toEqual(value);
    const react = server.adopt(new ConvexReactClient(server.url, { logger: false, webSocketConstructor: WebSocket as unknown as typeof globalThis.WebSocket }));
    expect(await react.action(actionNamed("acts:echo"), { value })).toEqual(value);
  });

  test("by kind 'any', by address, and in the plain JSON format", async () => {
    const post = async (path: string, body: unknown): Promise<unknown> => (await fetch(`${server.url}${path}`, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } })).json();
    expect(await post("/api/function", { path: "acts:echo", args: { value: 1 }, format: "json" })).toMatchObject({ status: "success", value: 1 });
    expect(await post("/api/run/acts/echo", { args: { value: "x" } })).toMatchObject({ status: "success", value: "x" });
    expect(await post("/api/action", { path: "acts:echo", args: { value: [1] }, format: "json" })).toMatchObject({ status: "success", value: [1] });
  });

  test("by the CLI's run, internal ones too", async () => {
    const folder = await copyApp("actions");
    const { code, output } = await server.convex(folder, ["run", "acts:hidden"]);
    expect([code, output.trim()]).toEqual([0, expect.stringContaining('"hidden"')]);
  });

  test("nothing returned is null; without validators anything goes", async () => {
    expect(await act("acts:nothing")).toBeNull();
    expect(await act("acts:bare", { x: 3 })).toEqual({ x: 3 });
  });
});

describe("A-2 validation", () => {
  test("arguments", async () => {
    expect(await act("acts:typed", { n: 4 })).toBe("n=4");
    expect((await failureOf("acts:typed", { n: "4" })).message).toMatch(/ArgumentValidationError[^]*Path: \.n[^]*Value: "4"[^]*Validator: v\.float64\(\)/);
    expect((await failureOf("acts:typed", { n: 4, extra: 1 })).message).toContain("extra field `extra`");
    expect((await failureOf("acts:typed")).message).toContain("missing the required field `n`");
    expect((await failureOf("acts:typed", { n: 1, note: "no id" })).message).toMatch(/Path: \.note[^]*v\.id\("notes"\)/);
  });

  test("results: what the action did stays done", async () => {
    expect((await failureOf("acts:wrongReturn", { text: "wrong return" })).message).toMatch(/ReturnsValidationError[^]*\.a/);
    expect(await count("wrong return")).toBe(1);
  });
});

describe("A-3 visibility and kind", () => {
  test("clients do not see internal actions", async () => {
    expect((await failureOf("acts:hidden")).message).toContain("Could not find public function for 'acts:hidden'");
    await expect(server.client().action(actionNamed("acts:hidden"), {})).rejects.toThrow("Could not find public function for 'acts:hidden'");
  });

  test("each kind is refused as another", async () => {
    expect((await failureOf("notes:add", { text: "x" })).message).toContain("Trying to execute notes.js:add as Action, but it is defined as Mutation.");
    expect((await failureOf("notes:count", { text: "x" })).message).toContain("as Action, but it is defined as Query.");
    await expect(server.http().query(queryNamed("acts:echo"), { value: 1 })).rejects.toThrow("as Query, but it is defined as Action.");
    await expect(server.http().mutation(mutationNamed("acts:echo"), { value: 1 })).rejects.toThrow("as Mutation, but it is defined as Action.");
    expect((await failureOf("acts:missing")).message).toContain("Could not find public function for 'acts:missing'");
  });

  test("and so are functions that actions call", async () => {
    const [query, mutation, action, missing, invalid] = (await act("acts:wrongKinds")) as string[];
    expect(query).toContain("as Query, but it is defined as Mutation");
    expect(mutation).toContain("as Mutation, but it is defined as Query");
    expect(action).toContain("as Action, but it is defined as Query");
    expect(missing).toContain("Could not find function for 'no:such'");
    expect(invalid).toContain("ArgumentValidationError");
  });
});

describe("calls of other functions", () => {
  test("A-4 queries, mutations and actions, public and internal", async () => {
    expect(await act("acts:calls", { text: "calls" })).toEqual([0, 2, "hidden", { big: 5n, bytes: new Uint8Array([1, 2]).buffer }]);
    expect(await count("calls")).toBe(2);
  });

  test("A-4 by handle and by name", async () => {
    expect(await act("acts:byHandleAndName", { text: "handle" })).toBe(2);
  });

  test("A-5 what an action did before it failed stays done", async () => {
    expect((await failureOf("acts:addThenFail", { text: "stays" })).message).toContain("failed after adding");
    expect(await count("stays")).toBe(1);
  });

  test("A-6 failures of called functions can be caught, with their data", async () => {
    expect(await act("acts:catches", { text: "caught" })).toEqual({
      isConvexError: true,
      data: { reason: "refused", text: "caught", bytes: new ArrayBuffer(2), big: 7n },
      isError: true,
      message: expect.stringContaining("the mutation broke") as string,
      count: 0,
    });
  });

  test("A-7 a failure shows message, request id and the developer's own lines", async () => {
    const { message } = await failureOf("acts:addThenFail", { text: "frames" });
    expect(message).toMatch(/^\[Request ID: [0-9a-f]{16}\] Server Error\nUncaught Error: failed after adding\n {4}at handler \(\.\.\/convex\/acts\.ts:\d+:\d+\)/);
  });

  test("A-7 a ConvexError keeps its data, over HTTP, sockets and other actions", async () => {
    const data = { code: 7, big: 3n, list: ["a"] };
    for (const run of [() => act("acts:throwData", { data }), () => server.client().action(actionNamed("acts:throwData"), { data }), () => act("acts:throwDataDeep", { data })]) {
      const error = await run().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ConvexError);
      expect((error as ConvexError<Value>).data).toEqual(data);
    }
    const text = await act("acts:throwData", { data: "only text" }).catch((thrown: unknown) => thrown);
    expect((text as ConvexError<string>).data).toBe("only text");
  });

  test("A-8 called functions act as the same user", async () => {
    const identity = Buffer.from(JSON.stringify({ subject: "s", issuer: "https://issuer.test", name: "Someone" })).toString("base64");
    const response = await fetch(`${server.url}/api/action`, {
      method: "POST",
      headers: { Authorization: `Convex ${ADMIN_KEY}:${identity}`, "Content-Type": "application/json" },
      body: JSON.stringify({ path: "acts:whoAmI", args: {}, format: "json" }),
    });
    expect(await response.json()).toMatchObject({ value: ["Someone", "Someone"] });
    expect(await act("acts:whoAmI")).toEqual([null, null]);
  });

  test("A-9 what it prints reaches the caller and the log", async () => {
    const response = await fetch(`${server.url}/api/action`, { method: "POST", body: JSON.stringify({ path: "acts:prints", args: {}, format: "json" }), headers: { "Content-Type": "application/json" } });
    const { logLines } = (await response.json()) as { logLines: string[] };
    expect(logLines).toEqual(["[LOG] 'before' { a: 1 }", expect.stringMatching(/^\[ERROR\] Error: shown with its frames\n {4}at handler \(\.\.\/convex\/acts\.ts:\d+:\d+\)/)]);
    const log = await fetch(`${server.url}/api/stream_function_logs?cursor=0`, { headers: { Authorization: `Convex ${ADMIN_KEY}` } });
    const { entries } = (await log.json()) as { entries: { udfType: string; identifier: string; caller: string; logLines: { messages: string[] }[] }[] };
    const printed = entries.filter(({ identifier, udfType }) => identifier === "acts:prints" && udfType === "Action").flatMap((entry) => entry.logLines);
    expect(printed).toMatchObject([{ messages: ["'before' { a: 1 }"] }, {}]);
    const nested = entries.filter(({ identifier, logLines: lines }) => identifier === "notes:add" && lines[0]?.messages[0] === "'adding' 'printed'");
    expect(nested).toHaveLength(1);
    expect(nested[0]).toMatchObject({ udfType: "Mutation", caller: "Action" });
  });

  test("A-12 ctx", async () => {
    expect(await act("acts:context")).toMatchObject({
      keys: ["auth", "meta", "runAction", "runMutation", "runQuery", "scheduler", "storage", "vectorSearch"],
      meta: { name: "acts:context", componentPath: "" },
      deployment: { name: "rivulet", region: null },
      request: { requestId: expect.stringMatching(/^[0-9a-f]{16}$/) as string, scheduledFunctionId: null },
    });
  });
});

describe("A-10 side by side", () => {
  test("mutations, queries and other actions of a client do not wait for an action", async () => {
    const client = server.client();
    const waiting = client.action(actionNamed("acts:waitAtGate"), { name: "side" });
    await until(async () => (await client.query(queryNamed("notes:count"), { text: "running side" })) === 1, "the action to run");
    expect(await client.action(actionNamed("acts:echo"), { value: 1 })).toBe(1);
    await client.mutation(mutationNamed("notes:openGate"), { name: "side" });
    expect(await waiting).toBe("first");
  });
});
