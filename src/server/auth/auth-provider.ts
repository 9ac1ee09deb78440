/**
 * The identity providers of an app, as its auth.config.ts names them and as they are stored, and what each of them means for a
 * token: whose issuer it must name, for which application it must be, how it must be signed, where the keys are.
 */
import type { JSONWebKeySet } from "jose";
import type { Identity } from "../../live/live-query.js";
import { isKeySet, parseDataKeys } from "./data-keys.js";
import { FixedKeySet, RemoteKeySet, type KeySet } from "./key-set.js";
import { fetchProviderDocument, providerFailed, type Fetch } from "./provider-document.js";
import { customJwtIdentity, openIdIdentity, type Claims } from "./user-identity.js";

export interface OpenIdProvider {
  readonly domain: string;
  readonly applicationID: string;
}

export const CUSTOM_JWT_ALGORITHMS = ["RS256", "ES256", "EdDSA"] as const;

export interface CustomJwtProvider {
  readonly type: "customJwt";
  readonly issuer: string;
  /** A URL, or a data URI that holds the keys. */
  readonly jwks: string;
  readonly algorithm: (typeof CUSTOM_JWT_ALGORITHMS)[number];
  /** Null: for any application. */
  readonly applicationID: string | null;
}

export type AuthProvider = OpenIdProvider | CustomJwtProvider;

/** A provider at work. */
export interface TrustedIssuer {
  /** As the configuration names it, for error texts. */
  readonly name: string;
  readonly isIssuer: (issuer: string) => boolean;
  /** Null: any audience. */
  readonly audience: string | null;
  readonly algorithms: readonly string[];
  readonly keys: KeySet;
  readonly identity: (issuer: string, subject: string, claims: Claims) => Identity;
}

/** All that OpenID Connect allows and that need no secret: who can verify can't sign. */
const PUBLIC_KEY_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"];

export interface TrustOptions {
  readonly fetch: Fetch;
  readonly nowMs: () => number;
}

export function trustIssuer(provider: AuthProvider, options: TrustOptions): TrustedIssuer {
  return "type" in provider ? trustCustomJwt(provider, options) : trustOpenId(provider, options);
}

function trustOpenId({ domain, applicationID }: OpenIdProvider, { fetch, nowMs }: TrustOptions): TrustedIssuer {
  const issuerUrl = openIdIssuer(domain);
  return {
    name: domain,
    isIssuer: (issuer) => withoutSlash(issuer) === issuerUrl,
    audience: applicationID,
    algorithms: PUBLIC_KEY_ALGORITHMS,
    keys: new RemoteKeySet(() => discoverKeys(issuerUrl, fetch), nowMs),
    identity: openIdIdentity,
  };
}

function trustCustomJwt({ issuer, jwks, algorithm, applicationID }: CustomJwtProvider, { fetch, nowMs }: TrustOptions): TrustedIssuer {
  const data = parseDataKeys(jwks);
  return {
    name: issuer,
    isIssuer: (candidate) => candidate === issuer,
    audience: applicationID,
    algorithms: algorithm === "EdDSA" ? ["EdDSA", "Ed25519"] : [algorithm],
    keys: data === null ? new RemoteKeySet(() => fetchKeys(jwks, fetch), nowMs) : new FixedKeySet(data),
    identity: customJwtIdentity,
  };
}

/** "example.auth0.com", "https://example.auth0.com/" → "https://example.auth0.com" */
export function openIdIssuer(domain: string): string {
  return withoutSlash(/^https?:\/\//i.test(domain) ? domain : `https://${domain}`);
}

function withoutSlash(url: string): string {
  return url.endsWith("/") ? url.slice(0, -1) : url;
}

async function discoverKeys(issuerUrl: string, fetch: Fetch): Promise<JSONWebKeySet> {
  const address = `${issuerUrl}/.well-known/openid-configuration`;
  const { issuer, jwks_uri: keysAddress } = await fetchProviderDocument(address, fetch);
  // Whoever answers for the domain must also be who signs its tokens: OpenID Connect Discovery 1.0, 4.3.
  if (typeof issuer === "string" && withoutSlash(issuer) !== issuerUrl) {
    throw providerFailed(`${address} is of the issuer "${issuer.slice(0, 200)}". Write that as the provider's domain in auth.config.ts.`);
  }
  if (typeof keysAddress !== "string" || !URL.canParse(keysAddress)) throw providerFailed(`${address} names no "jwks_uri". Check the domain in auth.config.ts.`);
  return await fetchKeys(keysAddress, fetch);
}

async function fetchKeys(address: string, fetch: Fetch): Promise<JSONWebKeySet> {
  const document = await fetchProviderDocument(address, fetch);
  if (!isKeySet(document)) throw providerFailed(`${address} did not answer with a JSON Web Key Set. Check the address in auth.config.ts.`);
  return document;
}
