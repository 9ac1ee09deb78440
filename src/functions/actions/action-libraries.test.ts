/** Packages that apps bundle for the default runtime, and callbacks that the server calls. */
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { compile } from "../sandbox/bundle.suite.js";
import type { ModuleCode } from "../sandbox/module-code.js";
import { TestActions, TestServer } from "./action-sandbox.suite.js";

const SOURCE = `
import { action } from "./_generated/server";
import { ConvexError, convexToJson, jsonToConvex } from "convex/values";
import { AwsClient } from "aws4fetch";
import * as jose from "jose";
import { z } from "zod";

export const tokens = action(async () => {
  const results: any[] = [];
  for (const algorithm of ["RS256", "ES256", "EdDSA", "PS256"]) {
    const { publicKey, privateKey } = await jose.generateKeyPair(algorithm, { extractable: true });
    const token = await new jose.SignJWT({ name: "x" }).setProtectedHeader({ alg: algorithm, kid: "1" }).setIssuer("issuer").setExpirationTime("1h").sign(privateKey);
    const keys = jose.createLocalJWKSet({ keys: [{ ...(await jose.exportJWK(publicKey)), kid: "1", alg: algorithm }] });
    results.push((await jose.jwtVerify(token, keys, { issuer: "issuer" })).payload.name);
    results.push(await jose.jwtVerify(token.slice(0, -4) + "AAAA", publicKey).catch((error) => error.code));
    results.push((await jose.importPKCS8(await jose.exportPKCS8(privateKey), algorithm)) instanceof CryptoKey);
  }
  const secret = new TextEncoder().encode("0123456789abcdef0123456789abcdef");
  const sealed = await new jose.EncryptJWT({ a: 1 }).setProtectedHeader({ alg: "dir", enc: "A256GCM" }).encrypt(secret);
  results.push((await jose.jwtDecrypt(sealed, secret)).payload.a, (await jose.jwtVerify(await new jose.SignJWT({}).setProtectedHeader({ alg: "HS256" }).sign(secret), secret)).protectedHeader.alg);
  return results;
});
export const remoteKeys = action(async (ctx, { url }: any) => {
  const { publicKey, privateKey } = await jose.generateKeyPair("RS256", { extractable: true });
  const jwk = { ...(await jose.exportJWK(publicKey)), kid: "k", alg: "RS256" };
  await fetch(url, { method: "PUT", body: JSON.stringify({ keys: [jwk] }) });
  const token = await new jose.SignJWT({ sub: "user" }).setProtectedHeader({ alg: "RS256", kid: "k" }).sign(privateKey);
  return (await jose.jwtVerify(token, jose.createRemoteJWKSet(new URL(url)))).payload.sub;
});
export const schemas = action(async (ctx, { url }: any) => {
  const shape = z.object({ list: z.array(z.number()), at: z.date().optional(), bytes: z.instanceof(Uint8Array), file: z.instanceof(Blob), map: z.map(z.string(), z.number()), record: z.record(z.string(), z.unknown()) });
  const cloned = structuredClone({ list: [1], at: new Date(), map: new Map([["a", 1]]), record: { deep: {} } });
  const parsed = shape.safeParse({ ...cloned, bytes: new TextEncoder().encode("x"), file: await new Response("x").blob() });
  const answer = z.object({ error: z.string() }).strict().safeParse(await (await fetch(url)).json());
  return [parsed.success, parsed.error?.message ?? null, answer.success];
});
export const signedRequest = action(async (ctx, { url }: any) => {
  const aws = new AwsClient({ accessKeyId: "id", secretAccessKey: "secret", service: "s3", region: "r", retries: 0 });
  const response = await aws.fetch(url + "/bucket/key?x=1", { method: "POST", body: new Uint8Array([1, 2, 3]) });
  const { headers } = await response.json();
  return [response.status, headers.authorization.slice(0, 30)];
});
export const values = action(async () => {
  const bytes = await (await new Response(new Uint8Array([1, 2, 3])).blob()).arrayBuffer();
  const value: any = { bytes, digest: await crypto.subtle.digest("SHA-1", bytes), list: (await Response.json([1, { a: null }]).json()), big: 5n };
  const again: any = jsonToConvex(convexToJson(value));
  return [value, again.bytes instanceof ArrayBuffer, again.bytes.byteLength, await new Blob([again.bytes, new Uint8Array(again.bytes)]).text() === "\u0001\u0002\u0003\u0001\u0002\u0003"];
});
export const throwsFetched = action(async () => { throw new ConvexError(await Response.json({ code: [1] }).json()); });

export const callbacks = action(async () => {
  setTimeout(() => { throw new RangeError("timer"); }, 1);
  const interval = setInterval(() => { clearInterval(interval); throw new Error("interval"); }, 1);
  const target = new EventTarget();
  target.addEventListener("x", () => { throw new TypeError("listener"); });
  target.addEventListener("x", async () => { throw new TypeError("asynchronous listener"); });
  target.addEventListener("x", { handleEvent() { throw new Error("object"); } });
  target.dispatchEvent(new Event("x"));
  queueMicrotask(() => { throw new Error("microtask"); });
  const controller = new AbortController();
  controller.signal.onabort = () => { throw new Error("handler"); };
  controller.abort();
  const stream = new ReadableStream({ pull() { throw new Error("pull"); } });
  const pulled = await stream.getReader().read().catch((error) => [error instanceof Error, error.message]);
  await new Promise((resolve) => setTimeout(resolve, 10));
  return pulled;
});
let kept: any = null;
export const keeps = action(async () => { kept = { key: await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]), response: new Response("kept"), bus: new EventTarget() }; kept.bus.addEventListener("x", () => kept.heard = true); return null; });
export const usesKept = action(async () => { kept.bus.dispatchEvent(new Event("x")); return [(await crypto.subtle.sign("HMAC", kept.key, new Uint8Array(1))).byteLength, await kept.response.text(), kept.heard]; });
export const streamsOn = action(async () => { let n = 0; const stream = new ReadableStream({ async pull(controller) { await new Promise((resolve) => setTimeout(resolve, 1)); console.log("pulled", ++n); controller.enqueue(n); } }); void stream.pipeTo(new WritableStream()); await new Promise((resolve) => setTimeout(resolve, 10)); });
const patched = () => { throw new Error("patched"); };
export const patches = action(async () => {
  Object.assign(Array.prototype, { forEach: patched, slice: patched }); Object.assign(WeakMap.prototype, { get: patched, set: patched, has: patched }); Object.assign(Reflect, { apply: patched, getPrototypeOf: patched, ownKeys: patched }); Object.assign(Object, { assign: patched });
  return null;
});
export const afterPatches = action(async () => { const response = new Response("x"); const buffer = await response.arrayBuffer(); const out: any[] = []; for await (const chunk of new Blob(["a"]).stream() as any) out.push(chunk[0]); console.log("still prints", out); return [buffer instanceof ArrayBuffer, new TextEncoder().encode("a")[0]]; });
`;

