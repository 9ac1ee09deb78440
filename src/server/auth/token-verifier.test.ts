import { beforeAll, describe, expect, it } from "vitest";
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey, type JWK } from "jose";
import type { AuthProvider } from "./auth-provider.js";
import type { AuthTokenError } from "./errors.js";
import type { Fetch } from "./provider-document.js";
import { TokenVerifier } from "./token-verifier.js";

const ISSUER = "https://issuer.test";
const OPEN_ID: AuthProvider = { domain: ISSUER, applicationID: "app" };
const NOW_SECONDS = 1_800_000_000;

interface Key {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

async function makeKey(alg: string, kid?: string): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), ...(kid === undefined ? {} : { kid }), alg } };
}

/** A provider whose documents a test can change, and a verifier that trusts it. */
class Fixture {
  keys: JWK[];
  nowMs = NOW_SECONDS * 1000;
  fetches = 0;
  documents: Record<string, () => Response | Promise<Response>> = {
    [`${ISSUER}/.well-known/openid-configuration`]: () => Response.json({ issuer: ISSUER, jwks_uri: `${ISSUER}/keys` }),
    [`${ISSUER}/keys`]: () => Response.json({ keys: this.keys }),
  };
  readonly verifier: TokenVerifier;

  constructor(keys: readonly Key[], providers: readonly AuthProvider[] = [OPEN_ID]) {
    this.keys = keys.map(({ jwk }) => jwk);
    this.verifier = new TokenVerifier({ providers, fetch: this.fetch, nowMs: () => this.nowMs });
  }

  readonly fetch: Fetch = async (url) => {
    this.fetches++;
    const document = this.documents[url];
    if (document === undefined) throw new TypeError("fetch failed", { cause: Object.assign(new Error("refused"), { code: "ECONNREFUSED" }) });
    return await document();
  };

  async refusal(token: string): Promise<Pick<AuthTokenError, "code" | "message" | "isPassing">> {
    const error = await this.verifier.verify(token).then(
      () => null,
      (thrown: unknown) => thrown as AuthTokenError,
    );
    if (error === null) throw new Error("The token was accepted.");
    expect(error.name).toBe("AuthTokenError");
    const signature = token.split(".")[2] ?? "";
    if (signature.length > 20) expect(error.message).not.toContain(signature.slice(0, 20));
    return error;
  }
}

interface Claims {
  readonly [claim: string]: unknown;
}

const CLAIMS: Claims = { iss: ISSUER, aud: "app", sub: "ann", iat: NOW_SECONDS, exp: NOW_SECONDS + 60 };

function sign({ privateKey, jwk }: Key, claims: Claims = {}, header: object = {}): Promise<string> {
  const payload = Object.fromEntries(Object.entries({ ...CLAIMS, ...claims }).filter(([, value]) => value !== undefined));
  return new SignJWT(payload).setProtectedHeader({ alg: jwk.alg!, ...(jwk.kid === undefined ? {} : { kid: jwk.kid }), typ: "JWT", ...header }).sign(privateKey);
}

let rsa: Key;
let elliptic: Key;
let edwards: Key;
let otherRsa: Key;

beforeAll(async () => {
  [rsa, elliptic, edwards, otherRsa] = await Promise.all([makeKey("RS256", "rsa"), makeKey("ES256", "elliptic"), makeKey("EdDSA", "edwards"), makeKey("RS256", "rsa")]);
});

