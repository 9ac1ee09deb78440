/**
 * `ctx.auth.signJwt` of mutations: a token that says what the app says, under the deployment's name. What it may not say is
 * refused here; the key, and whom the token is from, are the server's (src/server/auth/deployment-tokens.ts).
 */
import type { JsonValue } from "../values/value.js";
import { FunctionError } from "./errors.js";
import type { ReadScope } from "./read-scope.js";

export interface TokenSigner {
  /** The token's text. `componentPath` is who signs; "" is the app. Times in seconds since 1970. */
  sign(token: { readonly componentPath: string; readonly claims: Claims; readonly issuedAt: number; readonly expiresAt: number }): string;
}

export type Claims = Readonly<Record<string, JsonValue>>;

/** The longest that a token lives. */
export const TOKEN_SECONDS_MAX = 3_600;
/** Of the claims as JSON. Tokens above 32 KiB are refused where they come back, and headers do not take much more. */
const CLAIMS_BYTES_MAX = 16 * 1024;
const RESERVED_CLAIMS: ReadonlySet<string> = new Set(["iss", "iat", "exp", "nbf"]);
const RESERVED_PREFIX = /^(?:convex|cvx)/i;

/** `options` as user code passes them: of another realm, and of any type. */
export function signJwt(scope: ReadScope, options: unknown): string {
  if (!scope.frame.transaction.writable) throw new FunctionError("`ctx.auth.signJwt` can only be used in mutations. From an action, call a mutation that signs.");
  const { claims, expiresInSeconds } = (options ?? {}) as { readonly claims?: unknown; readonly expiresInSeconds?: unknown };
  const lifeSeconds = checkLife(expiresInSeconds);
  const issuedAt = Math.floor(scope.execution.nowMs / 1_000);
  return scope.execution.surroundings.tokens.sign({ componentPath: scope.frame.namespace, claims: checkClaims(claims), issuedAt, expiresAt: issuedAt + lifeSeconds });
}

function checkLife(seconds: unknown): number {
  if (typeof seconds === "number" && seconds >= 1 && seconds <= TOKEN_SECONDS_MAX) return Math.floor(seconds);
  throw new FunctionError(`\`ctx.auth.signJwt\` needs \`expiresInSeconds\`, a number from 1 to ${TOKEN_SECONDS_MAX}, and got ${describe(seconds)}. A token can't be revoked: let it live shortly, and sign another when it is needed.`);
}

function checkClaims(value: unknown): Claims {
  if (value === undefined) return {};
  const claims = toJson(value);
  if (typeof claims !== "object" || claims === null || Array.isArray(claims)) throw new FunctionError(`\`claims\` of \`ctx.auth.signJwt\` must be an object of JSON values, and is ${describe(value)}.`);
  for (const name of Object.keys(claims)) {
    if (RESERVED_CLAIMS.has(name)) throw new FunctionError(`The claim "${name}" of \`ctx.auth.signJwt\` is set by the deployment itself. Leave it out${name === "exp" ? ", and say in `expiresInSeconds` how long the token lives" : ""}.`);
    if (RESERVED_PREFIX.test(name)) throw new FunctionError(`The claim "${name.slice(0, 64)}" of \`ctx.auth.signJwt\` is reserved: names must not begin with "convex" or "cvx", in whatever case. Rename it.`);
  }
  return claims;
}

function toJson(value: unknown): JsonValue | undefined {
  let text: string | undefined;
  try {
    text = JSON.stringify(value) as string | undefined;
  } catch {
    throw new FunctionError("`claims` of `ctx.auth.signJwt` hold what JSON can't: a bigint, or an object that contains itself. Pass text or numbers.");
  }
  if (text === undefined) return undefined;
  if (Buffer.byteLength(text) > CLAIMS_BYTES_MAX) throw new FunctionError(`\`claims\` of \`ctx.auth.signJwt\` take ${Buffer.byteLength(text)} bytes as JSON, and at most ${CLAIMS_BYTES_MAX} are allowed. Keep the data in a table, and put an id into the token.`);
  return JSON.parse(text) as JsonValue;
}

function describe(value: unknown): string {
  if (value === null || value === undefined || typeof value === "number") return String(value);
  return Array.isArray(value) ? "an array" : `of type ${typeof value}`;
}
