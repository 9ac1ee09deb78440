/** The text of a JSON Web Token, taken apart but not verified: who claims to have issued it, for whom, and how it is signed. */
import { refuseToken } from "./errors.js";
import type { Claims } from "./user-identity.js";

export interface UnverifiedToken {
  readonly algorithm: string;
  readonly keyId: string | null;
  readonly issuer: string;
  readonly audiences: readonly string[];
}

/** What headers of HTTP requests can carry, and twice what providers issue. */
export const TOKEN_CHARS_MAX = 32 * 1024;
/** Convex values nest no deeper. */
const CLAIMS_DEPTH_MAX = 64;

/** Throws AuthTokenError. */
export function readToken(token: string): UnverifiedToken {
  if (token.length > TOKEN_CHARS_MAX) throw refuseToken(`The token has ${token.length} characters, and at most ${TOKEN_CHARS_MAX} are allowed. Issue it with fewer claims.`);
  const parts = token.split(".");
  if (parts.length !== 3) throw refuseToken("The token is no JSON Web Token: it must have three parts with dots between them. Send the ID token of the auth provider.");
  const header = parsePart(parts[0]!, "header");
  const claims = parsePart(parts[1]!, "payload");
  if (typeof header["alg"] !== "string") throw refuseToken('The token\'s header has no "alg". Send the ID token of the auth provider.');
  if (typeof claims["iss"] !== "string") throw refuseToken('The token has no issuer (claim "iss"). Send the ID token of the auth provider.');
  return { algorithm: header["alg"], keyId: typeof header["kid"] === "string" ? header["kid"] : null, issuer: claims["iss"], audiences: audiencesOf(claims) };
}

/** One part of a token, or its verified payload. Throws AuthTokenError. */
export function parseClaims(text: string, what: string): Claims {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw refuseToken(`The token's ${what} is no JSON object. Send the ID token of the auth provider.`);
  if (isDeeperThan(value, CLAIMS_DEPTH_MAX)) throw refuseToken(`The token's ${what} is nested more than ${CLAIMS_DEPTH_MAX} levels deep. Issue it with simpler claims.`);
  return value as Claims;
}

export function audiencesOf({ aud }: Claims): readonly string[] {
  if (typeof aud === "string") return [aud];
  return Array.isArray(aud) ? aud.filter((audience) => typeof audience === "string") : [];
}

function parsePart(part: string, what: string): Claims {
  return parseClaims(Buffer.from(part, "base64url").toString("utf8"), what);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no JSON value is: the caller tells
  }
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
}
