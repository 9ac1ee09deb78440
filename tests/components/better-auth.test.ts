/** @convex-dev/better-auth, used as its documentation does: a single-page app whose users sign up and in by email and password. */
import { convexClient, crossDomainClient } from "@convex-dev/better-auth/client/plugins";
import { createAuthClient } from "better-auth/client";
import type { ConvexClient } from "convex/browser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyApp, mutationNamed, queryNamed, startServer, until, type TestServer } from "../harness.js";
import { Watch } from "../sync/watch.js";
import { rm } from "node:fs/promises";
import { makeFunctionReference } from "convex/server";
import { setVariables } from "./local-app.js";

const SITE_URL = "http://localhost:5173";

let server: TestServer;

beforeAll(async () => {
  // Passwords are hashed by JavaScript, also in mutations: slow on purpose, and slower on a busy machine.
  server = await startServer({ flags: ["--function-time-max", "20s"] });
  await setVariables(server, { SITE_URL, BETTER_AUTH_SECRET: "a secret of at least thirty-two characters" });
  await server.deploy("better-auth");
});

afterAll(() => server[Symbol.asyncDispose]());

/** What a browser keeps for one user of the site. */
class Browser {
  readonly storage = new Map<string, string>();
  readonly auth = createAuthClient({
    baseURL: server.url,
    fetchOptions: { headers: { Origin: SITE_URL } },
    plugins: [convexClient(), crossDomainClient({ storage: { getItem: (key) => this.storage.get(key) ?? null, setItem: (key, value) => void this.storage.set(key, value) } })],
  });

  readonly token = async (): Promise<string | null> => (await this.auth.convex.token()).data?.token ?? null;

  /** The same for when the server may be away: asks again until it answers. */
  readonly tokenSoon = (): Promise<string | null> => until(() => this.token().then((token) => [token], () => null), "the server to answer").then(([token]) => token!);

  /** A client of the backend that acts as this user. */
  client(): ConvexClient {
    const client = server.client();
    client.setAuth(this.tokenSoon);
    return client;
  }

  static async signedUp(name: string): Promise<Browser> {
    const browser = new Browser();
    const { error } = await browser.auth.signUp.email({ name, email: `${name}@example.com`, password: `password of ${name}` });
    expect(error).toBeNull();
    return browser;
  }

  static async signedIn(name: string, password = `password of ${name}`): Promise<Browser> {
    const browser = new Browser();
    const { error } = await browser.auth.signIn.email({ email: `${name}@example.com`, password });
    expect(error).toBeNull();
    return browser;
  }
}

const user = queryNamed("auth:user");
const notes = queryNamed("auth:notes");
const write = mutationNamed("auth:write");
interface User { readonly _id: string; readonly email: string; readonly name: string }