describe("accepted tokens", () => {
  it("AU-10 tell who their user is and when they end", async () => {
    const { verifier } = new Fixture([rsa]);
    expect(await verifier.verify(await sign(rsa, { email: "ann@example.com" }))).toEqual({
      identity: { tokenIdentifier: `${ISSUER}|ann`, issuer: ISSUER, subject: "ann", email: "ann@example.com" },
      expiresAtMs: (NOW_SECONDS + 61) * 1000,
    });
  });

  it("AU-11 are signed with any algorithm of public keys that the provider has a key for", async () => {
    const { verifier } = new Fixture([rsa, elliptic, edwards]);
    for (const key of [rsa, elliptic, edwards]) expect((await verifier.verify(await sign(key))).identity["subject"]).toBe("ann");
  });

  it("AU-12 may have several audiences, one of them the app", async () => {
    const { verifier } = new Fixture([rsa]);
    expect((await verifier.verify(await sign(rsa, { aud: ["other", "app"] }))).identity["subject"]).toBe("ann");
  });

  it.each([
    ["without scheme", "issuer.test", ISSUER],
    ["with a slash that the token's issuer lacks", `${ISSUER}/`, ISSUER],
    ["without the slash that the token's issuer has", ISSUER, `${ISSUER}/`],
    ["as Auth0 has it", "issuer.test", `${ISSUER}/`],
  ])("AU-13 are of a domain that is configured %s", async (_, domain, iss) => {
    const fixture = new Fixture([rsa], [{ domain, applicationID: "app" }]);
    const { identity } = await fixture.verifier.verify(await sign(rsa, { iss }));
    expect(identity).toMatchObject({ issuer: iss, tokenIdentifier: `${iss}|ann` });
  });

  it("AU-14 need no key id where only one key can be meant, and are tried with each where several can", async () => {
    const [one, two] = await Promise.all([makeKey("RS256"), makeKey("RS256")]);
    expect((await new Fixture([one]).verifier.verify(await sign(one))).identity["subject"]).toBe("ann");
    expect((await new Fixture([one, two]).verifier.verify(await sign(two))).identity["subject"]).toBe("ann");
    expect((await new Fixture([one]).refusal(await sign(two))).code).toBe("Unauthenticated");
    expect((await new Fixture([one, one]).refusal(await sign(two))).code).toBe("Unauthenticated");
  });

  it("AU-15 are of the first provider that fits, and of two for the same tokens of one with their algorithm", async () => {
    const custom = (algorithm: "RS256" | "ES256", path: string): AuthProvider => ({ type: "customJwt", issuer: ISSUER, jwks: `${ISSUER}/${path}`, algorithm, applicationID: null });
    const fixture = new Fixture([rsa, elliptic], [custom("ES256", "keys"), custom("RS256", "keys"), custom("RS256", "nowhere")]);
    expect((await fixture.verifier.verify(await sign(rsa))).identity["subject"]).toBe("ann");
    expect((await fixture.verifier.verify(await sign(elliptic))).identity["subject"]).toBe("ann");
    expect((await fixture.refusal(await sign(edwards))).message).toContain('signed with "EdDSA", and auth.config.ts accepts only ES256');
  });
});

