/** The key with which tokens are signed, and the public half of it that others verify them by. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type CryptoKey, type JSONWebKeySet, type JWK } from "jose";

export type Algorithm = "RS256" | "ES256";

export interface SigningKey {
  readonly id: string;
  readonly algorithm: Algorithm;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly publicKeys: JSONWebKeySet;
}

export async function createSigningKey(algorithm: Algorithm = "RS256"): Promise<SigningKey> {
  return await signingKeyFrom(await newKey(algorithm), algorithm);
}

/** The key in `path`, made at the first start: tokens stay valid when the issuer is started again. */
export async function openSigningKey(path: string, algorithm: Algorithm = "RS256"): Promise<SigningKey> {
  if (existsSync(path)) return await signingKeyFrom(JSON.parse(readFileSync(path, "utf8")) as JWK, algorithm);
  const jwk = await newKey(algorithm);
  writeFileSync(path, JSON.stringify(jwk), { mode: 0o600, flag: "wx" });
  return await signingKeyFrom(jwk, algorithm);
}

async function newKey(algorithm: Algorithm): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return await exportJWK(privateKey);
}

async function signingKeyFrom(jwk: JWK, algorithm: Algorithm): Promise<SigningKey> {
  const id = await calculateJwkThumbprint(jwk);
  const publicJwk: JWK = { ...publicPart(jwk, algorithm), kid: id, alg: algorithm, use: "sig" };
  return {
    id,
    algorithm,
    privateKey: (await importJWK(jwk, algorithm)) as CryptoKey,
    publicKey: (await importJWK(publicJwk, algorithm)) as CryptoKey,
    publicKeys: { keys: [publicJwk] },
  };
}

function publicPart({ kty, n, e, crv, x, y }: JWK, algorithm: Algorithm): JWK {
  if (algorithm === "RS256" && kty === "RSA" && n !== undefined && e !== undefined) return { kty, n, e };
  if (algorithm === "ES256" && kty === "EC" && crv === "P-256" && x !== undefined && y !== undefined) return { kty, crv, x, y };
  throw new Error(`The signing key must be one for ${algorithm}, as a JWK. Delete its file to have a new one made.`);
}

/** The public keys as an address that needs no network: a value for the `jwks` of a customJwt provider. */
export function dataUri(keys: JSONWebKeySet): string {
  return `data:application/json;base64,${Buffer.from(JSON.stringify(keys)).toString("base64")}`;
}
