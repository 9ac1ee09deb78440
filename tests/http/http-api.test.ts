/** The public HTTP API as curl sees it: bodies, formats, status codes, headers. Numbers of docs/spec/http.md. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gzipSync } from "node:zlib";
import { ADMIN_KEY, startServer, type TestServer } from "../harness.js";

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ flags: ["--redact-errors", "no", "--frame-bytes-max", "1MiB"] });
  await server.deploy("surface");
});

afterAll(() => server[Symbol.asyncDispose]());

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

async function post(path: string, body: object | string | Uint8Array, headers: Record<string, string> = {}): Promise<Reply> {
  const payload = typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
  return replyOf(await fetch(server.url + path, { method: "POST", headers: { "Content-Type": "application/json", ...headers }, body: payload }));
}

async function replyOf(response: Response): Promise<Reply> {
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> };
}

function query(path: string, args: object, format = "json"): Promise<Reply> {
  return post("/api/query", { path, args, format });
}

async function expectRefusal(reply: Promise<Reply>, status: number, code: string): Promise<void> {
  const { status: seen, body } = await reply;
  expect({ seen, body }).toEqual({ seen: status, body: { code, message: expect.stringMatching(/.{10,}/) as string } });
}

describe("calls", () => {
  test("H-1 POST /api/query, /api/mutation and /api/function answer status, value and log lines", async () => {
    expect(await post("/api/mutation", { path: "live:add", args: { group: "curl", rank: 1 }, format: "json" })).toMatchObject({ status: 200, body: { status: "success", value: expect.stringMatching(/^[0-9a-z]{31,37}$/) as string, logLines: [] } });
    expect((await query("calls:read", { group: "curl" })).body).toEqual({ status: "success", value: [1], logLines: [] });
    expect((await post("/api/function", { path: "calls:read", args: { group: "curl" }, format: "json" })).body).toEqual({ status: "success", value: [1], logLines: [] });
    expect((await post("/api/function", { path: "live:add", args: { group: "curl", rank: 2 }, format: "json" })).body["status"]).toBe("success");
  });

  test("H-1 arguments as an array of one object, as clients send them", async () => {
    expect((await post("/api/query", { path: "calls:read", args: [{ group: "array" }], format: "convex_encoded_json" })).body).toEqual({ status: "success", value: [], logLines: [] });
  });

  test("H-5 POST /api/run/<module>/<function> takes the name from the address", async () => {
    expect((await post("/api/run/calls/read", { args: { group: "run" }, format: "json" })).body).toEqual({ status: "success", value: [], logLines: [] });
    expect((await post("/api/run/live/add", { args: { group: "run", rank: 1 } })).body["status"]).toBe("success");
    expect((await post("/api/run/folder/deep/module/name", { args: {} })).body["value"]).toBe("folder/deep/module:name");
    expect((await post("/api/run/folder%2Fdeep%2Fmodule/name", { args: {} })).body["value"]).toBe("folder/deep/module:name");
  });

  test("H-6 GET /api/query takes its parameters from the address", async () => {
    const parameters = new URLSearchParams({ path: "calls:read", args: JSON.stringify({ group: "get" }), format: "json" });
    expect((await replyOf(await fetch(`${server.url}/api/query?${parameters}`))).body).toEqual({ status: "success", value: [], logLines: [] });
  });

  test("H-1 log lines come along, of failures too", async () => {
    expect((await query("runtime:printMuch", { lines: 2 })).body["logLines"]).toEqual(["[LOG] 0", "[LOG] 1"]);
    expect((await post("/api/mutation", { path: "runtime:printThenFail", args: {}, format: "json" })).body["logLines"]).toEqual(["[LOG] 'before'"]);
  });

  test("H-1 the content type of a request does not matter, the reply's is JSON", async () => {
    const { status, headers } = await post("/api/query", { path: "calls:read", args: { group: "x" }, format: "json" }, { "Content-Type": "text/plain" });
    expect([status, headers.get("content-type")]).toEqual([200, "application/json"]);
  });

  test("H-10 a compressed body is understood", async () => {
    const body = gzipSync(JSON.stringify({ path: "calls:read", args: { group: "zip" }, format: "json" }));
    expect((await post("/api/query", body, { "Content-Encoding": "gzip" })).body["value"]).toEqual([]);
  });
});

describe("formats", () => {
  const ENCODED = { int: { $integer: "BwAAAAAAAAA=" }, bytes: { $bytes: "AP8=" }, nan: { $float: "AAAAAAAA+H8=" }, inf: { $float: "AAAAAAAA8H8=" }, zero: { $float: "AAAAAAAAAIA=" }, list: [{ $integer: "//////////8=" }], number: 1.5 };

  test("H-7 convex_encoded_json goes in and out unchanged", async () => {
    expect((await query("values:echo", { value: ENCODED }, "convex_encoded_json")).body["value"]).toEqual(ENCODED);
  });

  test("H-7 json shows int64 in decimal, bytes in base64, NaN and infinities by name", async () => {
    const { body } = await query("values:echo", { value: ENCODED }, "json");
    expect(body["value"]).toEqual({ int: "7", bytes: "AP8=", nan: "NaN", inf: "Infinity", zero: 0, list: ["-1"], number: 1.5 });
  });

  test("H-7 without a format it is json", async () => {
    expect((await post("/api/query", { path: "values:echo", args: { value: { $integer: "BwAAAAAAAAA=" } } })).body["value"]).toBe("7");
  });

  test("H-7 a field that is called __proto__ is a field", async () => {
    const body = '{"path":"values:echo","format":"json","args":{"value":{"__proto__":{"a":1},"b":2}}}';
    const text = await (await fetch(`${server.url}/api/query`, { method: "POST", body })).text();
    expect(text).toContain('"value":{"__proto__":{"a":1},"b":2}');
  });

  test("H-7 error data follows the format", async () => {
    const encoded = await query("errors:fail", { what: "convex" }, "convex_encoded_json");
    expect(encoded.body["errorData"]).toEqual({ code: { $integer: "AQAAAAAAAAA=" }, bytes: { $bytes: "AQI=" }, list: ["a"] });
    expect((await query("errors:fail", { what: "convex" }, "json")).body["errorData"]).toEqual({ code: "1", bytes: "AQI=", list: ["a"] });
  });
});

describe("failures of functions", () => {
  test("H-2 an error of the function is status 560 with its text and no data", async () => {
    const { status, body } = await query("errors:fail", { what: "error" });
    expect(status).toBe(560);
    expect(body).toEqual({ status: "error", errorMessage: expect.stringMatching(/^\[Request ID: [0-9a-f]{16}\] Server Error\nUncaught Error: plain\n/) as string, logLines: [] });
  });

  test("H-9 the request id in the text is the one in the header", async () => {
    const { headers, body } = await query("errors:fail", { what: "error" });
    expect(body["errorMessage"]).toContain(`[Request ID: ${headers.get("x-request-id")}]`);
  });

  test.each([
    ["unknown", "nowhere:nothing", {}],
    ["internal", "identity:secret", {}],
    ["of another kind", "live:add", { group: "x", rank: 1 }],
    ["called with wrong arguments", "calls:read", { group: 1 }],
  ])("H-2 a function that is %s is a failure of the call, not of the request", async (_what, path, args) => {
    expect(await query(path, args)).toMatchObject({ status: 560, body: { status: "error", logLines: [] } });
  });
});

describe("requests that are refused", () => {
  const GOOD = { path: "calls:read", args: { group: "x" }, format: "json" };

  test.each(["{", "", "null", "[]", "7"])("H-8 a body that is no JSON object: %j", async (body) => {
    await expectRefusal(post("/api/query", body), 400, "BadJsonBody");
  });

  test("H-8 no path, no arguments, arguments that are no object, an unknown format", async () => {
    await expectRefusal(post("/api/query", { ...GOOD, path: undefined }), 400, "BadFunctionPath");
    await expectRefusal(post("/api/query", { ...GOOD, path: 7 }), 400, "BadFunctionPath");
    await expectRefusal(post("/api/query", { ...GOOD, args: undefined }), 400, "BadArguments");
    await expectRefusal(post("/api/query", { ...GOOD, args: "x" }), 400, "BadArguments");
    await expectRefusal(post("/api/query", { ...GOOD, args: [{}, {}] }), 400, "BadArguments");
    await expectRefusal(post("/api/query", { ...GOOD, format: "xml" }), 400, "BadFormat");
  });

  test("H-18 an unknown route is a 404 for people and a 400 for the CLI, which would ask again for half a minute", async () => {
    await expectRefusal(post("/api/nothing", {}), 404, "NotFound");
    await expectRefusal(post("/api/nothing", {}, { "Convex-Client": "npm-cli-1.48.0" }), 400, "NotSupported");
  });

  test("H-11 a body above the limit", async () => {
    await expectRefusal(post("/api/query", { ...GOOD, args: { group: "x".repeat(1024 * 1024) } }), 413, "RequestTooLarge");
  });

  test("H-14 an authorization that is none, a wrong key, a token that nobody can check, an identity that is none", async () => {
    await expectRefusal(post("/api/query", GOOD, { Authorization: "Basic abc" }), 401, "InvalidAuthHeader");
    await expectRefusal(post("/api/query", GOOD, { Authorization: "Convex wrong|key" }), 403, "BadAdminKey");
    await expectRefusal(post("/api/query", GOOD, { Authorization: "Bearer a.b.c" }), 401, "NoAuthProvider");
    await expectRefusal(post("/api/query", GOOD, { Authorization: `Convex ${ADMIN_KEY}:bm90IGpzb24=` }), 400, "BadIdentity");
  });

  test("H-8 after all that it still answers", async () => {
    expect((await post("/api/query", GOOD)).status).toBe(200);
  });
});

describe("timestamps", () => {
  async function now(): Promise<string> {
    return (await post("/api/query_ts", {})).body["ts"] as string;
  }

  test("H-4 query_ts is a timestamp in nanoseconds, at which query_at_ts reads the same again", async () => {
    await post("/api/mutation", { path: "live:add", args: { group: "past", rank: 1 } });
    const ts = await now();
    expect(ts).toMatch(/^\d{19}$/);
    await post("/api/mutation", { path: "live:add", args: { group: "past", rank: 2 } });
    const at = async (when: string): Promise<unknown> => (await post("/api/query_at_ts", { path: "calls:read", args: { group: "past" }, format: "json", ts: when })).body["value"];
    expect(await at(ts)).toEqual([1]);
    expect(await at(await now())).toEqual([1, 2]);
    expect(await at(ts)).toEqual([1]);
  });

  test("H-4 a timestamp that is none, or of the future, is refused", async () => {
    const at = (ts: unknown): Promise<Reply> => post("/api/query_at_ts", { path: "calls:read", args: { group: "past" }, format: "json", ts });
    await expectRefusal(at("yesterday"), 400, "BadTimestamp");
    await expectRefusal(at(undefined), 400, "BadTimestamp");
    const { status, body } = await at(String(BigInt(await now()) + 3_600_000_000_000n));
    expect([status, body["status"]]).toEqual([560, "error"]);
    expect(body["errorMessage"]).toContain("There is no timestamp");
  });
});

describe("browsers", () => {
  test("H-22 any origin may call: preflight and reply say so", async () => {
    const preflight = await fetch(`${server.url}/api/query`, {
      method: "OPTIONS",
      headers: { Origin: "https://app.example.com", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type,convex-client" },
    });
    expect([200, 204]).toContain(preflight.status);
    expect(["*", "https://app.example.com"]).toContain(preflight.headers.get("access-control-allow-origin"));
    expect(preflight.headers.get("access-control-allow-methods")).toContain("POST");
    const allowed = preflight.headers.get("access-control-allow-headers")!.toLowerCase();
    for (const header of ["authorization", "content-type", "convex-client"]) expect(allowed).toContain(header);
    for (const status of [200, 560, 400]) {
      const path = status === 560 ? "nowhere:nothing" : "calls:read";
      const reply = await post("/api/query", { path, args: status === 400 ? 1 : { group: "x" } }, { Origin: "https://app.example.com" });
      expect([reply.status, reply.headers.get("access-control-allow-origin")]).toEqual([status, "*"]);
    }
  });
});
