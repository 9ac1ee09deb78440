import { brotliCompressSync, gzipSync } from "node:zlib";
import { connect } from "node:net";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./testing/test-server.suite.js";

interface CallValue {
  readonly path: string;
  readonly functionKind: string;
  readonly args: string;
  readonly atTs: string | null;
  readonly componentPath: string;
  readonly credentials: unknown;
  readonly requestId: string;
}

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ bodyBytesMax: "100kb", frameBytesMax: "50kb" });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

async function callOf(response: Response): Promise<CallValue> {
  expect(response.status).toBe(200);
  return ((await response.json()) as { value: CallValue }).value;
}

async function refusalOf(response: Response): Promise<{ status: number; code: string; message: string }> {
  const { code, message } = (await response.json()) as { code: string; message: string };
  return { status: response.status, code, message };
}

describe("calling functions", () => {
  test.each(["query", "mutation", "action"])("H-1: POST /api/%s calls the function of that kind", async (kind) => {
    const call = await callOf(await server.post(`/api/${kind}`, { path: "test:call", args: { a: [1, "x"] } }));
    expect(call).toMatchObject({ functionKind: kind, path: "test:call", args: '{"a":[1,"x"]}', atTs: null, componentPath: "" });
    expect(call.credentials).toEqual({ type: "none" });
  });

  test("H-1: the public HTTP client gets values, errors with data, and texts of refusals", async () => {
    const client = new ConvexHttpClient(server.url, { logger: false });
    const { args } = (await client.query(anyApi["test"]!["call"]!, { n: 1 })) as CallValue;
    expect(args).toBe('{"n":1}');
    await expect(client.mutation(anyApi["test"]!["fail"]!, {})).rejects.toMatchObject({ message: expect.stringContaining("Server Error") as string, data: { left: 1n } });
    await expect(client.action(anyApi["test"]!["unauthorized"]!, {})).rejects.toThrow('{"code":"Unauthenticated","message":"The token is not valid."}');
  });

  test("H-2: a function's own failure is status 560 with the public error body", async () => {
    const response = await server.post("/api/mutation", { path: "test:fail", args: {}, format: "convex_encoded_json" });
    expect(response.status).toBe(560);
    expect(await response.json()).toEqual({ status: "error", errorMessage: "Server Error", logLines: [], errorData: { left: { $integer: "AQAAAAAAAAA=" } } });
  });

  test("H-3: POST /api/function calls a function of any kind, also in a component", async () => {
    const call = await callOf(await server.post("/api/function", { path: "test:call", args: {}, componentPath: "counter" }));
    expect(call).toMatchObject({ functionKind: "any", componentPath: "counter" });
  });

  test("H-4: consistent queries run at the timestamp of /api/query_ts", async () => {
    const client = new ConvexHttpClient(server.url, { logger: false });
    const call = (await client.consistentQuery(anyApi["test"]!["call"]!, {})) as CallValue;
    expect(call.atTs).toBe("1700000000000000000");
    const refused = await refusalOf(await server.post("/api/query_at_ts", { path: "test:call", args: {} }));
    expect(refused).toMatchObject({ status: 400, code: "BadTimestamp" });
  });

  test.each([
    ["/api/run/messages/list", "messages:list"],
    ["/api/run/folder/messages/list", "folder/messages:list"],
    ["/api/run/messages:list", "messages:list"],
    ["/api/run/messages", "messages"],
  ])("H-5: POST %s runs %s", async (path, name) => {
    const response = await server.post(path, { args: {} });
    expect(response.status).toBe(560);
    expect(await response.json()).toMatchObject({ errorMessage: `Could not find public function for '${name}'.` });
  });

  test("H-6: GET /api/query takes its arguments from the address", async () => {
    const call = await callOf(await server.fetch(`/api/query?path=test:call&args=${encodeURIComponent('{"a":1}')}&format=json`));
    expect(call).toMatchObject({ functionKind: "query", args: '{"a":1}' });
  });

  test("H-7: in the json format, the default, values that JSON lacks are plain; clients get them encoded", async () => {
    const plain = await server.post("/api/query", { path: "test:values", args: {} });
    expect(((await plain.json()) as { value: unknown }).value).toEqual({ integer: "42", bytes: "AQID", list: ["Infinity"], plain: 1.5 });
    const encoded = await server.post("/api/query", { path: "test:values", args: [{}], format: "convex_encoded_json" });
    expect(((await encoded.json()) as { value: unknown }).value).toMatchObject({ integer: { $integer: "KgAAAAAAAAA=" } });
  });

  test.each([
    ["not JSON", "{", "BadJsonBody", /not valid JSON/],
    ["an array", "[]", "BadJsonBody", /must be a JSON object/],
    ["no path", '{"args":{}}', "BadFunctionPath", /"path" must be/],
    ["no arguments", '{"path":"a:b"}', "BadArguments", /"args" must be an object/],
    ["two arguments", '{"path":"a:b","args":[{},{}]}', "BadArguments", /"args" must be an object/],
    ["an unknown format", '{"path":"a:b","args":{},"format":"xml"}', "BadFormat", /not "xml"/],
  ])("H-8: a body that is %s is refused with its cause", async (_what, body, code, message) => {
    const refused = await refusalOf(await server.fetch("/api/query", { method: "POST", body }));
    expect(refused).toMatchObject({ status: 400, code });
    expect(refused.message).toMatch(message);
  });

  test("H-9: a request has an id of 16 hexadecimal digits, in its reply and in its call", async () => {
    const response = await server.post("/api/query", { path: "test:call", args: {} });
    expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f]{16}$/);
    const { requestId } = await callOf(response.clone());
    expect(requestId).toBe(response.headers.get("x-request-id"));
  });
});

