/**
 * The claims of a verified token as functions see them (`ctx.auth.getUserIdentity()`). What belongs to the token and not to
 * the user is left out, and the order of fields is always the same: two tokens of a user that say the same of them give
 * equal identities, so that a refreshed token re-runs nothing.
 */
import type { Identity } from "../../live/live-query.js";

export type Claims = Readonly<Record<string, unknown>>;

/** Standard claims of OpenID Connect and the names by which functions know them. */
const STANDARD_CLAIMS: ReadonlyMap<string, string> = new Map([
  ["name", "name"],
  ["given_name", "givenName"],
  ["family_name", "familyName"],
  ["nickname", "nickname"],
  ["preferred_username", "preferredUsername"],
  ["profile", "profileUrl"],
  ["picture", "pictureUrl"],
  ["email", "email"],
  ["email_verified", "emailVerified"],
  ["gender", "gender"],
  ["birthdate", "birthday"],
  ["zoneinfo", "timezone"],
  ["locale", "language"],
  ["phone_number", "phoneNumber"],
  ["phone_number_verified", "phoneNumberVerified"],
  ["address", "address"],
  ["updated_at", "updatedAt"],
]);

/** Of this token, not of the user; or told under another name. */
const TOKEN_CLAIMS: ReadonlySet<string> = new Set(["iss", "sub", "aud", "exp", "iat", "nbf", "jti", "nonce", "at_hash", "c_hash"]);

/** Fields that no claim may take the place of: they say who the user is. */
const OWN_FIELDS: ReadonlySet<string> = new Set(["tokenIdentifier", "issuer", "subject"]);

/** How deep claims are also told by their path ("properties.id"). */
const PATH_DEPTH_MAX = 8;
const PATH_CHARS_MAX = 256;

/** `issuer` and `subject` were checked. */
export function openIdIdentity(issuer: string, subject: string, claims: Claims): Identity {
  return identity(issuer, subject, [...standardFields(claims), ...customFields(claims, (name) => STANDARD_CLAIMS.has(name))]);
}

/** As an OpenID Connect one, with every claim under its own name too, and what is inside of objects by its path. */
export function customJwtIdentity(issuer: string, subject: string, claims: Claims): Identity {
  const own = customFields(claims, () => false);
  return identity(issuer, subject, [...standardFields(claims), ...own, ...own.flatMap(([name, value]) => nestedFields(name, value, 1))]);
}

type Field = readonly [name: string, value: unknown];

/** Of fields with the same name the first counts. Entries and not assignments, so that no name has a meaning of its own. */
function identity(issuer: string, subject: string, fields: readonly Field[]): Identity {
  const taken = new Map<string, unknown>([
    ["tokenIdentifier", `${issuer}|${subject}`],
    ["issuer", issuer],
    ["subject", subject],
  ]);
  for (const [name, value] of fields) if (!taken.has(name)) taken.set(name, value);
  return Object.fromEntries(taken);
}

function standardFields(claims: Claims): Field[] {
  return [...STANDARD_CLAIMS].flatMap(([claim, field]) => (Object.hasOwn(claims, claim) && claims[claim] !== null ? [[field, standardValue(claim, claims[claim])] as const] : []));
}

/** Providers differ from the standard here; functions are promised one type. */
function standardValue(claim: string, value: unknown): unknown {
  switch (claim) {
    case "email_verified":
    case "phone_number_verified":
      return value === "true" ? true : value === "false" ? false : value;
    case "updated_at":
      return typeof value === "number" ? timeText(value) : value;
    case "address":
      return typeof value === "object" ? addressText(value as Claims) : value;
    default:
      return value;
  }
}

/** Some count milliseconds where the standard counts seconds. */
function timeText(time: number): string {
  const date = new Date(Math.abs(time) < 1e11 ? time * 1000 : time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
}

function addressText(address: Claims): string {
  return typeof address["formatted"] === "string" ? address["formatted"] : JSON.stringify(address);
}

function customFields(claims: Claims, isTold: (name: string) => boolean): Field[] {
  return Object.entries(claims)
    .filter(([name]) => !TOKEN_CLAIMS.has(name) && !OWN_FIELDS.has(name) && !isTold(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What is inside of objects, but for objects: those are in the claim itself. */
function nestedFields(path: string, value: unknown, depth: number): Field[] {
  if (typeof value !== "object" || value === null || Array.isArray(value) || depth > PATH_DEPTH_MAX || path.length > PATH_CHARS_MAX) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const innerPath = `${path}.${name}`;
    const isObject = typeof inner === "object" && inner !== null && !Array.isArray(inner);
    return isObject ? nestedFields(innerPath, inner, depth + 1) : [[innerPath, inner] as const];
  });
}
