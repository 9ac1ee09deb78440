/** API keys of the company, for people. A key is made by an action, where randomness is secure, and shown once. */
import { v } from "convex/values";
import { internal } from "./_generated/api";
import type { Doc } from "./_generated/dataModel";
import { action, internalMutation, mutation, query } from "./_generated/server";
import { createApiKey, keysOf, newKey, removeApiKey, requireApiKey, revokeApiKey } from "./model/apiKeys";
import { getAuthContext, requirePermission } from "./model/auth";
import { permission } from "./model/permissions";

const fields = { name: v.string(), scopes: v.array(permission), ratePerMinute: v.number() };

/** Without their hashes, which are nobody's business. */
export const list = query({
  args: {},
  handler: async (ctx) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "keys:read");
    return (await keysOf(ctx, auth.companyId)).map(withoutHash);
  },
});

/** @returns the key, which nobody can ask for again */
export const create = action({
  args: fields,
  returns: v.string(),
  handler: async (ctx, input): Promise<string> => {
    const { key, hash, ending } = await newKey();
    await ctx.runMutation(internal.apiKeys.store, { ...input, hash, ending });
    return key;
  },
});

export const store = internalMutation({
  args: { ...fields, hash: v.string(), ending: v.string() },
  returns: v.null(),
  handler: async (ctx, { hash, ending, ...input }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "keys:write");
    await createApiKey(ctx, auth, input, { hash, ending });
    return null;
  },
});

export const revoke = mutation({
  args: { keyId: v.id("apiKeys") },
  returns: v.null(),
  handler: async (ctx, { keyId }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "keys:write");
    await revokeApiKey(ctx, auth, await requireApiKey(ctx, auth, keyId));
    return null;
  },
});

/** One that was revoked, out of the list. */
export const remove = mutation({
  args: { keyId: v.id("apiKeys") },
  returns: v.null(),
  handler: async (ctx, { keyId }) => {
    const auth = await getAuthContext(ctx);
    requirePermission(auth, "keys:write");
    await removeApiKey(ctx, auth, await requireApiKey(ctx, auth, keyId));
    return null;
  },
});

function withoutHash({ hash: _hash, ...key }: Doc<"apiKeys">): Omit<Doc<"apiKeys">, "hash"> {
  return key;
}
