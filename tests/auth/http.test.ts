/** Tokens over HTTP: who a call acts as, and what is refused, for every reason that a token can have. AU-1 to AU-49, HA-31, HA-47. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConvexHttpClient } from "convex/browser";
import { startServer, until, type TestServer } from "../harness.js";
import { RawConnection } from "../http-actions/raw-http.js";
import { acts, deployAuth, identityOf, refusal, setProviders, users } from "./auth-app.js";
import { IdentityProvider, json, type Algorithm } from "./identity-provider.js";

let server: TestServer;
let provider: IdentityProvider;

beforeAll(async () => {
  [server, provider] = await Promise.all([startServer(), IdentityProvider.start()]);
  await deployAuth(server, [provider.openId()]);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

describe("a call with a token", () => {
  test("AU-1 acts as its user", async () => {
    const token = await provider.token({ subject: "ann", claims: { name: "Ann", email: "ann@example.com", email_verified: true, given_name: "Ann", updated_at: 1_700_000_000, role: "admin", "https://example.com/teams": ["a"] } });
    expect(await identityOf(server, token)).toEqual({
      tokenIdentifier: `${provider.issuer}|ann`,
      issuer: provider.issuer,
      subject: "ann",
      name: "Ann",
      givenName: "Ann",
      email: "ann@example.com",
      emailVerified: true,
      updatedAt: "2023-11-14T22:13:20.000Z",
      role: "admin",
      "https://example.com/teams": ["a"],
    });
  });

  test("AU-2 acts as its user through ConvexHttpClient", async () => {
    const client = new ConvexHttpClient(server.url, { logger: false, auth: await provider.token({ subject: "bob" }) });
    expect(await client.query(users.subject, {})).toBe("bob");
    expect(await client.mutation(users.write, { body: "hello" })).toBe(`${provider.issuer}|bob`);
    client.clearAuth();
    expect(await client.query(users.subject, {})).toBeNull();
    await expect(client.mutation(users.write, { body: "hello" })).rejects.toThrow("Unauthenticated call to mutation");
    client.setAuth("not.a.token");
    await expect(client.query(users.subject, {})).rejects.toThrow('"code":"Unauthenticated"');
  });
});

test("AU-49 claims need not be Convex values, in queries and in actions", async () => {
  await using other = await IdentityProvider.start();
  await setProviders(server, [provider.openId(), other.customJwt()]);
  const claims = { $odd: 1, "": 2, "ключ 🗝": ["ü"], _private: { "a.b": null }, big: 2 ** 60, fraction: 0.1 };
  const client = new ConvexHttpClient(server.url, { logger: false, auth: await other.token({ claims }) });
  for (const text of [await client.query(users.claims, {}), await client.action(acts.claims, {})]) expect(JSON.parse(text)).toMatchObject(claims);
});

describe("an HTTP action", () => {
  const post = (token: string): Promise<Response> => fetch(`${server.url}/notes`, { method: "POST", body: "hello", headers: { Authorization: `Bearer ${token}` } });

  test("HA-31 acts as the user of its token, and so does what it calls", async () => {
    await setProviders(server, [provider.openId()]);
    expect(await (await post(await provider.token({ subject: "dan" }))).json()).toEqual({ subject: "dan", author: "dan" });
  });

  test("HA-47 whose client goes away while the token's key is asked for does not run, and harms no other", async () => {
    await using other = await IdentityProvider.start();
    await setProviders(server, [other.openId()]);
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    other.answers.set("/jwks.json", (_request, response) => void released.then(() => json(response, other.keySet)));
    await using leaving = await RawConnection.open(server.url);
    leaving.send(["POST /notes HTTP/1.1", "Host: a", `Authorization: Bearer ${await other.token({ subject: "gone" })}`, "Content-Length: 5"], "never");
    await until(() => other.keysRequests === 1, "the key to be asked for");
    leaving.socket.end();
    await leaving.closed();
    const staying = post(await other.token({ subject: "stayed" }));
    // By then the engine knows who has left.
    const authors = (): Promise<string[]> => new ConvexHttpClient(server.url, { logger: false }).query(users.authors, {});
    expect(await authors()).not.toContain("gone");
    release();
    expect(await (await staying).json()).toEqual({ subject: "stayed", author: "stayed" });
    expect(await authors()).not.toContain("gone");
  });
});

describe("algorithms", () => {
  test.each<Algorithm>(["RS256", "ES256", "EdDSA"])("AU-3 %s is accepted, from providers of either kind", async (algorithm) => {
    await using other = await IdentityProvider.start(algorithm);
    const data = `data:text/plain;charset=utf-8;base64,${Buffer.from(JSON.stringify(other.keySet)).toString("base64")}`;
    for (const configured of [other.openId(), other.customJwt(), other.customJwt({ jwks: data, applicationID: undefined })]) {
      await setProviders(server, [provider.openId(), configured]);
      expect(await identityOf(server, await other.token({ subject: "eve" }))).toMatchObject({ subject: "eve", issuer: other.issuer });
    }
  });
});

describe("refused tokens", () => {
  beforeAll(() => setProviders(server, [provider.openId()]));

  test("AU-16 of another audience, and of another issuer", async () => {
    expect(await refusal(server, await provider.token({ audience: "other" }))).toMatchObject({ status: 401, code: "NoAuthProvider" });
    expect(await refusal(server, await provider.token({ issuer: "https://elsewhere.test" }))).toMatchObject({ status: 401, code: "NoAuthProvider" });
    expect(await refusal(server, await provider.token({ audience: ["other", "tests"] }))).toBeNull();
  });

  test("AU-16 that have expired", async () => {
    const refused = await refusal(server, await provider.token({ lifetimeSeconds: -60 }));
    expect(refused).toMatchObject({ status: 401, code: "Unauthenticated" });
    expect(refused!.message).toMatch(/^The token expired 6\d s ago/);
  });
});

describe("keys", () => {
  test("AU-25 that the provider makes are found when a token names them, and those it withdraws are not accepted", async () => {
    await setProviders(server, [provider.openId()]);
    const old = await provider.token({ subject: "old" });
    expect(await refusal(server, old)).toBeNull();
    const oldUnseen = await provider.token({ subject: "unseen" });
    await provider.rotate();
    expect(await identityOf(server, await provider.token({ subject: "new" }))).toMatchObject({ subject: "new" });
    expect(await refusal(server, oldUnseen)).toMatchObject({ status: 401, code: "Unauthenticated" });
  });

  test("AU-29 a provider that is down is not the token's fault", async () => {
    await using other = await IdentityProvider.start();
    await setProviders(server, [other.openId()]);
    other.isDown = true;
    const token = await other.token();
    expect(await refusal(server, token)).toMatchObject({ status: 503, code: "AuthProviderDiscoveryFailed" });
    other.isDown = false;
    await expect.poll(() => identityOf(server, token).catch(() => null), { timeout: 10_000 }).toMatchObject({ subject: "ann" });
  });
});
