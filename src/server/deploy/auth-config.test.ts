import { describe, expect, it } from "vitest";
import { readProviders } from "./auth-config.js";
import { DeployError } from "./deploy-error.js";

const KEYS = `data:text/plain;charset=utf-8;base64,${Buffer.from('{"keys":[]}').toString("base64")}`;
const CUSTOM = { type: "customJwt", issuer: "https://a.test", jwks: "https://a.test/jwks", algorithm: "RS256" };

describe("providers", () => {
  it("AU-4 of OpenID Connect name a domain, with or without scheme, and an application", () => {
    const providers = ["a.eu.auth0.com", "https://a.test", "https://a.test/", "http://127.0.0.1:3000/realms/x"].map((domain) => ({ domain, applicationID: "app" }));
    expect(readProviders({ providers })).toEqual(providers);
    expect(readProviders({ providers: [] })).toEqual([]);
  });

  it("AU-5 of custom tokens name issuer, keys and algorithm; without application they say so", () => {
    expect(readProviders({ providers: [CUSTOM, { ...CUSTOM, applicationID: "app" }, { ...CUSTOM, applicationID: null }] })).toEqual([
      { ...CUSTOM, applicationID: null },
      { ...CUSTOM, applicationID: "app" },
      { ...CUSTOM, applicationID: null },
    ]);
    for (const algorithm of ["RS256", "ES256", "EdDSA"]) expect(readProviders({ providers: [{ ...CUSTOM, algorithm, jwks: KEYS }] })).toHaveLength(1);
  });

  it.each([
    [undefined, "its default export must be `{ providers: [{ domain, applicationID }] }`"],
    [{ domain: "a.test" }, "its default export must be"],
    [{ providers: {} }, "its default export must be"],
    [{ providers: Array.from({ length: 101 }, () => CUSTOM) }, "it has 101 providers, and at most 100 are allowed"],
    [{ providers: ["a.test"] }, "providers[0] must be an object such as { domain, applicationID }"],
    [{ providers: [{ domain: "a.test" }] }, "providers[0].applicationID must be a text that is not empty; it is missing"],
    [{ providers: [{ domain: "a.test", applicationID: "app" }, { applicationID: "app" }] }, "providers[1].domain must be a text that is not empty; it is missing"],
    [{ providers: [{ domain: "", applicationID: "app" }] }, 'providers[0].domain must be a text that is not empty; it is ""'],
    [{ providers: [{ domain: "not a url", applicationID: "app" }] }, 'providers[0].domain must be a URL such as "https://auth.example.com"; it is "not a url"'],
    [{ providers: [{ domain: 7, applicationID: "app" }] }, "providers[0].domain must be a text that is not empty; it is 7"],
    [{ providers: [{ type: "oidc", domain: "a.test", applicationID: "app" }] }, 'providers[0].type must be "customJwt", or be left out for a provider of OpenID Connect; it is "oidc"'],
    [{ providers: [{ ...CUSTOM, issuer: undefined }] }, "providers[0].issuer must be a text that is not empty; it is missing"],
    [{ providers: [{ ...CUSTOM, algorithm: "HS256" }] }, 'providers[0].algorithm must be one of RS256, ES256, EdDSA; it is "HS256"'],
    [{ providers: [{ ...CUSTOM, algorithm: undefined }] }, "providers[0].algorithm must be one of RS256, ES256, EdDSA; it is missing"],
    [{ providers: [{ ...CUSTOM, jwks: "keys.json" }] }, 'providers[0].jwks must be a URL such as "https://auth.example.com"; it is "keys.json"'],
    [{ providers: [{ ...CUSTOM, jwks: "file:///etc/passwd" }] }, "providers[0].jwks must be a URL"],
    [{ providers: [{ ...CUSTOM, jwks: "data:text/plain;base64" }] }, 'providers[0].jwks is a data URI without ","'],
    [{ providers: [{ ...CUSTOM, jwks: "data:text/plain;base64,e30=" }] }, "providers[0].jwks is a data URI that holds no JSON Web Key Set"],
    [{ providers: [{ ...CUSTOM, jwks: "data:,%%%" }] }, "providers[0].jwks is a data URI that holds no JSON Web Key Set"],
    [{ providers: [{ ...CUSTOM, applicationID: 7 }] }, "providers[0].applicationID must be a text that is not empty; it is 7"],
    [{ providers: [{ ...CUSTOM, issuer: "x".repeat(70_000) }] }, "providers[0].issuer has 70000 characters, and at most 65536 are allowed"],
  ])("AU-6 that are none are refused with what is wrong: %#", (exported, problem) => {
    const refused = thrownBy(() => readProviders(exported));
    expect(refused).toBeInstanceOf(DeployError);
    expect(refused).toMatchObject({ code: "InvalidAuthConfig", message: expect.stringContaining(`auth.config.ts has no valid list of providers: ${problem}`) as string });
  });
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return null;
}