let modules: Map<string, ModuleCode>;
beforeAll(async () => {
  modules = await compile({ "lib.ts": SOURCE });
});

describe("AR-10 packages", () => {
  test("AR-10.1 jose signs, verifies, encrypts and reads keys of every kind", async () => {
    const each = ["x", "ERR_JWS_SIGNATURE_VERIFICATION_FAILED", true];
    expect(await new TestActions(modules).value("lib.js", "tokens")).toEqual([...each, ...each, ...each, ...each, 1, "HS256"]);
  });

  test("AR-10.2 jose fetches keys", async () => {
    let keys = "";
    await using server = await TestServer.start((request, response) => {
      if (request.method === "PUT") request.on("data", (chunk: Buffer) => (keys += chunk.toString())).on("end", () => response.end());
      else response.setHeader("content-type", "application/json").end(keys);
    });
    expect(await new TestActions(modules).value("lib.js", "remoteKeys", { url: server.url })).toBe("user");
  });

  test("AR-10.3 zod knows what it is given", async () => {
    await using server = await TestServer.start((_, response) => void response.end('{"error":"e"}'));
    expect(await new TestActions(modules).value("lib.js", "schemas", { url: server.url })).toEqual([true, null, true]);
  });

  test("AR-10.4 aws4fetch signs requests", async () => {
    await using server = await TestServer.start((request, response) => void response.end(JSON.stringify({ headers: request.headers })));
    expect(await new TestActions(modules).value("lib.js", "signedRequest", { url: server.url })).toEqual([200, "AWS4-HMAC-SHA256 Credential=id"]);
  });

  test("AR-10.5 bytes and JSON of the network are values", async () => {
    const digest = { $bytes: createHash("sha1").update(new Uint8Array([1, 2, 3])).digest("base64") };
    const json = { bytes: { $bytes: "AQID" }, digest, list: [1, { a: null }], big: { $integer: "BQAAAAAAAAA=" } };
    expect(await new TestActions(modules).value("lib.js", "values")).toEqual([json, true, 3, true]);
  });

  test("AR-10.6 what was fetched can be the data of a ConvexError", async () => {
    expect((await new TestActions(modules).run("lib.js", "throwsFetched")).error?.data).toBe('{"code":[1]}');
  });
});

describe("AR-11 callbacks", () => {
  test("AR-11.1 what they throw is a line, and fails nothing", async () => {
    const actions = new TestActions(modules);
    expect(await actions.value("lib.js", "callbacks")).toEqual([true, "pull"]);
    expect(actions.host.lines.map((line) => line.split("\n")[0]).sort()).toEqual(
      ["Error: handler", "Error: interval", "Error: microtask", "Error: object", "RangeError: timer", "TypeError: asynchronous listener", "TypeError: listener"].map((title) => `[ERROR] Uncaught ${title}`),
    );
  });

  test("AR-11.2 what modules keep works in the next action", async () => {
    const actions = new TestActions(modules);
    await actions.run("lib.js", "keeps");
    expect(await actions.value("lib.js", "usesKept")).toEqual([32, "kept", true]);
    expect(actions.sandbox.isSpent).toBe(false);
  });

  test("AR-11.3 streams stand still when their action has ended", async () => {
    const actions = new TestActions(modules);
    const { unfinished } = await actions.run("lib.js", "streamsOn");
    expect(unfinished).toEqual(["setTimeout"]);
    const { length } = actions.host.lines;
    expect(length).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(actions.host.lines.length).toBe(length);
  });

  test("AR-11.4 what user code does to the language's prototypes stays, and does not break what the realm does for it", async () => {
    const actions = new TestActions(modules);
    await actions.value("lib.js", "patches");
    expect(await actions.value("lib.js", "afterPatches")).toEqual([true, 97]);
    expect(actions.host.lines).toEqual(["[LOG] 'still prints' [ 97 ]"]);
  });
});
