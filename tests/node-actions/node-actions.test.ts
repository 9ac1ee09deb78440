/** Actions of Node, pushed and called as a developer does. NA-1 to NA-9. */
import { ConvexError, type Value } from "convex/values";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_KEY, copyApp, queryNamed, startServer, until, type TestServer } from "../harness.js";

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
  await server.deploy("node-actions");
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

async function callWithLogs(path: string, args: object): Promise<{ readonly logLines: readonly string[] }> {
  const response = await fetch(`${server.url}/api/action`, { method: "POST", body: JSON.stringify({ path, args, format: "json" }), headers: { "Content-Type": "application/json" } });
  return (await response.json()) as { logLines: string[] };
}

describe("NA-1 ways to call", () => {
  const value = { text: "grüße", big: 2n ** 60n, bytes: new Uint8Array([0, 255]).buffer, list: [1, null, true, -0, Infinity], nested: { a: {} } };

  test("over HTTP and the sync socket, with every kind of value", async () => {
    expect(await act("acts:echo", { value })).toEqual(value);
    expect(await server.client().action(actionNamed("acts:echo"), { value })).toEqual(value);
    expect(await act("acts:nothing")).toBeNull();
    expect(await act("acts:bare", { x: 3 })).toEqual({ x: 3 });
  });

  test("from an action of the default runtime, and by the CLI's run", async () => {
    expect(await act("plain:callsNode")).toMatch(/^v\d+\./);
    const { code, output } = await server.convex(await copyApp("node-actions"), ["run", "acts:hidden"]);
    expect([code, output.trim()]).toEqual([0, expect.stringMatching(/"v\d+\./)]);
  });

  test("arguments and results are validated, internal ones are hidden, kinds are told apart", async () => {
    expect(await act("acts:typed", { n: 4 })).toBe("n=4");
    expect((await failureOf("acts:typed", { n: "4" })).message).toMatch(/ArgumentValidationError[^]*Path: \.n/);
    expect((await failureOf("acts:wrongReturn")).message).toContain("ReturnsValidationError");
    expect((await failureOf("acts:hidden")).message).toContain("Could not find public function for 'acts:hidden'");
    expect((await failureOf("acts:missing")).message).toContain("Could not find public function for 'acts:missing'");
    await expect(server.http().query(queryNamed("acts:echo"), { value: 1 })).rejects.toThrow("as Query, but it is defined as Action.");
  });
});

describe("NA-2 Node", () => {
  test("files", async () => {
    expect(await act("builtins:files", { text: "häh" })).toEqual(["häh", 4]);
  });

  test("bytes in, bytes out, through zlib", async () => {
    const bytes = new Uint8Array(100_000).map((_, i) => i % 7).buffer;
    const { compressed, restored, size } = (await act("builtins:compress", { bytes })) as { compressed: ArrayBuffer; restored: ArrayBuffer; size: number };
    expect(new Uint8Array(restored)).toEqual(new Uint8Array(bytes));
    expect([compressed.byteLength, size < 10_000]).toEqual([size, true]);
  });

  test("a Buffer is no value: an error says so", async () => {
    expect((await failureOf("builtins:bufferAsResult")).message).toContain("is not a supported Convex type");
  });

  test("cryptography", async () => {
    expect(await act("builtins:cryptography", { secret: "key" })).toEqual({
      hmac: "6e9ef29b75fffc5b7abae527d58fdadb2fe42e7219011976917343065f58ed4a",
      isValid: true,
      isUuid: true,
      subtle: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    });
  });

  test("network", async () => {
    expect(await act("builtins:network")).toEqual(["GET /get", "POST /fetch"]);
  });

  test("streams", async () => {
    expect(await act("builtins:streams", { parts: ["ab", "c"] })).toBe("ABC");
  });

  test("events, async context, threads, child processes", async () => {
    expect(await act("builtins:more")).toEqual({ emitted: [1], stored: "inner", answer: 42, child: "2" });
  });

  test("the runtime", async () => {
    expect(await act("builtins:runtime")).toEqual({ version: process.version, platform: process.platform, isProduction: "production", dynamic: "file:///x", globals: ["function", "function", "function", "object", "number"] });
  });
});

describe("what actions of Node ask", () => {
  test("NA-6 queries, mutations and actions of both runtimes, public and internal", async () => {
    expect(await act("acts:calls", { text: "calls" })).toEqual([0, 2, process.version, { big: 5n, bytes: new Uint8Array([1, 2]).buffer }]);
    expect(await count("calls")).toBe(2);
  });

  test("NA-6 many at once", async () => {
    expect(await act("acts:concurrent", { text: "at once", count: 50 })).toBe(50);
  });

  test("NA-6 as the same user", async () => {
    const identity = Buffer.from(JSON.stringify({ subject: "s", issuer: "https://issuer.test", name: "Someone" })).toString("base64");
    const response = await fetch(`${server.url}/api/action`, {
      method: "POST",
      headers: { Authorization: `Convex ${ADMIN_KEY}:${identity}`, "Content-Type": "application/json" },
      body: JSON.stringify({ path: "acts:whoAmI", args: {}, format: "json" }),
    });
    expect(await response.json()).toMatchObject({ value: ["Someone", "Someone"] });
  });

  test("NA-7 failures can be caught, with their data", async () => {
    expect(await act("acts:catches", { text: "caught" })).toEqual({
      isConvexError: true,
      data: { reason: "refused", text: "caught", bytes: new ArrayBuffer(2), big: 7n },
      message: expect.stringContaining("the mutation broke") as string,
    });
  });

  test("NA-7 a ConvexError keeps its data", async () => {
    const data = { code: 7, big: 3n, list: ["a"] };
    for (const run of [() => act("acts:throwData", { data }), () => server.client().action(actionNamed("acts:throwData"), { data })]) {
      const error = await run().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ConvexError);
      expect((error as ConvexError<Value>).data).toEqual(data);
    }
  });
});

describe("what a developer sees", () => {
  test("NA-5 errors with request id, and frames in the developer's files", async () => {
    const { message } = await failureOf("acts:boom", { text: "no good" });
    expect(message).toMatch(/^\[Request ID: [0-9a-f]{16}\] Server Error\nUncaught TypeError: no good\n {4}at fails \(\.\.\/convex\/acts\.ts:\d+:\d+\)\n {4}at handler \(\.\.\/convex\/acts\.ts:\d+:\d+\)/);
  });

  test("NA-4 what is printed, with the caller's answer and in the log", async () => {
    const { logLines } = await callWithLogs("acts:prints", {});
    expect(logLines).toEqual(["[LOG] 'before' { a: 1 }", expect.stringMatching(/^\[ERROR\] Error: shown with its frames\n {4}at handler \(\.\.\/convex\/acts\.ts:\d+:\d+\)/)]);
    const log = await fetch(`${server.url}/api/stream_function_logs?cursor=0`, { headers: { Authorization: `Convex ${ADMIN_KEY}` } });
    const { entries } = (await log.json()) as { entries: { udfType: string; identifier: string; logLines: { messages: string[] }[] }[] };
    const printed = entries.filter(({ identifier, udfType }) => identifier === "acts:prints" && udfType === "Action").flatMap((entry) => entry.logLines);
    expect(printed).toMatchObject([{ messages: ["'before' { a: 1 }"] }, {}]);
  });

  test("NA-4 a bounded number of lines", async () => {
    const { logLines } = await callWithLogs("acts:printsALot", { count: 20_000 });
    expect(logLines).toHaveLength(257);
    expect(logLines.at(-1)).toContain("Log overflow");
  });

  test("NA-3 environment variables, and nothing of the server's", async () => {
    const folder = await copyApp("node-actions");
    expect((await server.convex(folder, ["env", "set", "MODE", "first"])).code).toBe(0);
    const environment = (await act("acts:environment")) as Record<string, string>;
    expect(environment).toMatchObject({ MODE: "first", CONVEX_CLOUD_URL: server.url, CONVEX_SITE_URL: server.url, NODE_ENV: "production", PATH: process.env["PATH"] });
    expect(Object.keys(environment).filter((name) => name.startsWith("RIVULET"))).toEqual([]);
    expect(JSON.stringify(environment)).not.toContain(ADMIN_KEY);
    expect((await server.convex(folder, ["env", "remove", "MODE"])).code).toBe(0);
    expect(await act("acts:environment")).not.toHaveProperty("MODE");
  });

  test("NA-9 the API's description, with validators and places", async () => {
    const { output } = await server.convex(await copyApp("node-actions"), ["function-spec"]);
    expect(output).toMatch(/"identifier": "acts.js:typed"/);
  });
});

test("NA-20 packages: external ones, with what they need themselves, and bundled ones", async () => {
  const { ms, where, equal, enabled } = (await act("packages:all", { text: "2h" })) as { ms: number; where: string[]; equal: boolean; enabled: boolean };
  expect({ ms, equal, enabled }).toEqual({ ms: 7_200_000, equal: true, enabled: false });
  expect(where).toEqual([expect.stringContaining("packages-"), expect.stringContaining("packages-")]);
});

test("100 at once", async () => {
  const results = await Promise.all(Array.from({ length: 100 }, (_, n) => act("acts:echo", { value: n })));
  expect(results).toEqual(Array.from({ length: 100 }, (_, n) => n));
  await until(async () => (await server.metric("rivulet_engine_actions_running")) === 0, "all to have ended");
});