describe("bodies", () => {
  test.each([
    ["br", brotliCompressSync],
    ["gzip", gzipSync],
  ] as const)("H-10: bodies compressed with %s are read", async (encoding, compress) => {
    const body = compress(JSON.stringify({ path: "test:call", args: { text: "é" } }));
    const call = await callOf(await server.fetch("/api/query", { method: "POST", body, headers: { "Content-Encoding": encoding } }));
    expect(call.args).toBe('{"text":"é"}');
  });

  test("H-10: other encodings and broken data are refused", async () => {
    const unknown = await server.fetch("/api/query", { method: "POST", body: "x", headers: { "Content-Encoding": "zstd" } });
    expect(await refusalOf(unknown)).toMatchObject({ status: 415, code: "UnsupportedEncoding" });
    const broken = await server.fetch("/api/query", { method: "POST", body: "x", headers: { "Content-Encoding": "gzip" } });
    expect(await refusalOf(broken)).toMatchObject({ status: 400, code: "BadBodyEncoding" });
  });

  test("H-11: a body over the limit is refused, whether it is plain or small until decompressed", async () => {
    const plain = await server.fetch("/api/query", { method: "POST", body: "x".repeat(50_001) });
    expect(await refusalOf(plain)).toMatchObject({ status: 413, code: "RequestTooLarge" });
    const bomb = await server.fetch("/api/deploy2/start_push", { method: "POST", body: brotliCompressSync("x".repeat(100_001)), headers: { "Content-Encoding": "br", Authorization: `Convex ${server.adminKey}` } });
    expect(await refusalOf(bomb)).toMatchObject({ status: 413, message: expect.stringContaining("100000 bytes") as string });
  });

  test("H-11: the refusal arrives while the body is still being sent", async () => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.write("POST /api/query HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    const chunk = "x".repeat(30_000);
    for (let sent = 0; sent < 3; sent++) socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
    const head = await new Promise<string>((resolve) => socket.once("data", (data: Buffer) => resolve(data.toString())));
    socket.destroy();
    expect(head).toMatch(/^HTTP\/1\.1 413 /);
  });
});

