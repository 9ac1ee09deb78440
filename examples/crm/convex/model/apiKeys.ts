/**
 * Keys of the REST interface: `ferry_` and 32 random bytes. Stored is their SHA-256, which is enough for a random key and
 * makes what leaks from the database useless.
 */
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { recordAudit } from "./auth";
import type { AuthContext } from "./auth";
import { crmError } from "./errors";
import { API_KEYS_MAX, RATE_PER_MINUTE_MAX } from "./limits";
import type { Permission } from "./permissions";
import { nameFrom } from "./text";

const PREFIX = "ferry_";
const KEY_PATTERN = /^ferry_[0-9a-f]{64}$/;
const ENDING_LENGTH = 4;

export interface KeyInput {
  readonly name: string;
  readonly scopes: readonly Permission[];
  readonly ratePerMinute: number;
}

/** @returns null for what cannot be a key */
export async function hashOfKey(key: string): Promise<string | null> {
  if (!KEY_PATTERN.test(key)) return null;
  return hexadecimal(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key))));
}

/** For an action: queries and mutations have no secure randomness. */
export async function newKey(): Promise<{ key: string; hash: string; ending: string }> {
  const key = PREFIX + randomHexadecimal(32);
  const hash = await hashOfKey(key);
  return { key, hash: hash!, ending: key.slice(-ENDING_LENGTH) };
}

export function randomHexadecimal(bytes: number): string {
  return hexadecimal(crypto.getRandomValues(new Uint8Array(bytes)));
}

export async function keysOf(ctx: QueryCtx, companyId: Id<"companies">): Promise<Doc<"apiKeys">[]> {
  return await ctx.db
    .query("apiKeys")
    .withIndex("by_company", (q) => q.eq("companyId", companyId))
    .order("desc")
    .take(API_KEYS_MAX);
}

export async function requireApiKey(ctx: QueryCtx, { companyId }: AuthContext, id: string): Promise<Doc<"apiKeys">> {
  const keyId = ctx.db.normalizeId("apiKeys", id);
  const key = keyId === null ? null : await ctx.db.get("apiKeys", keyId);
  if (key?.companyId !== companyId) throw crmError("NOT_FOUND", "There is no such API key in this company.");
  return key;
}

/** Nobody gives a key more than they have. */
export async function createApiKey(ctx: MutationCtx, auth: AuthContext, input: KeyInput, { hash, ending }: { hash: string; ending: string }): Promise<Id<"apiKeys">> {
  const fields = { name: nameFrom(input.name), scopes: scopesFrom(auth, input.scopes), ratePerMinute: rateFrom(input.ratePerMinute) };
  if ((await keysOf(ctx, auth.companyId)).length >= API_KEYS_MAX) throw crmError("LIMIT_REACHED", `A company has ${API_KEYS_MAX} API keys at most. Remove one first.`);
  await recordAudit(ctx, auth, "key.created", `${fields.name} …${ending}`);
  return await ctx.db.insert("apiKeys", { companyId: auth.companyId, ...fields, hash, ending, lastUsedAt: null, revokedAt: null });
}

export async function updateApiKey(ctx: MutationCtx, auth: AuthContext, key: Doc<"apiKeys">, changes: Partial<KeyInput>): Promise<void> {
  const { name, scopes, ratePerMinute } = changes;
  await ctx.db.patch("apiKeys", key._id, {
    ...(name === undefined ? {} : { name: nameFrom(name) }),
    ...(scopes === undefined ? {} : { scopes: scopesFrom(auth, scopes) }),
    ...(ratePerMinute === undefined ? {} : { ratePerMinute: rateFrom(ratePerMinute) }),
  });
  await recordAudit(ctx, auth, "key.changed", `${key.name} …${key.ending}`);
}

/** Its record stays, so that the audit can name it; `removeApiKey` takes that too. */
export async function revokeApiKey(ctx: MutationCtx, auth: AuthContext, key: Doc<"apiKeys">): Promise<void> {
  if (key.revokedAt !== null) return;
  await ctx.db.patch("apiKeys", key._id, { revokedAt: Date.now() });
  await recordAudit(ctx, auth, "key.revoked", `${key.name} …${key.ending}`);
}

export async function removeApiKey(ctx: MutationCtx, auth: AuthContext, key: Doc<"apiKeys">): Promise<void> {
  if (key.revokedAt === null) throw crmError("CONFLICT", "This key is in force. Revoke it first.");
  await ctx.db.delete("apiKeys", key._id);
  await recordAudit(ctx, auth, "key.removed", `${key.name} …${key.ending}`);
}

function scopesFrom(auth: AuthContext, scopes: readonly Permission[]): Permission[] {
  const missing = scopes.find((scope) => !auth.permissions.includes(scope));
  if (missing !== undefined) throw crmError("NOT_ALLOWED", `You do not have "${missing}" yourself, so no key of yours can. Leave it out.`);
  if (scopes.length === 0) throw crmError("INVALID", "A key without scopes can do nothing. Choose at least one.");
  return [...new Set(scopes)].sort();
}

function rateFrom(ratePerMinute: number): number {
  if (Number.isInteger(ratePerMinute) && ratePerMinute >= 1 && ratePerMinute <= RATE_PER_MINUTE_MAX) return ratePerMinute;
  throw crmError("INVALID", `The rate must be a whole number of requests a minute from 1 to ${RATE_PER_MINUTE_MAX}, not ${ratePerMinute}.`);
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