describe("email and password", () => {
  test("sign up, and the backend knows who calls: identity, user, session", async () => {
    const ann = await Browser.signedUp("ann");
    const client = ann.client();
    expect(await client.query(queryNamed("auth:identity"), {})).toMatchObject({ name: "ann", email: "ann@example.com", emailVerified: false, issuer: server.url, sessionId: expect.any(String) as string });
    expect(await client.query(user, {})).toMatchObject({ name: "ann", email: "ann@example.com" });
    expect((await ann.auth.getSession()).data?.user).toMatchObject({ email: "ann@example.com" });
    await client.mutation(write, { text: "of ann" });
    expect(await client.query(notes, {})).toEqual(["of ann"]);
  });

  test("nobody is somebody without a token", async () => {
    const client = server.client();
    expect(await client.query(user, {})).toBeNull();
    await expect(client.query(notes, {})).rejects.toThrow("Unauthenticated");
    await expect(client.query(queryNamed("auth:getAuthUser"), {})).rejects.toThrow("Unauthenticated");
  });

  test("a wrong password, an unknown address, an address twice, and a short password are refused", async () => {
    await Browser.signedUp("bob");
    const { auth } = new Browser();
    expect((await auth.signIn.email({ email: "bob@example.com", password: "not the password" })).error).toMatchObject({ status: 401, code: "INVALID_EMAIL_OR_PASSWORD" });
    expect((await auth.signIn.email({ email: "nobody@example.com", password: "password of bob" })).error).toMatchObject({ status: 401, code: "INVALID_EMAIL_OR_PASSWORD" });
    expect((await auth.signUp.email({ name: "bob", email: "bob@example.com", password: "another password" })).error).toMatchObject({ status: 422 });
    expect((await auth.signUp.email({ name: "eve", email: "eve@example.com", password: "short" })).error).toMatchObject({ status: 400, code: "PASSWORD_TOO_SHORT" });
  });

  test("sign out ends the session: what was shown for it changes at once, though the token has not run out", async () => {
    await Browser.signedUp("carl");
    const carl = await Browser.signedIn("carl");
    const token = await carl.token();
    const client = carl.client();
    const watch = Watch.on(client, user, {});
    await watch.value((value) => (value as User | null)?.name === "carl");
    await carl.auth.signOut();
    await watch.value((value) => value === null);
    expect(await carl.token()).toBeNull();
    const http = server.http();
    http.setAuth(token!);
    expect(await http.query(queryNamed("auth:identity"), {})).toMatchObject({ name: "carl" });
    expect(await http.query(user, {})).toBeNull();
  });

  test("two sessions of one user: one is revoked, the other goes on", async () => {
    const first = await Browser.signedUp("dora");
    const second = await Browser.signedIn("dora");
    expect((await first.auth.listSessions()).data).toHaveLength(2);
    expect(await first.client().query(queryNamed("auth:sessions"), {})).toBe(2);
    const session = (await second.auth.getSession()).data!.session;
    await first.auth.revokeSession({ token: session.token });
    expect((await second.auth.getSession()).data).toBeNull();
    expect(await first.client().query(user, {})).toMatchObject({ name: "dora" });
  });

  test("the backend calls Better Auth for its caller", async () => {
    const emil = await Browser.signedUp("emil");
    const client = emil.client();
    await expect(client.mutation(mutationNamed("auth:changePassword"), { currentPassword: "wrong password", newPassword: "new password" })).rejects.toThrow("Invalid password");
    await client.mutation(mutationNamed("auth:changePassword"), { currentPassword: "password of emil", newPassword: "new password" });
    expect((await new Browser().auth.signIn.email({ email: "emil@example.com", password: "password of emil" })).error).toMatchObject({ status: 401 });
    await Browser.signedIn("emil", "new password");
    await client.action(makeFunctionReference<"action">("auth:rename"), { name: "emil the second" });
    expect(await client.query(user, {})).toMatchObject({ name: "emil the second" });
  });
});

describe("triggers", () => {
  const profiles = async (): Promise<string[]> => (await server.http().query(queryNamed("auth:profiles"), {})) as string[];

  test("of the app run in the transaction of the component's change", async () => {
    const fay = await Browser.signedUp("fay");
    expect(await profiles()).toContain("fay");
    await fay.auth.updateUser({ name: "fay, renamed" });
    expect(await profiles()).toContain("fay, renamed");
    await fay.auth.deleteUser({ password: "password of fay" });
    expect(await profiles()).not.toContain("fay, renamed");
  });

  test("that fail undo it", async () => {
    expect((await new Browser().auth.signUp.email({ name: "refused", email: "refused@example.com", password: "password of nobody" })).error).not.toBeNull();
    expect(await profiles()).not.toContain("refused");
    expect((await new Browser().auth.signIn.email({ email: "refused@example.com", password: "password of nobody" })).error).toMatchObject({ status: 401 });
  });
});