describe("refused tokens", () => {
  it.each([
    ["of another issuer", { iss: "https://other.test" }, "NoAuthProvider", 'issuer is "https://other.test" with audience "app". auth.config.ts has "https://issuer.test" for "app"'],
    ["of an issuer that begins alike", { iss: `${ISSUER}.evil.test` }, "NoAuthProvider", "No auth provider"],
    ["for another audience", { aud: "other" }, "NoAuthProvider", 'audience "other"'],
    ["for no audience", { aud: undefined }, "NoAuthProvider", "no audience"],
    ["with an audience that is no text", { aud: 7 }, "NoAuthProvider", "no audience"],
    ["that have expired", { exp: NOW_SECONDS - 2 }, "Unauthenticated", "expired 2 s ago"],
    ["without expiry", { exp: undefined }, "Unauthenticated", 'claim "exp"'],
    ["with an expiry that is no number", { exp: "tomorrow" }, "Unauthenticated", 'claim "exp"'],
    ["that begin in the future", { nbf: NOW_SECONDS + 11 }, "Unauthenticated", 'its "nbf" is 11 s ahead'],
    ["that were issued in the future", { iat: NOW_SECONDS + 60 }, "Unauthenticated", 'its "iat" is 60 s ahead'],
    ["with a beginning that is no number", { nbf: "now" }, "Unauthenticated", 'claim "nbf"'],
    ["without a user", { sub: undefined }, "Unauthenticated", 'claim "sub"'],
    ["with an empty user", { sub: "" }, "Unauthenticated", 'claim "sub"'],
    ["with a user that is no text", { sub: 7 }, "Unauthenticated", 'claim "sub"'],
    ["without an issuer", { iss: undefined }, "Unauthenticated", 'claim "iss"'],
  ] as const)("AU-16 %s", async (_, claims, code, message) => {
    const refusal = await new Fixture([rsa]).refusal(await signLoosely(rsa, claims));
    expect(refusal).toMatchObject({ code, isPassing: false });
    expect(refusal.message).toContain(message);
  });

  it("AU-17 clocks may differ by a little", async () => {
    const { verifier } = new Fixture([rsa]);
    expect((await verifier.verify(await sign(rsa, { nbf: NOW_SECONDS + 9, iat: NOW_SECONDS + 9 }))).identity["subject"]).toBe("ann");
    expect((await verifier.verify(await sign(rsa, { exp: NOW_SECONDS }))).expiresAtMs).toBe((NOW_SECONDS + 1) * 1000);
  });

  it("AU-18 signed with a key that calls itself like the provider's", async () => {
    const refusal = await new Fixture([rsa]).refusal(await sign(otherRsa));
    expect(refusal).toMatchObject({ code: "Unauthenticated", isPassing: false });
    expect(refusal.message).toContain("signature");
  });

  it("AU-18 whose claims or signature were changed", async () => {
    const fixture = new Fixture([rsa]);
    const [header, payload, signature] = (await sign(rsa)).split(".") as [string, string, string];
    const forged = Buffer.from(JSON.stringify({ ...CLAIMS, sub: "admin" })).toString("base64url");
    for (const token of [`${header}.${forged}.${signature}`, `${header}.${payload}.${signature.slice(0, -8)}AAAAAAAA`, `${header}.${payload}.`]) {
      expect((await fixture.refusal(token)).code).toBe("Unauthenticated");
    }
  });

  it("AU-19 without signature, or with one by a secret: also by the public key as one", async () => {
    const fixture = new Fixture([rsa]);
    const unsecured = new UnsecuredJWT(CLAIMS as Record<string, string>).encode();
    const secret = new TextEncoder().encode(rsa.jwk.n!.padEnd(64));
    const symmetric = await new SignJWT(CLAIMS).setProtectedHeader({ alg: "HS256", kid: "rsa", typ: "JWT" }).sign(secret);
    for (const token of [unsecured, unsecured.replace(/\.$/, ".AAAA"), symmetric]) {
      const refusal = await fixture.refusal(token);
      expect(refusal.code).toBe("Unauthenticated");
      expect(refusal.message).toMatch(/signed with "(none|HS256)"/);
    }
  });

  it("AU-20 signed with another algorithm than a custom provider names", async () => {
    const fixture = new Fixture([rsa, elliptic], [{ type: "customJwt", issuer: ISSUER, jwks: `${ISSUER}/keys`, algorithm: "RS256", applicationID: null }]);
    expect((await fixture.verifier.verify(await sign(rsa, { aud: undefined }))).identity["subject"]).toBe("ann");
    expect((await fixture.refusal(await sign(elliptic))).code).toBe("Unauthenticated");
  });

  it.each(["", "x", "a.b", "a.b.c.d", "....", "é.é.é", "e30.e30.e30", `${Buffer.from("[]").toString("base64url")}.e30.x`, `${Buffer.from("null").toString("base64url")}.bnVsbA.x`, "x".repeat(40_000)])(
    "AU-21 that are none: %#",
    async (token) => {
      expect(await new Fixture([rsa]).refusal(token)).toMatchObject({ code: "Unauthenticated", isPassing: false });
    },
  );

  it("AU-22 that are too large, or nested too deeply", async () => {
    const fixture = new Fixture([rsa]);
    expect((await fixture.refusal(await sign(rsa, { filling: "x".repeat(32 * 1024) }))).message).toContain("at most 32768");
    const deep = JSON.parse(`${"[".repeat(2000)}${"]".repeat(2000)}`) as unknown;
    expect((await fixture.refusal(await sign(rsa, { deep }))).message).toContain("nested more than 64");
    expect(fixture.fetches).toBe(0);
  });

  it("AU-23 all of them where there is no provider", async () => {
    expect(await new Fixture([rsa], []).refusal(await sign(rsa))).toMatchObject({ code: "NoAuthProvider" });
  });
});

