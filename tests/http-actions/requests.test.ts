/** What an action sees of a request, and what it can ask about it. HA-20 to HA-33. */
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../harness.js";
import { RawConnection } from "./raw-http.js";
import { count, failure, mirrored } from "./site.js";

const LIMIT = 2 * 1024 * 1024;
let server: TestServer;

beforeAll(async () => {
  server = await startServer({ flags: ["--http-body-bytes-max", String(LIMIT)] });
  await server.deploy("http-actions");
});

afterAll(() => server[Symbol.asyncDispose]());

function post(path: string, body: NonNullable<RequestInit["body"]>, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(server.url + path, { method: "POST", body, headers, ...(body instanceof ReadableStream ? { duplex: "half" } : {}) } as RequestInit);
}

function chunked(chunks: Iterable<Uint8Array>): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunks) as ReadableStream<Uint8Array>;
}

describe("head", () => {
  test("HA-20 the address is the one that the client used, or the public one", async () => {
    expect((await mirrored(await fetch(`${server.url}/mirror?a=1&a=2&b=%C3%A9#no`))).url).toBe(`${server.url}/mirror?a=1&a=2&b=%C3%A9`);
    await using own = await startServer({ flags: ["--site-origin", "https://site.example.com"] });
    await own.deploy("http-actions");
    await using connection = await RawConnection.open(own.url);
    connection.send(["GET /.well-known/openid-configuration HTTP/1.1", "Host: site.example.com", "Connection: close"]);
    expect(await connection.closed()).toContain('{"issuer":"the app"}');
    expect((await mirrored(await fetch(`${own.url}/mirror?a=1`, { headers: { Host: "evil.example.com" } }))).url).toBe("https://site.example.com/mirror?a=1");
  });

  test("AU-111 where the app has no other address, its routes come before the documents about the deployment's tokens", async () => {
    expect(await (await fetch(`${server.url}/.well-known/openid-configuration`)).json()).toEqual({ issuer: "the app" });
    expect(await (await fetch(`${server.url}/.well-known/jwks.json`)).json()).toEqual({ keys: [expect.objectContaining({ alg: "ES256" })] });
  });

  test("HA-21 headers: joined, without those of the connection", async () => {
    await using connection = await RawConnection.open(server.url);
    connection.send([
      "POST /mirror HTTP/1.1", "Host: site.test", "X-Many: 1", "X-Many: 2", "Cookie: a=1", "Cookie: b=2", "X-Latin: \xe9", "X-Empty:",
      "TE: trailers", "Keep-Alive: timeout=5", "X-Hop: 1", "Connection: close, X-Hop", "Content-Type: text/plain", "Content-Length: 2",
    ], "hi");
    const received = await connection.closed();
    const { url, headers, body } = JSON.parse(received.slice(received.indexOf("\r\n\r\n") + 4)) as Awaited<ReturnType<typeof mirrored>>;
    expect({ url, body }).toEqual({ url: "http://site.test/mirror", body: "hi" });
    expect(Object.keys(headers).sort()).toEqual(["content-length", "content-type", "cookie", "host", "x-empty", "x-latin", "x-many"]);
    expect(headers).toMatchObject({ "x-many": "1, 2", cookie: "a=1; b=2", "x-empty": "" });
  });

  test.each([
    ["GET /mirror HTTP/1.1", "Host: a b"],
    ["GET /mirror HTTP/1.1", "Host: a/b"],
    ["GET /mirror HTTP/1.1", "Host: user@a"],
    ["OPTIONS * HTTP/1.1", "Host: a"],
  ])("HA-28 %s with %s is refused", async (line, host) => {
    await using connection = await RawConnection.open(server.url);
    connection.send([line, host, "Connection: close"]);
    expect(await connection.closed()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  });

  test("HTTP/1.0 without a Host header", async () => {
    await using connection = await RawConnection.open(server.url);
    connection.send(["GET /mirror HTTP/1.0"]);
    expect(await connection.closed()).toContain('"url":"http://localhost/mirror"');
  });

  test("HA-26 Expect: 100-continue", async () => {
    await using connection = await RawConnection.open(server.url);
    connection.send(["POST /bytes HTTP/1.1", "Host: a", "Expect: 100-continue", "Content-Length: 5", "Connection: close"]);
    await connection.receive("HTTP/1.1 100 Continue\r\n\r\n");
    connection.socket.write("later");
    expect(await connection.closed()).toMatch(/HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nlater$/);
  });
});

describe("HA-22 bodies", () => {
  const binary = Uint8Array.from({ length: 1000 }, (_, i) => i % 256);

  test("bytes, blobs, JSON and text", async () => {
    const echoed = await post("/bytes", binary, { "Content-Type": "application/x-own" });
    expect([echoed.headers.get("content-type"), echoed.headers.get("content-length")]).toEqual(["application/x-own", "1000"]);
    expect(new Uint8Array(await echoed.arrayBuffer())).toEqual(binary);
    expect(await (await post("/blob", new Blob([binary], { type: "image/png" }))).json()).toEqual({ size: 1000, type: "image/png" });
    expect(await (await post("/json", JSON.stringify({ a: ["é", 1, null] }))).json()).toEqual({ a: ["é", 1, null] });
    expect((await mirrored(await post("/mirror", "größe 😀"))).body).toBe("größe 😀");
  });

  test("forms, with files", async () => {
    const form = new FormData();
    form.set("name", "value é");
    form.set("upload", new File(["in the file"], "a.txt", { type: "text/plain" }));
    expect(await (await post("/form", form)).json()).toEqual({ name: "value é", upload: { file: "a.txt", text: "in the file" } });
    expect(await (await post("/form", new URLSearchParams({ a: "1 & 2" }))).json()).toEqual({ a: "1 & 2" });
  });

  test("compressed ones are not taken apart", async () => {
    const zipped = gzipSync("hello");
    const echoed = await post("/bytes", zipped, { "Content-Encoding": "gzip" });
    expect(Buffer.from(await echoed.arrayBuffer()).equals(zipped)).toBe(true);
  });

  test.each([0, 1, 64 * 1024, 64 * 1024 + 1, 1024 * 1024, LIMIT])("of %i bytes, announced and not", async (size) => {
    const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 7) % 251);
    for (const body of [bytes, chunked([bytes.subarray(0, size / 2), bytes.subarray(size / 2)].filter(({ length }) => length > 0))]) {
      const echoed = await post("/bytes", body);
      expect(echoed.status).toBe(200);
      expect(Buffer.from(await echoed.arrayBuffer()).equals(bytes)).toBe(true);
    }
    expect(await (await post("/counted", chunked([bytes].filter(({ length }) => length > 0)))).json()).toEqual({ bytes: size, error: null });
  });

  test("streams are passed on while they come", async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    void writer.write(new TextEncoder().encode("first "));
    const response = await post("/pipe", readable);
    const reader = response.body!.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe("first ");
    void writer.write(new TextEncoder().encode("second"));
    expect(new TextDecoder().decode((await reader.read()).value)).toBe("second");
    await writer.close();
    expect((await reader.read()).done).toBe(true);
  });

  test("GET has none, also where one is sent", async () => {
    await using connection = await RawConnection.open(server.url);
    connection.send(["GET /mirror HTTP/1.1", "Host: a", "Content-Length: 4"], "body");
    connection.send(["GET /empty HTTP/1.1", "Host: a", "Connection: close"]);
    const received = await connection.closed();
    expect(received).toContain('"body":""');
    expect(received.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
  });
});

