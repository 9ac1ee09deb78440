/**
 * The key pairs with which a deployment signs tokens of its own (`ctx.auth.signJwt`): in `signing-keys.json` of the data
 * folder, for the owner's eyes. The newest signs. Those before it are published for as long as a token of theirs can be
 * valid, so that a rotation ends none:
 *
 *     made ──▶ signs, published ──rotate──▶ published ──(65 min)──▶ forgotten with the next rotation
 *                                └─rotate --revoke──▶ gone: its tokens are worth nothing
 *
 * The network thread makes the first; every thread of a server reads the file again when it was replaced.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign, type JsonWebKey, type KeyObject } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TOKEN_SECONDS_MAX } from "../../functions/sign-jwt.js";
import { fileVersion, replacePrivateFile } from "../private-file.js";

export const SIGNING_KEYS_FILE = "signing-keys.json";
export const SIGNING_ALGORITHM = "ES256";
/** A token's life, and what clocks may differ. */
const PUBLISHED_MS = (TOKEN_SECONDS_MAX + 300) * 1_000;
const KEY_ID_BYTES = 12;
const KEYS_MAX = 1_000;

export class SigningKeyError extends Error {
  override readonly name = "SigningKeyError";
}

export interface SigningKeyInfo {
  readonly kid: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly retiredAt: string | null;
}

interface StoredKey extends SigningKeyInfo {
  /** As a JSON Web Key. Never leaves the file and the threads that sign. */
  readonly privateKey: JsonWebKey;
}

/** RFC 7517. */
export interface PublishedKeys {
  readonly keys: readonly JsonWebKey[];
}

export class SigningKeys {
  #keys: readonly StoredKey[] = [];
  #version: string | null = null;
  #signing: { readonly kid: string; readonly key: KeyObject } | null = null;

  constructor(
    private readonly folder: string,
    private readonly nowMs: () => number = Date.now,
  ) {}

  /** Makes the first key where there is none. For whoever has the folder to itself. */
  ensure(): void {
    if (!existsSync(this.#path)) this.rotate();
  }

  /** The newest first. */
  list(): readonly SigningKeyInfo[] {
    this.#refresh();
    return this.#keys.map(({ kid, createdAt, retiredAt }) => ({ kid, createdAt, retiredAt }));
  }

  /** A new key signs from now on; returns its name. `revoke`: tokens of the others are not accepted any more. */
  rotate(options: { readonly revoke?: boolean } = {}): string {
    this.#refresh();
    const now = new Date(this.nowMs()).toISOString();
    const made = makeKey(now);
    const kept = options.revoke === true ? [] : this.#published().map((key) => ({ ...key, retiredAt: key.retiredAt ?? now }));
    replacePrivateFile(this.#path, JSON.stringify({ keys: [made, ...kept].slice(0, KEYS_MAX) }, null, 2) + "\n");
    return made.kid;
  }

  /** Public parts only. */
  published(): PublishedKeys {
    this.#refresh();
    return { keys: this.#published().map(publicPart) };
  }

  /** `header` is a JSON object's fields beside `alg` and `kid`. The token in its compact form (RFC 7515). */
  sign(header: object, payload: object): string {
    this.#refresh();
    const { kid, key } = this.#signing ?? this.#noKeys();
    const content = `${base64Url({ alg: SIGNING_ALGORITHM, kid, ...header })}.${base64Url(payload)}`;
    return `${content}.${sign("sha256", Buffer.from(content), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
  }

  get #path(): string {
    return join(this.folder, SIGNING_KEYS_FILE);
  }

  #published(): StoredKey[] {
    const sinceMs = this.nowMs() - PUBLISHED_MS;
    return this.#keys.filter(({ retiredAt }) => retiredAt === null || Date.parse(retiredAt) > sinceMs);
  }

  #refresh(): void {
    const version = fileVersion(this.#path);
    if (version === this.#version) return;
    const keys = version === null ? [] : parseKeys(readFileSync(this.#path, "utf8"), this.#path);
    const [newest] = keys;
    this.#signing = newest === undefined ? null : { kid: newest.kid, key: createPrivateKey({ key: newest.privateKey, format: "jwk" }) };
    this.#keys = keys;
    this.#version = version;
  }

  #noKeys(): never {
    throw new SigningKeyError(`${this.#path} is gone: the deployment can't sign tokens. Restore it, or make a new key with "rivulet signing-keys rotate".`);
  }
}

/**
 * By way of text: a key object that was just made shares a lock with the job that made it, and in Node 20 the process hangs for
 * ever where that job is collected while the object is being exported.
 */
function makeKey(createdAt: string): StoredKey {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256", privateKeyEncoding: { type: "pkcs8", format: "pem" }, publicKeyEncoding: { type: "spki", format: "pem" } });
  return { kid: randomBytes(KEY_ID_BYTES).toString("base64url"), createdAt, retiredAt: null, privateKey: createPrivateKey(privateKey).export({ format: "jwk" }) };
}

function publicPart({ kid, privateKey }: StoredKey): JsonWebKey {
  const { kty, crv, x, y } = createPublicKey({ key: privateKey, format: "jwk" }).export({ format: "jwk" });
  return { kty, crv, x, y, kid, alg: SIGNING_ALGORITHM, use: "sig" } as JsonWebKey;
}

function base64Url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** Never tells what the file holds. */
function parseKeys(text: string, path: string): readonly StoredKey[] {
  const keys = readKeys(text);
  if (keys === null) throw new SigningKeyError(`${path} does not hold signing keys. Restore it, or delete it and restart the server: it makes a new key, and tokens that were signed before are worth nothing.`);
  return keys;
}

function readKeys(text: string): readonly StoredKey[] | null {
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown };
    return Array.isArray(keys) && keys.length > 0 && keys.every(isStoredKey) ? keys : null;
  } catch {
    return null; // no JSON: the caller tells
  }
}

function isStoredKey(value: unknown): value is StoredKey {
  if (typeof value !== "object" || value === null) return false;
  const { kid, createdAt, retiredAt, privateKey } = value as Readonly<Record<string, unknown>>;
  return typeof kid === "string" && typeof createdAt === "string" && (retiredAt === null || typeof retiredAt === "string") && isPrivateKey(privateKey);
}

function isPrivateKey(value: unknown): value is JsonWebKey {
  try {
    return createPrivateKey({ key: value as JsonWebKey, format: "jwk" }).asymmetricKeyDetails?.namedCurve === "prime256v1";
  } catch {
    return false;
  }
}