/** jose's own builder checks some claims. */
async function signLoosely(key: Key, claims: Claims): Promise<string> {
  const { CompactSign } = await import("jose");
  const payload = JSON.stringify({ ...CLAIMS, ...claims });
  return await new CompactSign(new TextEncoder().encode(payload)).setProtectedHeader({ alg: key.jwk.alg!, kid: key.jwk.kid! }).sign(key.privateKey);
}

describe("keys", () => {
  it("AU-24 are fetched once for any number of tokens", async () => {
    const fixture = new Fixture([rsa]);
    const tokens = await Promise.all(Array.from({ length: 100 }, (_, n) => sign(rsa, { sub: `user ${n}` })));
    const verified = await Promise.all(tokens.map((token) => fixture.verifier.verify(token)));
    expect(verified.map(({ identity }) => identity["subject"])).toEqual(tokens.map((_, n) => `user ${n}`));
    expect(fixture.fetches).toBe(2); // configuration and keys
  });

  it("AU-25 that are new are found by the first token that names them", async () => {
    const fixture = new Fixture([rsa]);
    await fixture.verifier.verify(await sign(rsa));
    fixture.keys = [elliptic.jwk];
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, n) => sign(elliptic, { sub: `user ${n}` })));
    await Promise.all(tokens.map((token) => fixture.verifier.verify(token)));
    expect(fixture.fetches).toBe(4);
  });

  it("AU-26 that do not exist are not looked for endlessly", async () => {
    const fixture = new Fixture([rsa]);
    await fixture.verifier.verify(await sign(rsa));
    for (let n = 0; n < 50; n++) expect((await fixture.refusal(await sign(elliptic, { sub: `user ${n}` }))).message).toContain('the key "elliptic", which https://issuer.test does not publish');
    expect(fixture.fetches).toBe(2 + 5 * 2);
    fixture.nowMs += 5_000;
    fixture.keys = [rsa.jwk, elliptic.jwk];
    expect((await fixture.verifier.verify(await sign(elliptic))).identity["subject"]).toBe("ann");
  });

  it("AU-27 are fetched again after ten minutes, which ends those that were withdrawn", async () => {
    const fixture = new Fixture([rsa]);
    const token = await sign(rsa, { exp: NOW_SECONDS + 7200 });
    await fixture.verifier.verify(token);
    fixture.keys = [elliptic.jwk];
    fixture.nowMs += 9 * 60_000;
    await fixture.verifier.verify(token);
    fixture.nowMs += 60_001;
    expect((await fixture.refusal(token)).message).toContain("does not publish");
  });

  it("AU-28 serve on while the provider is down, for an hour", async () => {
    const fixture = new Fixture([rsa]);
    let tokens = 0;
    const token = (): Promise<string> => sign(rsa, { exp: NOW_SECONDS + 7200, jti: `${tokens++}` });
    await fixture.verifier.verify(await token());
    fixture.documents = {};
    fixture.nowMs += 59 * 60_000;
    expect((await fixture.verifier.verify(await token())).identity["subject"]).toBe("ann");
    fixture.nowMs += 2 * 60_000;
    expect(await fixture.refusal(await token())).toMatchObject({ code: "AuthProviderDiscoveryFailed", isPassing: true });
  });

  it("AU-29 that can't be fetched are said to be so, and are tried again after a second", async () => {
    const fixture = new Fixture([rsa]);
    const { documents } = fixture;
    fixture.documents = {};
    const token = await sign(rsa);
    for (let n = 0; n < 10; n++) {
      const refusal = await fixture.refusal(token);
      expect(refusal).toMatchObject({ code: "AuthProviderDiscoveryFailed", isPassing: true });
      expect(refusal.message).toContain(`${ISSUER}/.well-known/openid-configuration can't be reached: ECONNREFUSED`);
    }
    expect(fixture.fetches).toBe(1);
    fixture.documents = documents;
    fixture.nowMs += 1_000;
    expect((await fixture.verifier.verify(token)).identity["subject"]).toBe("ann");
  });

  it.each([
    ["is in trouble", () => new Response("busy", { status: 503 }), true, "status 503"],
    ["has too much to do", () => new Response("busy", { status: 429 }), true, "status 429"],
    ["has no such page", () => new Response("gone", { status: 404 }), false, "status 404"],
    ["answers with a page", () => new Response("<html>"), false, "JSON object"],
    ["answers with a list", () => Response.json([]), false, "JSON object"],
    ["answers with nothing", () => new Response(null), false, "JSON object"],
    ["answers with too much", () => new Response("x".repeat(600 * 1024)), false, "more than 524288 bytes"],
    ["is another one", () => Response.json({ issuer: "https://evil.test", jwks_uri: `${ISSUER}/keys` }), false, 'of the issuer "https://evil.test"'],
    ["names no keys", () => Response.json({ issuer: ISSUER }), false, '"jwks_uri"'],
    ["names keys that are none", () => Response.json({ issuer: ISSUER, jwks_uri: `${ISSUER}/.well-known/openid-configuration` }), false, "JSON Web Key Set"],
  ])("AU-30 can't be had from a provider that %s", async (_, answer, isPassing, message) => {
    const fixture = new Fixture([rsa]);
    fixture.documents[`${ISSUER}/.well-known/openid-configuration`] = answer;
    const refusal = await fixture.refusal(await sign(rsa));
    expect(refusal).toMatchObject({ code: "AuthProviderDiscoveryFailed", isPassing });
    expect(refusal.message).toContain(message);
  });

  it("AU-31 may be part of the configuration, and are not fetched then", async () => {
    const keySet = JSON.stringify({ keys: [elliptic.jwk] });
    const uris = [`data:text/plain;charset=utf-8;base64,${Buffer.from(keySet).toString("base64")}`, `data:application/json,${encodeURIComponent(keySet)}`];
    for (const jwks of uris) {
      const fixture = new Fixture([], [{ type: "customJwt", issuer: ISSUER, jwks, algorithm: "ES256", applicationID: "app" }]);
      expect((await fixture.verifier.verify(await sign(elliptic))).identity["subject"]).toBe("ann");
      expect(fixture.fetches).toBe(0);
    }
  });

  it("AU-32 of broken or unsuitable kinds are no trouble to the others", async () => {
    const fixture = new Fixture([rsa]);
    fixture.keys = [{ kty: "oct", k: "c2VjcmV0" }, { kty: "RSA", kid: "broken", n: "!", e: "!" }, { kty: "unheard-of" } as JWK, rsa.jwk];
    expect((await fixture.verifier.verify(await sign(rsa))).identity["subject"]).toBe("ann");
    expect((await fixture.refusal(await sign(rsa, {}, { kid: "broken" }))).code).toBe("Unauthenticated");
  });
});

describe("verified tokens", () => {
  it("AU-33 are known at once until they end", async () => {
    const fixture = new Fixture([rsa]);
    const token = await sign(rsa);
    expect(fixture.verifier.recall(token)).toBeNull();
    const verified = await fixture.verifier.verify(token);
    expect(fixture.verifier.recall(token)).toBe(verified);
    fixture.nowMs += 61_000;
    expect(fixture.verifier.recall(token)).toBeNull();
    expect((await fixture.refusal(token)).message).toContain("expired");
  });
});
