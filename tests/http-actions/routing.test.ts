/** Which requests are the app's, and which of its routes takes them. HA-1 to HA-14. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_KEY, copyApp, startServer, type TestServer } from "../harness.js";
import { RawConnection } from "./raw-http.js";
import { failure, mirrored } from "./site.js";

let server: TestServer;
let siteUrl: string;

beforeAll(async () => {
  server = await startServer({ flags: ["--site-port", "0"] });
  const origins = await fetch(`${server.url}/api/v1/get_canonical_urls`, { headers: { Authorization: `Convex ${ADMIN_KEY}` } });
  siteUrl = ((await origins.json()) as { convexSiteUrl: string }).convexSiteUrl;
  await server.deploy("http-actions");
});

afterAll(() => server[Symbol.asyncDispose]());

describe("HA-1 where the app is reached", () => {
  test("on the main port, below /http/ and on the site port", async () => {
    for (const address of [`${server.url}/below/deeper/exact`, `${server.url}/http/below/deeper/exact`, `${siteUrl}/below/deeper/exact`]) {
      expect(await (await fetch(address)).text()).toBe("exact");
    }
  });

  test("the app sees the path without /http", async () => {
    const { pathname } = new URL((await mirrored(await fetch(`${server.url}/http/mirror`))).url);
    expect(pathname).toBe("/mirror");
  });

  test("on the site port every path is the app's", async () => {
    for (const path of ["/version", "/metrics", "/api/query?path=notes:count", "/api/check_admin_key", "/"]) {
      const response = await fetch(siteUrl + path);
      expect([response.status, await response.text()]).toEqual([404, `No HttpAction routed for ${path.split("?")[0]}`]);
    }
  });
});

describe("HA-2 what stays the server's own on the main port", () => {
  test("pages, the function API and the deploy API", async () => {
    expect(await (await fetch(`${server.url}/instance_name`)).text()).toBe("rivulet");
    expect(await (await fetch(`${server.url}/api/query?path=notes:count&args={"text":"none"}`)).json()).toMatchObject({ status: "success", value: 0 });
    expect(await failure(await fetch(`${server.url}/api/check_admin_key`))).toMatchObject({ status: 401, code: "AdminKeyRequired" });
    expect(await failure(await fetch(`${server.url}/api/get_config`))).toMatchObject({ status: 404, code: "NotFound" });
    expect(await failure(await fetch(`${server.url}/api/export/zip/1`))).toMatchObject({ status: 401, code: "AdminKeyRequired" });
    expect(await failure(await fetch(`${server.url}/api/1.48.0/sync`))).toMatchObject({ status: 404, code: "NotFound" });
  });

  test("AU-111 the documents about its own tokens, where the app has another address", async () => {
    expect(await (await fetch(`${server.url}/.well-known/openid-configuration`)).json()).toMatchObject({ issuer: server.url });
    expect(await (await fetch(`${siteUrl}/.well-known/openid-configuration`)).json()).toEqual({ issuer: "the app" });
    expect((await fetch(`${siteUrl}/.well-known/jwks.json`)).status).toBe(404);
  });

  test("what the CLI asks for", async () => {
    const response = await fetch(`${server.url}/api/auth/session`, { headers: { "Convex-Client": "npm-cli-1.48.0" } });
    expect(await failure(response)).toMatchObject({ status: 400, code: "NotSupported" });
  });

  test("other paths below /api/ are the app's, preflights too", async () => {
    expect(await (await fetch(`${server.url}/api/auth/session`)).json()).toEqual({ user: null });
    const preflight = await fetch(`${server.url}/api/auth/session`, { method: "OPTIONS", headers: { Origin: "https://app.example.com", "Access-Control-Request-Method": "GET" } });
    expect(preflight.status).toBe(404);
  });
});

describe("where there is no route", () => {
  test("HA-3 the server's page, and 404 in JSON below /api/", async () => {
    expect(await (await fetch(server.url)).text()).toContain("<h1>Rivulet</h1>");
    const response = await fetch(`${server.url}/api/nothing`);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(await failure(response)).toEqual({ status: 404, code: "NotFound", message: "There is no API route GET /api/nothing." });
  });

  test("HA-11 the router's own answer", async () => {
    const response = await fetch(`${server.url}/no/such?a=1`);
    expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([404, "text/plain;charset=UTF-8", "No HttpAction routed for /no/such"]);
    expect((await fetch(`${server.url}/notes`)).status).toBe(404); // POST only
    expect((await fetch(`${server.url}/mirror/`)).status).toBe(404);
    expect((await fetch(`${server.url}/below`)).status).toBe(404);
  });
});

describe("HA-10 the router", () => {
  test("exact before prefix, long before short, case and encoding as sent", async () => {
    expect(await (await fetch(`${siteUrl}/below/deeper/exact`)).text()).toBe("exact");
    expect(await (await fetch(`${siteUrl}/below/deeper/other`)).text()).toBe("deeper");
    for (const path of ["/below/", "/below/a/b/c", "/below/x%2Fy", "/below/%C3%A9", "/below/a?b=/below/deeper/exact&c=%20+"]) {
      expect((await mirrored(await fetch(siteUrl + path))).url).toBe(siteUrl + path);
    }
    expect((await fetch(`${siteUrl}/Mirror`)).status).toBe(404);
    expect((await fetch(`${siteUrl}/%6dirror`)).status).toBe(404);
  });
});

describe("methods", () => {
  test.each(["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])("HA-12 %s", async (method) => {
    for (const path of ["/mirror", "/below/any"]) {
      const response = await fetch(siteUrl + path, { method, ...(method === "GET" ? {} : { body: `by ${method}` }) });
      expect(await mirrored(response)).toMatchObject({ method, body: method === "GET" ? "" : `by ${method}` });
    }
  });

  test("HA-12 HEAD runs the route of GET and has no body", async () => {
    await using connection = await RawConnection.open(siteUrl);
    connection.send(["HEAD /head HTTP/1.1", "Host: a"]);
    connection.send(["HEAD /stream/endless HTTP/1.1", "Host: a"]);
    connection.send(["GET /empty HTTP/1.1", "Host: a", "Connection: close"]);
    const received = await connection.closed();
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*content-length: 6\r\n[^]*x-seen: HEAD\r\n[^]*?\r\n\r\nHTTP\/1\.1 200 OK\r\n[^]*?\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
    expect(received).not.toContain("a body");
    expect((await fetch(`${siteUrl}/notes`, { method: "HEAD" })).status).toBe(404);
  });

  test("HA-13 others have no route; TRACE is refused", async () => {
    const status = (method: string): Promise<number> =>
      new Promise((resolve, reject) => httpRequest(`${siteUrl}/mirror`, { method, agent: false }, (response) => { response.resume(); resolve(response.statusCode!); }).on("error", reject).end());
    expect(await Promise.all(["PROPFIND", "PURGE", "SEARCH"].map(status))).toEqual([404, 404, 404]);
    expect(await status("TRACE")).toBe(405);
    await using connection = await RawConnection.open(siteUrl);
    connection.send(["BREW /mirror HTTP/1.1", "Host: a"]);
    expect(await connection.closed()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  });
});

test("HA-14 cross-origin headers are the app's own", async () => {
  const preflight = await fetch(`${server.url}/cors`, { method: "OPTIONS", headers: { Origin: "https://app.example.com", "Access-Control-Request-Method": "POST" } });
  expect([preflight.status, preflight.headers.get("access-control-allow-origin"), preflight.headers.get("access-control-allow-methods"), preflight.headers.get("access-control-allow-headers")]).toEqual([204, "https://app.example.com", "POST", null]);
  expect((await fetch(`${server.url}/cors`)).headers.get("access-control-allow-origin")).toBe("https://app.example.com");
  const plain = await fetch(`${server.url}/mirror`);
  expect([...plain.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
});

test("HA-4, HA-5 an app without routes, with routes, and with others", async () => {
  await using own = await startServer();
  const text = async (path: string) => await (await fetch(own.url + path)).text();
  expect(await text("/hello")).toBe("Nothing answers GET /hello: this deployment has no HTTP actions. Define routes with httpRouter() in convex/http.ts, and push.\n");
  const folder = await copyApp("basics");
  await own.deploy(folder);
  expect((await fetch(`${own.url}/hello`)).status).toBe(404);
  const route = (path: string) => `
    import { httpRouter } from "convex/server";
    import { httpAction } from "./_generated/server";
    const http = httpRouter();
    http.route({ path: "${path}", method: "GET", handler: httpAction(async () => new Response("at ${path}")) });
    export default http;`;
  await writeFile(join(folder, "convex", "http.ts"), route("/hello"));
  await own.deploy(folder);
  expect(await text("/hello")).toBe("at /hello");
  await writeFile(join(folder, "convex", "http.ts"), route("/"));
  await own.deploy(folder);
  expect(await text("/hello")).toBe("No HttpAction routed for /hello");
  expect(await text("/")).toBe("at /");
});