describe("bounds", () => {
  test("HA-24 a body that is announced as too large", async () => {
    const refused = await failure(await post("/bytes", new Uint8Array(LIMIT + 1)));
    expect(refused).toEqual({ status: 413, code: "RequestTooLarge", message: `The request body is larger than ${LIMIT} bytes, the limit of this server for HTTP actions. Send less, upload a file, or raise --http-body-bytes-max.` });
  });

  test("HA-24 a body that turns out to be", async () => {
    const chunk = new Uint8Array(256 * 1024);
    expect(await failure(await post("/counted", chunked(Array.from({ length: 12 }, () => chunk))))).toMatchObject({ status: 413, code: "RequestTooLarge" });
    expect(await (await post("/counted", chunked([chunk]))).json()).toEqual({ bytes: chunk.length, error: null });
  });

  test("HA-25 a body that is not read, of any size", async () => {
    await using connection = await RawConnection.open(server.url);
    const size = 1024 * 1024;
    connection.send(["POST /ignore HTTP/1.1", "Host: a", `Content-Length: ${size}`], "x".repeat(size));
    await connection.receive("not read");
    connection.send(["GET /empty HTTP/1.1", "Host: a", "Connection: close"]);
    expect((await connection.closed()).match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
  });

  test("HA-23 clients that send slowly hold no executor", async () => {
    const slow = await Promise.all(Array.from({ length: 70 }, () => RawConnection.open(server.url)));
    for (const connection of slow) connection.send(["POST /bytes HTTP/1.1", "Host: a", "Content-Length: 10"], "x");
    expect(await (await post("/bytes", "quick")).text()).toBe("quick");
    expect(await server.metric("rivulet_engine_actions_running")).toBe(0);
    slow[0]!.socket.write("y".repeat(9));
    expect(await slow[0]!.receive(`x${"y".repeat(9)}`)).toContain("200 OK");
    for (const connection of slow) connection.socket.destroy();
  });

  test("a client that goes away in the middle of its body fails the reading", async () => {
    await using connection = await RawConnection.open(server.url);
    connection.send(["POST /counted HTTP/1.1", "Host: a", "Content-Length: 1000000"], "x".repeat(100_000));
    await expect.poll(() => server.metric("rivulet_engine_actions_running")).toBe(1);
    connection.socket.destroy();
    await expect.poll(() => server.metric("rivulet_engine_actions_running")).toBe(0);
  });
});

describe("ctx", () => {
  test("HA-30 calls of functions, internal ones too", async () => {
    const response = await post("/notes", JSON.stringify({ text: "posted" }));
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({ id: expect.stringMatching(/^[0-9a-z]{32}$/) as string, count: 1 });
    expect(await count(server, "posted")).toBe(1);
  });

  test("HA-30 file storage", async () => {
    const { url } = (await (await post("/store", "kept", { "Content-Type": "text/plain" })).json()) as { url: string };
    expect(await (await fetch(url)).text()).toBe("kept");
  });

  test("HA-32 tokens that are not ours refuse nothing but the identity", async () => {
    for (const authorization of ["Bearer sk_live_123", "Bearer a.b.c"]) {
      expect((await fetch(`${server.url}/mirror`, { headers: { Authorization: authorization } })).status).toBe(200);
      expect((await failure(await fetch(`${server.url}/identity`, { headers: { Authorization: authorization } }))).message).toMatch(/token|auth provider/);
    }
    for (const authorization of ["Basic YTpi", "Convex not-a-key", "Bearer", "Digest x=1"]) {
      const response = await fetch(`${server.url}/identity`, { headers: { Authorization: authorization } });
      expect(await response.json()).toEqual({ identity: null, nested: null });
    }
    expect((await mirrored(await fetch(`${server.url}/mirror`, { headers: { Authorization: "Convex not-a-key" } }))).headers).toMatchObject({ authorization: "Convex not-a-key" });
  });

  test("HA-33 what is known of the request", async () => {
    const response = await fetch(`${server.url}/meta`, { headers: { "User-Agent": "tests/1.0", "X-Forwarded-For": "203.0.113.7, 10.0.0.1" } });
    expect(await response.json()).toMatchObject({
      keys: ["auth", "meta", "runAction", "runMutation", "runQuery", "scheduler", "storage", "vectorSearch"],
      request: { ip: "203.0.113.7", userAgent: "tests/1.0", requestId: response.headers.get("x-request-id"), scheduledFunctionId: null },
    });
  });
});
