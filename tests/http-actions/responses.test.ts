/** What a client gets of a Response, and of what is none. HA-40 to HA-42, HA-48, HA-50 to HA-57. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../harness.js";
import { RawConnection } from "./raw-http.js";
import { failure, logOf } from "./site.js";

const LIMIT = 2 * 1024 * 1024;
let server: TestServer;

beforeAll(async () => {
  server = await startServer({ flags: ["--http-body-bytes-max", String(LIMIT), "--action-time-max", "3s"] });
  await server.deploy("http-actions");
});

afterAll(() => server[Symbol.asyncDispose]());

const get = (path: string, init?: RequestInit): Promise<Response> => fetch(server.url + path, init);

async function raw(path: string): Promise<string> {
  await using connection = await RawConnection.open(server.url);
  connection.send([`GET ${path} HTTP/1.1`, "Host: a", "Connection: close"]);
  return await connection.closed();
}

describe("HA-40 as the app makes it", () => {
  test("status, reason and body", async () => {
    expect(await raw("/teapot")).toMatch(/^HTTP\/1\.1 418 I'm a Teapot\r\n[^]*content-type: text\/plain;charset=UTF-8\r\n[^]*\r\n\r\nshort and stout$/);
    expect(await raw("/empty")).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*Content-Length: 0\r\n[^]*\r\n\r\n$/);
    const redirect = await get("/redirect", { redirect: "manual" });
    expect([redirect.status, redirect.headers.get("location")]).toEqual([302, "https://example.com/there"]);
  });

  test("headers, each Set-Cookie on its own", async () => {
    const { headers } = await get("/cookies");
    expect(headers.getSetCookie()).toEqual(["a=1; Path=/", "b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT"]);
    expect([headers.get("x-one"), headers.get("x-many")]).toEqual(["1", "1, 2"]);
  });

  test("HA-41 what is added and what is left out", async () => {
    const received = await raw("/hopByHop");
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\nX-Request-Id: [0-9a-f]{16}\r\n/);
    expect(received).toContain("date: Wed, 21 Oct 2015 07:28:00 GMT\r\n");
    expect(received).not.toMatch(/timeout=1|gzip|h2c/);
    expect(received).toMatch(/\r\nContent-Length: 5\r\n[^]*\r\n\r\nplain$/);
    expect((await get("/stream/transform")).headers.get("transfer-encoding")).toBe("chunked");
    expect((await get("/length")).headers.get("content-length")).toBe("17");
  });

  test.each([204, 205, 304])("HA-42 %i has no body", async (status) => {
    await using connection = await RawConnection.open(server.url);
    connection.send([`GET /${status} HTTP/1.1`, "Host: a"]);
    connection.send(["GET /teapot HTTP/1.1", "Host: a", "Connection: close"]);
    const received = await connection.closed();
    expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*?\\r\\n\\r\\nHTTP/1\\.1 418 `));
    expect(received).not.toContain("chunked");
  });

  test("HA-43 compressed bytes", async () => {
    const response = await get("/gzip");
    expect([response.headers.get("content-encoding"), await response.text()]).toEqual(["gzip", "hello"]);
  });

  test("the connection is used again", async () => {
    await using connection = await RawConnection.open(server.url);
    for (let n = 1; n <= 3; n++) {
      connection.send(["GET /stream/drip HTTP/1.1", "Host: a"]);
      await expect.poll(() => connection.received.match(/HTTP\/1\.1 200 OK/g)?.length).toBe(n);
    }
    expect(connection.isClosed).toBe(false);
  });

  test("HA-48 what fetch gave is passed on", async () => {
    const response = await get(`/proxy?url=${encodeURIComponent(`${server.url}/gzip`)}`);
    expect([response.status, response.headers.get("content-encoding"), await response.text()]).toEqual([200, null, "hello"]);
  });
});

describe("failures", () => {
  test("HA-50 an error is 500 in JSON, with the developer's own lines", async () => {
    const response = await get("/fails/throws");
    const requestId = response.headers.get("x-request-id")!;
    const { status, code, message } = await failure(response);
    expect({ status, code }).toEqual({ status: 500, code: "InternalServerError" });
    expect(message).toMatch(new RegExp(`^\\[Request ID: ${requestId}\\] Server Error\\nUncaught Error: it broke\\n {4}at .* \\(\\.\\./convex/http\\.ts:\\d+:\\d+\\)`));
    expect((await failure(await get("/fails/throwsText"))).message).toMatch(/Server Error\nUncaught only text$/);
  });

  test("HA-50 a ConvexError has its data", async () => {
    expect(await failure(await get("/fails/convexError"))).toMatchObject({ status: 500, errorData: { reason: "refused", big: { $integer: "BwAAAAAAAAA=" } } });
  });

  test.each([
    ["/fails/nothing", "An HTTP action must return a Response, and this one returned undefined."],
    ["/fails/object", "this one returned a value of type Object."],
    ["/fails/text", "this one returned a value of type String."],
    ["/fails/error", "An HTTP action returned `Response.error()`, which can't be sent."],
    ["/fails/injection", "is an invalid header value"],
    ["/fails/injectionInName", "is an invalid header name"],
    ["/fails/usedBody", "The body of the Response has been read before it was returned."],
    ["/fails/textStream", "The stream of a Response must give Uint8Array chunks, not a value of type String."],
    ["/tooLong", "The header Content-Length of a Response says 4 bytes, and its body has at least 19."],
    ["/tooShort", "The header Content-Length of a Response says 40 bytes, and its body has 4."],
  ])("HA-52, HA-53 %s fails by name", async (path, message) => {
    const response = await get(path);
    expect(response.headers.getSetCookie()).toEqual([]);
    const failed = await failure(response);
    expect(failed.status).toBe(500);
    expect(failed.message).toContain(message);
  });

  test("HA-53 a length that is none is left out", async () => {
    const response = await get("/badLength");
    expect([response.headers.get("content-length"), await response.text()]).toEqual(["4", "fine"]);
  });

  test("HA-54 too large a body", async () => {
    const large = await failure(await get(`/stream/zeros?bytes=${LIMIT + 1}&step=${LIMIT + 1}`));
    expect(large.message).toContain(`The response of an HTTP action is larger than ${LIMIT} bytes`);
    expect((await (await get(`/stream/zeros?bytes=${LIMIT}`)).arrayBuffer()).byteLength).toBe(LIMIT);
    const response = await get("/stream/endless");
    expect(response.status).toBe(200);
    await expect(response.arrayBuffer()).rejects.toThrow("terminated");
    expect((await logOf(server, response.headers.get("x-request-id")!)).error).toContain(`larger than ${LIMIT} bytes`);
  });

  test.each([
    ["/fails/loop", "Action execution timed out (maximum duration: 3s)"],
    ["/fails/memory", "The action failed: it ran out of memory (limit 64 MB)"],
  ])("HA-55 %s fails alone", async (path, message) => {
    const [failed, other] = await Promise.all([get(path), get("/teapot")]);
    expect(other.status).toBe(418);
    expect((await failure(failed)).message).toContain(message);
  });
});

describe("HA-57 the function log", () => {
  test("has type, route, lines and failure", async () => {
    const logged = await get("/logs");
    expect(await logOf(server, logged.headers.get("x-request-id")!)).toMatchObject({ udfType: "HttpAction", identifier: "GET /logs", caller: "HttpEndpoint", error: null, logLines: [{ level: "LOG", messages: ["'printed' { a: 1 }"] }] });
    const failed = await get("/fails/throws");
    expect((await logOf(server, failed.headers.get("x-request-id")!)).error).toMatch(/^Uncaught Error: it broke/);
  });

  test.each([
    ["GET", "/below/a/b", "GET /below/*"],
    ["GET", "/below/deeper/x", "GET /below/deeper/*"],
    ["HEAD", "/head", "GET /head"],
    ["PUT", "/mirror?secret=1", "PUT /mirror"],
    ["GET", "/no/such", "GET /no/such"],
  ])("%s %s is %s", async (method, path, identifier) => {
    const response = await get(path, { method });
    expect((await logOf(server, response.headers.get("x-request-id")!)).identifier).toBe(identifier);
  });
});

test("HA-50 redacted errors", async () => {
  await using own = await startServer({ flags: ["--redact-errors", "yes"] });
  await own.deploy("http-actions");
  const { message, code } = await failure(await fetch(`${own.url}/fails/throws`));
  expect(code).toBe("InternalServerError");
  expect(message).toMatch(/^\[Request ID: [0-9a-f]{16}\] Server Error$/);
  expect(await failure(await fetch(`${own.url}/fails/convexError`))).toMatchObject({ message: expect.stringMatching(/Server Error$/) as string, errorData: { reason: "refused" } });
});