describe("credentials", () => {
  const callAs = (authorization: string) => server.post("/api/query", { path: "test:call", args: {} }, { Authorization: authorization });

  test("H-12: a user's token is handed to the engine as it is", async () => {
    expect((await callOf(await callAs("Bearer a.b.c"))).credentials).toEqual({ type: "user", token: "a.b.c" });
  });

  test("H-13: an admin key, alone or acting as a user", async () => {
    expect((await callOf(await callAs(`Convex ${server.adminKey}`))).credentials).toEqual({ type: "admin", keyName: "test", actingAs: null });
    const identity = { subject: "s", issuer: "https://i", name: "Zoë" };
    const encoded = Buffer.from(JSON.stringify(identity)).toString("base64");
    expect((await callOf(await callAs(`Convex ${server.adminKey}:${encoded}`))).credentials).toEqual({ type: "admin", keyName: "test", actingAs: identity });
  });

  test.each([
    ["a wrong secret", () => "Convex test|0000000000000000", 403, "BadAdminKey"],
    ["an unknown key", () => `Convex other|${server.adminKey.slice(5)}`, 403, "BadAdminKey"],
    ["an identity that is none", () => `Convex ${server.adminKey}:xyz`, 400, "BadIdentity"],
    ["another scheme", () => "Basic eDp5", 401, "InvalidAuthHeader"],
  ])("H-14: %s is refused", async (_what, authorization, status, code) => {
    expect(await refusalOf(await callAs(authorization()))).toMatchObject({ status, code });
  });
});

describe("deploy API", () => {
  const headers = () => ({ Authorization: `Convex ${server.adminKey}`, "Convex-Client": "npm-cli-1.48.0" });

  /** Who the audit log is told of. */
  const actor = { keyName: "test", client: { ip: "127.0.0.1", userAgent: "node" } };

  test.each(["get_config_hashes", "get_config", "deploy2/evaluate_push", "deploy2/evaluate_schema", "deploy2/start_push", "deploy2/wait_for_schema", "deploy2/finish_push", "deploy2/report_push_completed"])(
    "H-15: POST /api/%s reaches the engine with its body",
    async (route) => {
      const response = await server.post(`/api/${route}`, { dryRun: false }, headers());
      expect(await response.json()).toEqual({ kind: "deploy", route: route.replace("deploy2/", ""), body: '{"dryRun":false}', actor });
    },
  );

  test("H-15: the admin key may be in the body", async () => {
    const response = await server.post("/api/get_config_hashes", { version: "1.48.0", adminKey: server.adminKey });
    expect(response.status).toBe(200);
    expect(await refusalOf(await server.post("/api/get_config_hashes", { adminKey: "test|no" }))).toMatchObject({ status: 403, code: "BadAdminKey" });
  });

  test("H-16: environment variables, logs, canonical URLs, key check", async () => {
    expect(await (await server.post("/api/update_environment_variables", { changes: [] }, headers())).json()).toEqual({ kind: "updateEnvironment", body: '{"changes":[]}', actor });
    expect(await (await server.fetch("/api/stream_function_logs?cursor=41", { headers: headers() })).json()).toEqual({ entries: [], newCursor: 42 });
    expect(await (await server.fetch("/api/v1/get_canonical_urls", { headers: headers() })).json()).toEqual({ convexCloudUrl: server.url, convexSiteUrl: server.siteUrl });
    expect(await (await server.fetch("/api/check_admin_key", { headers: headers() })).json()).toEqual({ keyName: "test" });
  });

  test.each([
    ["POST", "/api/deploy2/start_push"],
    ["POST", "/api/update_environment_variables"],
    ["GET", "/api/stream_function_logs"],
    ["GET", "/api/v1/get_canonical_urls"],
    ["GET", "/api/check_admin_key"],
  ])("H-17: %s %s needs an admin key", async (method, path) => {
    const init = { method, ...(method === "POST" ? { body: "{}" } : {}) };
    expect(await refusalOf(await server.fetch(path, init))).toMatchObject({ status: 401, code: "AdminKeyRequired" });
  });

  test.each(["/api/import/unheard_of", "/api/export/request/tar", "/api/v1/unheard_of", "/api/unheard_of"])(
    "H-18: the CLI never gets 404, which it would retry: %s",
    async (path) => {
      expect(await refusalOf(await server.post(path, {}, headers()))).toMatchObject({ status: 400, code: "NotSupported" });
    },
  );
});

