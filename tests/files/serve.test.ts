/** Serving files: the answers to GET and HEAD, as browsers, players and proxies ask. Numbers of docs/spec/files.md. */
import { readdir, readlink } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../harness.js";
import { bytesOf, FilesApp, sha256, someBytes } from "./files-app.js";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

let app: FilesApp;
const bytes = someBytes(1000);
let url: string;
let empty: string;

beforeAll(async () => {
  app = await FilesApp.start();
  url = await app.urlOf(await app.store(bytes, "image/png"));
  empty = await app.urlOf(await app.store(null, "image/png"));
});

afterAll(() => app[Symbol.asyncDispose]());

const etag = (content: Uint8Array): string => `"${sha256(content).toString("hex")}"`;

describe("URLs", () => {
  test("FI-20 are of the deployment's origin, end in a UUID, and stay the same", async () => {
    expect(url.slice(0, url.lastIndexOf("/"))).toBe(`${app.server.url}/api/storage`);
    expect(url.slice(url.lastIndexOf("/") + 1)).toMatch(UUID);
    const storageId = await app.store("x");
    const made = await app.urlOf(storageId);
    await app.server.stop();
    await app.server.start();
    expect(await app.urlOf(storageId)).toBe(made);
    expect(await (await fetch(made)).text()).toBe("x");
  });

  test("FI-21 of no file, or of none that could be, are 404 in JSON", async () => {
    const name = url.slice(url.lastIndexOf("/") + 1);
    const other = (name.startsWith("0") ? "1" : "0") + name.slice(1);
    const storageId = await app.store("x");
    for (const wrong of [other, "00000000-0000-0000-0000-000000000000", storageId, name.replaceAll("-", ""), `${name}x`, `${name}/`, "", "..%2f..%2fadmin-keys.json", "%00", "x".repeat(5000)]) {
      const response = await fetch(`${app.server.url}/api/storage/${wrong}`);
      expect({ wrong, status: response.status, body: await response.json() }).toEqual({ wrong, status: 404, body: { code: "FileNotFound", message: expect.any(String) as string } });
    }
  });

  test("FI-21 lead to no other file of the server, however they are written", async () => {
    const { hostname, port } = new URL(app.server.url);
    for (const path of ["/api/storage/../../admin-keys.json", "/api/storage/..%2f..%2fdata.mdb", "/api/storage//etc/passwd", "/api/storage/./x"]) {
      const socket = connect(Number(port), hostname);
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      const reply = await new Promise<string>((resolve) => {
        let text = "";
        socket.setEncoding("latin1").on("data", (part: string) => (text += part)).on("close", () => resolve(text));
      });
      expect(reply).toMatch(/^HTTP\/1\.1 404 /);
    }
  });
});

describe("GET", () => {
  test("FI-22 gives the bytes, with type, length, digest and tag", async () => {
    const response = await fetch(url);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "image/png",
      "content-length": "1000",
      "accept-ranges": "bytes",
      "cache-control": "private, max-age=2592000",
      digest: `sha-256=${sha256(bytes).toString("base64")}`,
      etag: etag(bytes),
      "x-content-type-options": "nosniff",
      "access-control-allow-origin": "*",
    });
    expect(await bytesOf(response)).toEqual(bytes);
  });

  test("FI-22 any query in the address is ignored", async () => {
    expect((await fetch(`${url}?v=2&token=x`)).status).toBe(200);
  });

  test("FI-22 a file without a type is served as bytes", async () => {
    expect((await app.get(await app.store(someBytes(3)))).headers.get("content-type")).toBe("application/octet-stream");
  });

  test("FI-23 HEAD says the same without the bytes, ranges or not", async () => {
    const [got, head] = [await fetch(url), await fetch(url, { method: "HEAD", headers: { Range: "bytes=0-1" } })];
    await got.body?.cancel();
    expect(head.status).toBe(200);
    for (const name of ["content-type", "content-length", "digest", "etag", "accept-ranges", "cache-control"]) expect(head.headers.get(name)).toBe(got.headers.get(name));
    expect((await bytesOf(head)).length).toBe(0);
    expect((await fetch(`${url}0`, { method: "HEAD" })).status).toBe(404);
  });

  test("FI-23 other methods are refused", async () => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
      const response = await fetch(url, { method, body: "x" });
      expect({ status: response.status, allow: response.headers.get("allow") }).toEqual({ status: 405, allow: "GET, HEAD" });
    }
  });

  test("FI-24 If-None-Match: 304 while the file is what the client has", async () => {
    for (const value of [etag(bytes), `W/${etag(bytes)}`, `"other", ${etag(bytes)}`, "*"]) {
      const response = await fetch(url, { headers: { "If-None-Match": value } });
      expect({ status: response.status, etag: response.headers.get("etag"), body: await response.text() }).toEqual({ status: 304, etag: etag(bytes), body: "" });
    }
    expect((await fetch(url, { headers: { "If-None-Match": '"other"' } })).status).toBe(200);
  });
});

