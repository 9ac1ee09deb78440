import { beforeAll, describe, expect, it } from "vitest";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { AuthProvider } from "./auth-provider.js";
import { PrincipalResolver } from "./principal-resolver.js";

const ISSUER = "https://issuer.test";
let provider: AuthProvider;
let token: string;

beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const jwks = `data:application/json,${encodeURIComponent(JSON.stringify({ keys: [await exportJWK(publicKey)] }))}`;
  provider = { type: "customJwt", issuer: ISSUER, jwks, algorithm: "ES256", applicationID: null };
  token = await new SignJWT().setProtectedHeader({ alg: "ES256" }).setIssuer(ISSUER).setSubject("ann").setExpirationTime("1h").sign(privateKey);
});

function resolver(): PrincipalResolver {
  const made = new PrincipalResolver({ fetch: () => Promise.reject(new Error("nothing is fetched")), nowMs: Date.now });
  made.trust([provider]);
  return made;
}

describe("who a request acts as", () => {
  it("AU-1 nobody and admins are known at once, users once their token was verified", async () => {
    const principals = resolver();
    expect(principals.resolveNow({ type: "none" })).toEqual({ identity: null, isAdmin: false });
    expect(principals.resolveNow({ type: "admin", keyName: "ci", actingAs: { issuer: ISSUER, subject: "bob" } })).toEqual({ identity: { issuer: ISSUER, subject: "bob", tokenIdentifier: `${ISSUER}|bob` }, isAdmin: true, adminName: "ci" });
    expect(principals.resolveNow({ type: "user", token })).toBeNull();
    const principal = await principals.resolve({ type: "user", token });
    expect(principal).toEqual({ identity: { tokenIdentifier: `${ISSUER}|ann`, issuer: ISSUER, subject: "ann" }, isAdmin: false, authToken: token, expiresAtMs: expect.any(Number) as number });
    expect(principals.resolveNow({ type: "user", token })).toEqual(principal);
  });

  it("AU-79 other providers end what was verified before; the same ones change nothing", async () => {
    const principals = resolver();
    await principals.resolve({ type: "user", token });
    expect(principals.trust([{ ...provider }])).toBe(false);
    expect(principals.resolveNow({ type: "user", token })).not.toBeNull();
    expect(principals.trust([{ ...provider, issuer: "https://other.test" } as AuthProvider])).toBe(true);
    expect(principals.resolveNow({ type: "user", token })).toBeNull();
    await expect(principals.resolve({ type: "user", token })).rejects.toMatchObject({ code: "NoAuthProvider" });
  });

  it("AU-95 an HTTP action runs with any token, and is told what is wrong with it", async () => {
    const principals = resolver();
    expect(await principals.resolveHttpAction({ type: "none" })).toEqual({ identity: null, isAdmin: false });
    expect((await principals.resolveHttpAction({ type: "user", token })).identity).toMatchObject({ subject: "ann" });
    expect(await principals.resolveHttpAction({ type: "user", token: "whsec_foreign" })).toEqual({ identity: null, isAdmin: false, authProblem: expect.stringContaining("no JSON Web Token") as string });
  });
});