describe("over HTTP", () => {
  test("the discovery document and the keys that verify the tokens", async () => {
    const redirect = await fetch(`${server.url}/.well-known/openid-configuration`, { redirect: "manual" });
    expect(redirect.status).toBe(302);
    const discovery = (await (await fetch(redirect.headers.get("location")!)).json()) as { issuer: string; jwks_uri: string };
    expect(discovery).toMatchObject({ issuer: server.url, jwks_uri: `${server.url}/api/auth/convex/jwks` });
    const { keys } = (await (await fetch(discovery.jwks_uri)).json()) as { keys: { alg: string; kty: string; d?: string }[] };
    expect(keys).toEqual([expect.objectContaining({ alg: "RS256", kty: "RSA" })]);
    expect(keys[0]).not.toHaveProperty("d");
  });

  test("preflights are answered for the site, and for no other", async () => {
    const preflight = (origin: string): Promise<Response> =>
      fetch(`${server.url}/api/auth/sign-in/email`, { method: "OPTIONS", headers: { Origin: origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,better-auth-cookie" } });
    const answer = await preflight(SITE_URL);
    expect([answer.status, answer.headers.get("access-control-allow-origin"), answer.headers.get("access-control-allow-credentials")]).toEqual([204, SITE_URL, "true"]);
    expect((await preflight("https://evil.example")).headers.get("access-control-allow-origin")).toBeNull();
  });

  test("a token that was tampered with, or made by others, is refused", async () => {
    const gina = await Browser.signedUp("gina");
    const token = (await gina.token())!;
    const [head, , signature] = token.split(".");
    const payload = Buffer.from(JSON.stringify({ sub: "somebody else", iss: server.url, aud: "convex", exp: Math.floor(Date.now() / 1000) + 600 })).toString("base64url");
    for (const forged of [`${head}.${payload}.${signature}`, `${Buffer.from('{"alg":"none"}').toString("base64url")}.${payload}.`, token.slice(0, -4)]) {
      const http = server.http();
      http.setAuth(forged);
      await expect(http.query(user, {})).rejects.toThrow();
    }
  });

  test("a stranger's origin can't sign anybody in, and clients reach no function of the component", async () => {
    const response = await fetch(`${server.url}/api/auth/sign-in/email`, { method: "POST", headers: { "Content-Type": "application/json", Origin: "https://evil.example", Cookie: "better-auth.session_token=x" }, body: JSON.stringify({ email: "ann@example.com", password: "password of ann" }) });
    expect(response.status).toBe(403);
    await expect(server.http().query(queryNamed("betterAuth/adapter:findMany"), { model: "user" })).rejects.toThrow("Could not find public function");
  });
});

test("sessions and keys outlive a kill", async () => {
  const hans = await Browser.signedUp("hans");
  const token = await hans.token();
  const client = hans.client();
  const watch = Watch.on(client, notes, {});
  await watch.value((texts) => (texts as string[]).length === 0);
  const writing = client.mutation(write, { text: "over a kill" });
  await server.kill();
  await server.start();
  await writing;
  await watch.value((texts) => (texts as string[]).includes("over a kill"));
  const http = server.http();
  http.setAuth(token!);
  expect(await http.query(user, {})).toMatchObject({ name: "hans" });
  expect((await hans.auth.getSession()).data?.user.name).toBe("hans");
  await hans.auth.signOut();
  await watch.error();
});

test("static keys: those of the component, given to the server by an environment variable", async () => {
  const folder = await copyApp("better-auth");
  const { code, output } = await server.convex(folder, ["run", "auth:getLatestJwks"]);
  await rm(folder, { recursive: true, force: true });
  expect(code).toBe(0);
  const ida = await Browser.signedUp("ida");
  await setVariables(server, { JWKS: /^\[$[^]*^\]$/m.exec(output)![0] });
  expect(await ida.client().query(user, {})).toMatchObject({ name: "ida" });
  expect((await (await Browser.signedIn("ida")).client().query(queryNamed("auth:identity"), {}))).toMatchObject({ name: "ida" });
});
