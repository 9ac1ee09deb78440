/** The key with which tokens are signed, and the public half of it that others verify them by. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type CryptoKey, type JSONWebKeySet, type JWK } from "jose";

export const ALGORITHM = "RS256";

export interface SigningKey {
  readonly id: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly publicKeys: JSONWebKeySet;
}

export async function createSigningKey(): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  return await signingKeyFrom(await exportJWK(privateKey));
}

/** The key in `path`, made at the first start: tokens stay valid when the issuer is started again. */
export async function openSigningKey(path: string): Promise<SigningKey> {
  if (existsSync(path)) return await signingKeyFrom(JSON.parse(readFileSync(path, "utf8")) as JWK);
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwk = await exportJWK(privateKey);
  writeFileSync(path, JSON.stringify(jwk), { mode: 0o600, flag: "wx" });
  return await signingKeyFrom(jwk);
}

async function signingKeyFrom(jwk: JWK): Promise<SigningKey> {
  const { kty, n, e } = jwk;
  if (kty !== "RSA" || n === undefined || e === undefined) throw new Error("The signing key must be an RSA key as a JWK. Delete its file to have a new one made.");
  const id = await calculateJwkThumbprint(jwk);
  const publicJwk: JWK = { kty, n, e, kid: id, alg: ALGORITHM, use: "sig" };
  return {
    id,
    privateKey: (await importJWK(jwk, ALGORITHM)) as CryptoKey,
    publicKey: (await importJWK(publicJwk, ALGORITHM)) as CryptoKey,
    publicKeys: { keys: [publicJwk] },
  };
}