describe("other routes", () => {
  test("H-19: an unknown API route is 404 in JSON", async () => {
    expect(await refusalOf(await server.fetch("/api/nothing"))).toEqual({ status: 404, code: "NotFound", message: "There is no API route GET /api/nothing." });
  });

  test("H-20: version, name, status page and debug events", async () => {
    expect(await (await server.fetch("/version")).text()).toMatch(/^\d+\.\d+\.\d+/);
    expect(await (await server.fetch("/instance_name")).text()).toBe("rivulet");
    const page = await (await server.fetch("/")).text();
    expect(page).toContain("<h1>Rivulet</h1>");
    expect(page).not.toContain(server.folder);
    expect((await server.post("/api/debug_event", { event: "x" })).status).toBe(204);
  });

  test("H-21: metrics of the process, of requests and of the engine", async () => {
    await server.post("/api/query", { path: "test:call", args: {} });
    const metrics = (authorization?: string) => server.fetch("/metrics", authorization === undefined ? {} : { headers: { Authorization: authorization } });
    for (const [authorization, status, code] of [[undefined, 401, "AdminKeyRequired"], ["Bearer someone", 403, "BadAdminKey"], ["Convex someone", 403, "BadAdminKey"], ["Basic x", 401, "InvalidAuthHeader"]] as const) {
      const refused = await metrics(authorization);
      expect([refused.status, await refused.json()]).toEqual([status, { code, message: expect.any(String) as string }]);
    }
    expect((await metrics(`Convex ${server.adminKey}`)).status).toBe(200);
    const text = await (await metrics(`Bearer ${server.adminKey}`)).text();
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect(text).toMatch(/^rivulet_http_request_seconds_count\{route="\/api\/query",status="200"\} [1-9]\d*$/m);
    expect(text).toMatch(/^rivulet_engine_query_runs_total 7$/m);
    expect(text).toMatch(/^rivulet_engine_live_queries 3$/m);
  });

  test("H-22: browsers of any origin may call", async () => {
    const preflight = await server.fetch("/api/query", { method: "OPTIONS", headers: { Origin: "https://app.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "convex-client,content-type" } });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-headers")).toMatch(/^Content-Type, Authorization, Convex-Client\b/);
    expect(preflight.headers.get("access-control-max-age")).toBe("86400");
    const refused = await server.fetch("/api/query", { method: "POST", body: "{" });
    expect([preflight, refused].map(({ headers }) => headers.get("access-control-allow-origin"))).toEqual(["https://app.example", "*"]);
    // Beacons ask with credentials; replies are not for them.
    expect([preflight, refused].map(({ headers }) => headers.get("access-control-allow-credentials"))).toEqual(["true", null]);
  });

  test.each(["/webhook", "/http/webhook"])("H-23: without HTTP actions %s is 404 in plain text", async (path) => {
    const response = await server.fetch(path);
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    expect(await response.text()).toBe(`Nothing answers GET ${server.url}/webhook.\n`);
  });

  test("H-24: the site port serves HTTP actions only", async () => {
    await using two = await startTestServer({ sitePort: "0", metricsPublic: "yes" });
    expect((await two.fetch("/metrics")).status, "H-21: open where the setting says so").toBe(200);
    expect(two.siteUrl).not.toBe(two.url);
    const response = await fetch(new URL("/api/query?path=test:call", two.siteUrl));
    expect(await response.text()).toBe(`Nothing answers GET ${two.siteUrl}/api/query?path=test:call.\n`);
  });

  test("H-24: without a site port the site is on the main one", () => {
    expect(server.siteUrl).toBe(server.url);
  });
});
