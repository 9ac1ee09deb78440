/**
 * Tells who a token speaks for, or why it speaks for nobody. It checks, in this order: the form, that a provider of
 * auth.config.ts issued it for this app, the signature with that provider's keys, and the time.
 *
 * Nothing blocks the thread: keys come over the network and signatures are checked on threads of Node's own. One
 * verification serves all who ask for the same token meanwhile.
 */
import type { Identity } from "../../live/live-query.js";
import { trustIssuer, type AuthProvider, type TrustOptions, type TrustedIssuer } from "./auth-provider.js";
import { AuthTokenError, refuseToken } from "./errors.js";
import type { KeyLookup } from "./key-set.js";
import { TokenCache } from "./token-cache.js";
import { audiencesOf, parseClaims, readToken, type UnverifiedToken } from "./token.js";
import type { Claims } from "./user-identity.js";

export interface VerifiedToken {
  readonly identity: Identity;
  /** Wall clock. */
  readonly expiresAtMs: number;
}

export interface TokenVerifierOptions extends TrustOptions {
  readonly providers: readonly AuthProvider[];
}

/** A provider's clock may be ahead of ours by as much. */
const CLOCK_SKEW_SECONDS_MAX = 10;
/** Times in tokens are whole seconds, so a token may have been issued almost one later than it says. */
const EXPIRY_LEEWAY_MS = 1_000;

export class TokenVerifier {
  readonly #options: TokenVerifierOptions;
  readonly #issuers: readonly TrustedIssuer[];
  readonly #cache: TokenCache;
  readonly #verifying = new Map<string, Promise<VerifiedToken>>();

  constructor(options: TokenVerifierOptions) {
    this.#options = options;
    this.#issuers = options.providers.map((provider) => trustIssuer(provider, options));
    this.#cache = new TokenCache(options.nowMs);
  }

  /** A token that was verified lately; null says nothing of it. */
  recall(token: string): VerifiedToken | null {
    return this.#cache.get(token);
  }

  /** Rejects with {@link AuthTokenError}. */
  verify(token: string): Promise<VerifiedToken> {
    const known = this.recall(token);
    if (known !== null) return Promise.resolve(known);
    let verifying = this.#verifying.get(token);
    if (verifying === undefined) {
      verifying = this.#verify(token).finally(() => this.#verifying.delete(token));
      this.#verifying.set(token, verifying);
    }
    return verifying;
  }

  async #verify(token: string): Promise<VerifiedToken> {
    if (this.#issuers.length === 0) throw new AuthTokenError("NoAuthProvider", "This deployment has no auth provider, so it can't check tokens of users. Name one in convex/auth.config.ts, and push.");
    const unverified = readToken(token);
    const issuer = this.#issuerOf(unverified);
    const claims = await verifySignature(token, unverified, issuer);
    const verified = this.#checkClaims(claims, issuer);
    this.#cache.set(token, verified);
    return verified;
  }

  /** The first that fits; of two for the same tokens, one with the token's algorithm. */
  #issuerOf(token: UnverifiedToken): TrustedIssuer {
    const fitting = this.#issuers.filter(({ isIssuer, audience }) => isIssuer(token.issuer) && (audience === null || token.audiences.includes(audience)));
    const issuer = fitting.find(({ algorithms }) => algorithms.includes(token.algorithm));
    if (issuer !== undefined) return issuer;
    if (fitting.length === 0) throw this.#noProvider(token);
    throw refuseToken(`The token is signed with "${shown(token.algorithm)}", and auth.config.ts accepts only ${fitting[0]!.algorithms.join(", ")} from ${fitting[0]!.name}.`);
  }

  #noProvider({ issuer, audiences }: UnverifiedToken): AuthTokenError {
    const configured = this.#issuers.map(({ name, audience }) => (audience === null ? `"${name}"` : `"${name}" for "${audience}"`));
    const audience = audiences.length === 0 ? "no audience" : `audience ${audiences.slice(0, 5).map((name) => `"${shown(name)}"`).join(", ")}`;
    return new AuthTokenError("NoAuthProvider", `No auth provider matches the token, whose issuer is "${shown(issuer)}" with ${audience}. auth.config.ts has ${configured.join(", ")}.`);
  }

  #checkClaims(claims: Claims, { isIssuer, audience, identity }: TrustedIssuer): VerifiedToken {
    const { iss, sub } = claims;
    // The provider was chosen by what is now verified, so this holds.
    if (typeof iss !== "string" || !isIssuer(iss) || (audience !== null && !audiencesOf(claims).includes(audience))) throw refuseToken("The token's claims changed while it was read.");
    if (typeof sub !== "string" || sub === "") throw refuseToken('The token names no user (claim "sub").');
    const expiresAtMs = this.#checkTimes(claims);
    return { identity: identity(iss, sub, claims), expiresAtMs };
  }

  #checkTimes({ exp, nbf, iat }: Claims): number {
    const nowMs = this.#options.nowMs();
    if (typeof exp !== "number") throw refuseToken('The token has no time of expiry (claim "exp").');
    const expiresAtMs = exp * 1000 + EXPIRY_LEEWAY_MS;
    if (!(expiresAtMs > nowMs)) throw refuseToken(`The token expired ${Math.ceil(nowMs / 1000 - exp)} s ago. Fetch a new one, and check the clock of this server.`);
    for (const [claim, seconds] of Object.entries({ nbf, iat })) {
      if (seconds === undefined) continue;
      if (typeof seconds !== "number") throw refuseToken(`The token's claim "${claim}" is no number of seconds.`);
      const aheadSeconds = seconds - nowMs / 1000;
      if (aheadSeconds > CLOCK_SKEW_SECONDS_MAX) throw refuseToken(`The token is not valid yet: its "${claim}" is ${Math.ceil(aheadSeconds)} s ahead. Check the clocks of the auth provider and of this server.`);
    }
    return expiresAtMs;
  }
}

/** The claims, now to be believed. */
async function verifySignature(token: string, { keyId }: UnverifiedToken, { keys, algorithms, name }: TrustedIssuer): Promise<Claims> {
  const known = await keys.current();
  let text = await payloadOf(token, known, algorithms);
  if (text === null) {
    // Signed with a key that the provider has made since.
    const newer = await keys.newer(known);
    if (newer !== null) text = await payloadOf(token, newer, algorithms);
  }
  if (text === null) throw refuseToken(`The token is signed with the key "${shown(keyId ?? "")}", which ${name} does not publish.`);
  return parseClaims(text, "payload");
}

/** Null where the key that the token names is not among these. */
async function payloadOf(token: string, keys: KeyLookup, algorithms: readonly string[]): Promise<string | null> {
  const { compactVerify, errors } = await import("jose");
  const verify = async (key: KeyLookup): Promise<string> => Buffer.from((await compactVerify(token, key, { algorithms: [...algorithms] })).payload).toString("utf8");
  try {
    return await verify(keys);
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return null;
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw badSignature(error);
    for await (const key of error) {
      const text = await verify(() => key).catch(() => null);
      if (text !== null) return text;
    }
    throw badSignature(error);
  }
}

function badSignature(error: unknown): AuthTokenError {
  return refuseToken(`The token's signature can't be verified with the auth provider's key: ${error instanceof Error ? error.message : String(error)}.`);
}

/** Of texts from outside as much as a reader needs. */
function shown(text: string): string {
  return text.slice(0, 200);
}
