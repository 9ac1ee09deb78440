/** Tokens that the deployment signs itself, and their keys: AU-100 to AU-112. Services of Convex Cloud: F-160. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Caller, cause } from "../functions/caller.js";
import { BIN, queryNamed, run, startServer, until, type TestServer } from "../harness.js";

let server: TestServer;
let app: Caller;

beforeAll(async () => {
  server = await startServer({ flags: ["--function-time-max", "20s"] });
  await server.deploy("newest");
  app = new Caller(server.http());
});

afterAll(() => server[Symbol.asyncDispose]());

const sign = (claims: object | undefined, expiresInSeconds: number): Promise<string> => app.mutation("tokens:sign", { ...(claims === undefined ? {} : { claims: claims as never }), expiresInSeconds });
const publishedKeys = async (): Promise<Record<string, unknown>[]> => ((await (await fetch(`${server.url}/.well-known/jwks.json`)).json()) as { keys: Record<string, unknown>[] }).keys;
const signingKeys = (...args: readonly string[]) => run(process.execPath, [BIN, "signing-keys", ...args, "--data", server.dataFolder], server.dataFolder);
const verify = (token: string) => jwtVerify(token, createRemoteJWKSet(new URL(`${server.url}/.well-known/jwks.json`)), { issuer: server.url, algorithms: ["ES256"] });

async function whois(token: string): Promise<string | null> {
  const http = server.http();
  http.setAuth(token);
  return (await http.query(queryNamed("tokens:whoami"), {})) as string | null;
}

describe("ctx.auth.signJwt", () => {
  test("AU-100 signs what it is given with ES256, and sets issuer, beginning and end", async () => {
    const token = await sign({ sub: "ann", aud: "newest", roles: ["admin", { deep: null }], n: 1.5 }, 90);
    const { protectedHeader, payload } = await verify(token);
    expect(protectedHeader).toEqual({ alg: "ES256", typ: "JWT", kid: (await publishedKeys())[0]!["kid"] });
    const { iat = 0, exp = 0, ...claims } = payload;
    expect(claims).toEqual({ sub: "ann", aud: "newest", roles: ["admin", { deep: null }], n: 1.5, iss: server.url });
    expect([exp - iat, Math.abs(iat - Date.now() / 1000) < 30]).toEqual([90, true]);
    expect(Object.keys(decodeJwt(await sign(undefined, 3600))).sort()).toEqual(["exp", "iat", "iss"]);
    await expect(verify(`${token.slice(0, -8)}AAAAAAAA`)).rejects.toThrow("signature");
  });

  test("AU-101 publishes public keys, and where they are, to everybody", async () => {
    for (const key of await publishedKeys()) expect(Object.keys(key).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
    const response = await fetch(`${server.url}/.well-known/openid-configuration`);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(await response.json()).toMatchObject({ issuer: server.url, jwks_uri: `${server.url}/.well-known/jwks.json`, id_token_signing_alg_values_supported: ["ES256"] });
    expect((await fetch(`${server.url}/.well-known/jwks.json`, { method: "POST" })).status).toBe(404);
  });

  test("AU-102 makes tokens that the deployment accepts where auth.config.ts trusts it, over HTTP and sockets", async () => {
    expect(await whois(await sign({ sub: "ann", aud: "newest" }, 60))).toBe(`${server.url}|ann`);
    expect(await whois(await sign({ sub: "bob", aud: "discovered" }, 60))).toBe(`${server.url}|bob`);
    await expect(whois(await sign({ sub: "eve", aud: "others" }, 60))).rejects.toThrow("NoAuthProvider");
    await expect(whois(await sign({ aud: "newest" }, 60))).rejects.toThrow("Unauthenticated");
    const client = server.client();
    const token = await sign({ sub: "cleo", aud: "newest" }, 60);
    client.setAuth(() => Promise.resolve(token));
    await until(async () => (await client.query(queryNamed("tokens:whoami"), {})) === `${server.url}|cleo`, "the user's own token");
  });

  test.each([
    [{ iss: "x" }, 'The claim "iss"'],
    [{ iat: 1 }, 'The claim "iat"'],
    [{ exp: 1 }, "say in `expiresInSeconds`"],
    [{ nbf: 1 }, 'The claim "nbf"'],
    [{ convexRole: 1 }, "must not begin with"],
    [{ CVX: 1 }, "must not begin with"],
    [["list"], "must be an object of JSON values, and is an array"],
    ["text", "is of type string"],
    [null, "is null"],
    [{ much: "x".repeat(17_000) }, "at most 16384 are allowed"],
  ])("AU-103 refuses claims that are not the app's to set: %j", async (claims, text) => {
    expect(cause(await app.mutationError("tokens:sign", { claims: claims as never, expiresInSeconds: 60 }))).toContain(text);
  });

  test("AU-103 takes what JSON makes of it, and refuses what it can't", async () => {
    const { date, iat = 0, exp = 0 } = decodeJwt(await app.mutation<string>("tokens:signOdd", { how: "date" }));
    expect([date, exp - iat]).toEqual(["1970-01-01T00:00:00.000Z", 1]);
    for (const how of ["bigint", "cycle"]) expect(cause(await app.mutationError("tokens:signOdd", { how }))).toContain("hold what JSON can't");
  });

  test.each([[0], [0.5], [-1], [3600.5], [Number.NaN], [Number.POSITIVE_INFINITY], ["60"], [null]])("AU-104 refuses a life of %s seconds", async (expiresInSeconds) => {
    expect(cause(await app.mutationError("tokens:sign", { expiresInSeconds: expiresInSeconds as never }))).toContain("a number from 1 to 3600");
  });

  test("AU-105 is there in mutations alone, also called ones and slow ones", async () => {
    expect(await app.query("tokens:inQuery")).toEqual([false, expect.stringContaining("can only be used in mutations")]);
    expect((await verify(await app.mutation<string>("tokens:signBelow"))).payload.sub).toBe("inner");
    for (let i = 0; i < 3; i++) expect((await verify(await app.mutation<string>("tokens:signSlowly", { rounds: 10_000_000 }))).payload.sub).toBe("slow");
    expect(await server.metric("rivulet_engine_lane_runs_total")).toBeGreaterThan(0);
  });

  test("AU-106 signs for a component under the component's name, which is not the app's", async () => {
    const token = await app.mutation<string>("tokens:signInComponent", { sub: "ann" });
    expect(decodeJwt(token)).toMatchObject({ sub: "ann", iss: `${server.url}/components/signer` });
    await expect(whois(token)).rejects.toThrow("NoAuthProvider");
  });
});

describe.sequential("the signing keys", () => {
  test("AU-107 are for their owner's eyes, and nowhere else", async () => {
    const file = join(server.dataFolder, "signing-keys.json");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const { keys } = JSON.parse(await readFile(file, "utf8")) as { keys: { privateKey: { d: string } }[] };
    const secret = keys[0]!.privateKey.d;
    expect(JSON.stringify(await publishedKeys())).not.toContain(secret);
    expect(server.stderr).not.toContain(secret);
    for (const name of await readdir(server.dataFolder)) {
      if (name.endsWith(".mdb")) expect((await readFile(join(server.dataFolder, name), "latin1")).includes(secret)).toBe(false);
    }
  });

  test("AU-108 stay the same over a kill", async () => {
    const token = await sign({ sub: "ann", aud: "newest" }, 60);
    await server.kill();
    await server.start();
    expect(decodeProtectedHeader(token).kid).toBe((await publishedKeys())[0]!["kid"]);
    expect(await whois(token)).toBe(`${server.url}|ann`);
  });

  test("AU-109 are changed while the server runs: the new one signs, tokens of the old one stay good", async () => {
    const old = await sign({ sub: "ann", aud: "newest" }, 60);
    const rotated = await signingKeys("rotate");
    const kid = /^[\w-]{16}$/m.exec(rotated.output)?.[0];
    const token = await sign({ sub: "bob", aud: "newest" }, 60);
    expect(decodeProtectedHeader(token).kid).toBe(kid);
    expect((await publishedKeys()).map((key) => key["kid"])).toEqual([kid, decodeProtectedHeader(old).kid]);
    expect([await whois(token), await whois(old)]).toEqual([`${server.url}|bob`, `${server.url}|ann`]);
    expect((await verify(old)).payload.sub).toBe("ann");
  });

  test("AU-110 end the tokens of the others where that is asked for", async () => {
    const old = await sign({ sub: "ann", aud: "newest" }, 60);
    expect(await signingKeys("rotate", "--revoke")).toMatchObject({ code: 0 });
    expect(await publishedKeys()).toHaveLength(1);
    await expect(verify(old)).rejects.toThrow("no applicable key");
    expect((await signingKeys("list")).output).toMatch(/^[\w-]{16} {2}made \S+$/m);
  });
});

describe("services of Convex Cloud", () => {
  test("F-160 are refused by their documented code, in both runtimes of actions", async () => {
    const services = makeFunctionReference<"action">("tokens:services");
    expect(await server.http().action(services, { service: "ai-gateway" })).toEqual([expect.stringMatching(/^AiGatewayUnavailable: .*Call the provider/), expect.stringMatching(/^AiGatewayUnavailable: /)]);
    expect(await server.http().action(services, { service: "weather" })).toEqual([expect.stringMatching(/^UnknownService: .*"weather"/), expect.stringMatching(/^UnknownService: /)]);
    expect(await server.http().action(makeFunctionReference<"action">("node_services:token"), {})).toContain("AiGatewayUnavailable");
    expect(await app.query("tokens:servicesInQuery")).toContain("can only be called in actions, not in a query");
  });
});