describe("ranges", () => {
  test.each([
    ["bytes=0-99", 0, 99],
    ["bytes=100-", 100, 999],
    ["bytes=-1", 999, 999],
    ["bytes=-100", 900, 999],
    ["bytes=-5000", 0, 999],
    ["bytes=990-5000", 990, 999],
    ["bytes=999-999", 999, 999],
    ["bytes=0-0", 0, 0],
    ["bytes=500-99999999999999999999", 500, 999],
    [" bytes = 1 - 2 ", 1, 2],
  ])("FI-25 %s", async (range, start, end) => {
    const response = await fetch(url, { headers: { Range: range } });
    expect({ status: response.status, range: response.headers.get("content-range"), length: response.headers.get("content-length") }).toEqual({
      status: 206,
      range: `bytes ${start}-${end}/1000`,
      length: String(end - start + 1),
    });
    expect(await bytesOf(response)).toEqual(bytes.subarray(start, end + 1));
  });

  test.each(["bytes=1000-", "bytes=5000-6000", "bytes=-0", "bytes=99999999999999999999-"])("FI-26 %s is 416", async (range) => {
    const response = await fetch(url, { headers: { Range: range } });
    expect({ status: response.status, range: response.headers.get("content-range"), digest: response.headers.get("digest") }).toEqual({ status: 416, range: "bytes */1000", digest: null });
    expect(await response.json()).toMatchObject({ code: "RangeNotSatisfiable" });
  });

  test.each(["bytes=5-1", "bytes=-", "bytes=a-b", "bytes=0-1,5-6", "items=0-1", "bytes", "bytes=0-1-2", "bytes=0x1-2"])("FI-27 %s counts as none", async (range) => {
    const response = await fetch(url, { headers: { Range: range } });
    expect(response.status).toBe(200);
    expect(await bytesOf(response)).toEqual(bytes);
  });

  test("FI-26 of a file without bytes none can be had", async () => {
    expect((await fetch(empty, { headers: { Range: "bytes=0-" } })).status).toBe(416);
  });

  test("FI-28 If-Range: a part of what the client has, or the whole", async () => {
    expect((await fetch(url, { headers: { Range: "bytes=0-1", "If-Range": etag(bytes) } })).status).toBe(206);
    for (const ifRange of ['"other"', `W/${etag(bytes)}`, "Sat, 21 Nov 2026 05:00:00 GMT"]) {
      expect((await fetch(url, { headers: { Range: "bytes=0-1", "If-Range": ifRange } })).status).toBe(200);
    }
  });
});

describe("browsers", () => {
  test("FI-29 what can carry script is opened in a sandbox, what cannot is not", async () => {
    const policyOf = async (type: string): Promise<string | null> => (await app.get(await app.store("x", type))).headers.get("content-security-policy");
    for (const type of ["text/html", "TEXT/HTML; charset=utf-8", "image/svg+xml", "application/xhtml+xml", "text/xml", "application/xml", "multipart/x-mixed-replace", "text/javascript", "something", "image/png, text/html"]) {
      expect([type, await policyOf(type)]).toEqual([type, expect.stringMatching(/^sandbox(?!.*allow-same-origin)/)]);
    }
    for (const type of ["image/png", "image/jpeg; q=1", "video/mp4", "audio/mpeg", "application/pdf", "text/plain;charset=UTF-8", "application/json", "font/woff2"]) {
      expect([type, await policyOf(type)]).toEqual([type, null]);
    }
  });

  test("FI-30 pages of any origin may upload and read, and see the headers", async () => {
    const preflight = await fetch(await app.uploadUrl(), {
      method: "OPTIONS",
      headers: { Origin: "https://app.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,digest" },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe("https://app.example");
    expect(preflight.headers.get("access-control-allow-methods")).toContain("POST");
    expect(preflight.headers.get("access-control-allow-headers")).toMatch(/Content-Type.*Digest.*Range/);
    const response = await fetch(url, { headers: { Origin: "https://app.example" } });
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("access-control-expose-headers")).toMatch(/Digest.*ETag.*Content-Range/);
    const refused = await fetch(`${app.server.url}/api/storage/upload`, { method: "POST", headers: { Origin: "https://app.example" } });
    expect({ status: refused.status, origin: refused.headers.get("access-control-allow-origin") }).toEqual({ status: 400, origin: "*" });
  });
});

test("FI-31 a client that stops reading, or goes away, costs nothing and hinders nobody", async () => {
  const large = await app.urlOf(await app.store(someBytes(8 * 2 ** 20)));
  const { hostname, port, pathname } = new URL(large);
  const sockets = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const socket = connect(Number(port), hostname).pause();
      socket.on("error", () => undefined); // it is cut off below
      await new Promise((resolve) => socket.write(`GET ${pathname} HTTP/1.1\r\nHost: x\r\n\r\n`, resolve));
      return socket;
    }),
  );
  expect((await bytesOf(await fetch(large))).length).toBe(8 * 2 ** 20);
  for (const socket of sockets) socket.destroy();
  // Its name is the file's id: nothing of the server holds it open.
  await until(async () => !(await openFiles()).some((path) => path.startsWith(join(app.server.dataFolder, "files"))), "the files to be closed");
  expect(app.server.stderr).not.toContain("Storing or reading a file failed");
});

/** What the server has open, by path. */
async function openFiles(): Promise<string[]> {
  const folder = `/proc/${app.server.pid}/fd`;
  return Promise.all((await readdir(folder)).map((name) => readlink(join(folder, name)).catch(() => "")));
}

test("FI-32 what the log says never holds a file's name in URLs or a token", async () => {
  await using own = await FilesApp.start({ flags: ["--log-level", "debug"] });
  const upload = await own.uploadUrl();
  const response = await fetch(upload, { method: "POST", body: "x" });
  const { storageId } = (await response.json()) as { storageId: string };
  const made = await own.urlOf(storageId);
  await (await fetch(made)).text();
  await until(() => own.server.stderr.includes("/api/storage/…"), "the requests to be logged");
  expect(own.server.stderr).not.toContain(made.slice(made.lastIndexOf("/") + 1));
  expect(own.server.stderr).not.toContain(new URL(upload).searchParams.get("token"));
});
