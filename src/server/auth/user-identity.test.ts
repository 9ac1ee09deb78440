import { describe, expect, it } from "vitest";
import { customJwtIdentity, openIdIdentity, type Claims } from "./user-identity.js";

const TOKEN_CLAIMS: Claims = { iss: "https://a.test", sub: "ann", aud: "app", exp: 3, iat: 1, nbf: 1, jti: "x", nonce: "y", at_hash: "z", c_hash: "c" };
const WHO = { tokenIdentifier: "https://a.test|ann", issuer: "https://a.test", subject: "ann" };

const STANDARD: Claims = {
  name: "Ann Example",
  given_name: "Ann",
  family_name: "Example",
  nickname: "annie",
  preferred_username: "ann",
  profile: "https://a.test/ann",
  picture: "https://a.test/ann.png",
  email: "ann@a.test",
  email_verified: true,
  gender: "female",
  birthdate: "2000-01-01",
  zoneinfo: "Europe/Paris",
  locale: "fr-FR",
  phone_number: "+33 1",
  phone_number_verified: false,
  address: { formatted: "1 Rue\nParis", country: "France" },
  updated_at: 1_700_000_000,
};

const STANDARD_FIELDS = {
  name: "Ann Example",
  givenName: "Ann",
  familyName: "Example",
  nickname: "annie",
  preferredUsername: "ann",
  profileUrl: "https://a.test/ann",
  pictureUrl: "https://a.test/ann.png",
  email: "ann@a.test",
  emailVerified: true,
  gender: "female",
  birthday: "2000-01-01",
  timezone: "Europe/Paris",
  language: "fr-FR",
  phoneNumber: "+33 1",
  phoneNumberVerified: false,
  address: "1 Rue\nParis",
  updatedAt: "2023-11-14T22:13:20.000Z",
};

const openId = (claims: Claims): object => openIdIdentity("https://a.test", "ann", { ...TOKEN_CLAIMS, ...claims });
const customJwt = (claims: Claims): object => customJwtIdentity("https://a.test", "ann", { ...TOKEN_CLAIMS, ...claims });

describe("OpenID Connect", () => {
  it("AU-40 has the standard claims under their documented names, and nothing of the token", () => {
    expect(openId(STANDARD)).toEqual({ ...WHO, ...STANDARD_FIELDS });
  });

  it("AU-41 has custom claims as they are", () => {
    const claims = { role: "admin", "https://a.test/teams": ["x"], org: { id: 1 }, sid: "s", nothing: null };
    expect(openId(claims)).toEqual({ ...WHO, ...claims });
  });

  it("AU-42 bears what providers do differently", () => {
    expect(openId({ email_verified: "true", phone_number_verified: "false", updated_at: "2023-01-02T03:04:05Z", address: "1 Rue", name: null })).toEqual({
      ...WHO,
      emailVerified: true,
      phoneNumberVerified: false,
      updatedAt: "2023-01-02T03:04:05Z",
      address: "1 Rue",
    });
    expect(openId({ updated_at: 1_700_000_000_000, address: { country: "France" } })).toEqual({ ...WHO, updatedAt: "2023-11-14T22:13:20.000Z", address: '{"country":"France"}' });
    expect(openId({ updated_at: 1e300 })).toEqual({ ...WHO, updatedAt: "1e+300" });
  });

  it("AU-43 never lets a claim say who the user is, nor be more than a name", () => {
    const claims = JSON.parse('{"tokenIdentifier":"x","issuer":"x","subject":"x","emailVerified":true,"__proto__":{"isAdmin":true},"constructor":1}') as Claims;
    const identity = openId({ ...claims, email_verified: false });
    expect(identity).toMatchObject({ ...WHO, emailVerified: false });
    expect(Object.getPrototypeOf(identity)).toBe(Object.prototype);
    expect((identity as { isAdmin?: unknown }).isAdmin).toBeUndefined();
  });

  it("AU-44 is the same text for tokens that say the same in another order", () => {
    const reversed = Object.fromEntries(Object.entries({ ...STANDARD, b: 1, a: 2 }).reverse());
    expect(JSON.stringify(openId(reversed))).toBe(JSON.stringify(openId({ ...STANDARD, b: 1, a: 2, iat: 99, exp: 100, jti: "other" })));
  });
});

describe("custom JWT", () => {
  it("AU-45 has fields inside of claims by their paths, beside the claims as they are", () => {
    const properties = { id: "123", favoriteColor: "red", deep: { er: [1] } };
    expect(customJwt({ properties, role: "admin" })).toEqual({ ...WHO, properties, role: "admin", "properties.id": "123", "properties.favoriteColor": "red", "properties.deep.er": [1] });
  });

  it("AU-46 has standard claims by both of their names", () => {
    expect(customJwt({ given_name: "Ann", email: "ann@a.test", updated_at: 1_700_000_000 })).toEqual({ ...WHO, givenName: "Ann", given_name: "Ann", email: "ann@a.test", updatedAt: "2023-11-14T22:13:20.000Z", updated_at: 1_700_000_000 });
  });

  it("AU-47 tells a claim from a path that looks like it", () => {
    expect(customJwt({ a: { b: "inside" }, "a.b": "itself" })).toMatchObject({ "a.b": "itself" });
  });

  it("AU-48 has no paths without bound", () => {
    const prefix = "x".repeat(300);
    expect(Object.keys(customJwt({ [prefix]: { a: 1 } }))).not.toContain(`${prefix}.a`);
    const deep = JSON.parse(`${'{"a":'.repeat(20)}1${"}".repeat(20)}`) as Claims;
    expect(Object.keys(customJwt(deep)).filter((name) => name.includes("."))).toEqual([]);
  });
});
