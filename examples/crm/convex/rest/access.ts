/** The door of the REST interface: whose key it is, and whether it may call again now. */
import { MINUTE, RateLimiter } from "@convex-dev/rate-limiter";
import { v } from "convex/values";
import { components } from "../_generated/api";
import { internalMutation } from "../_generated/server";
import { LAST_USED_STEP_MS } from "../model/limits";
import { permission } from "../model/permissions";

const rateLimiter = new RateLimiter(components.rateLimiter, {});

/** By the hash of the key that came. Null where there is none in force. */
export const admit = internalMutation({
  args: { hash: v.string() },
  returns: v.union(v.null(), v.object({ keyId: v.id("apiKeys"), scopes: v.array(permission), retryAfterMs: v.union(v.number(), v.null()) })),
  handler: async (ctx, { hash }) => {
    const key = await ctx.db
      .query("apiKeys")
      .withIndex("by_hash", (q) => q.eq("hash", hash))
      .unique();
    if (key === null || key.revokedAt !== null) return null;
    const { _id: keyId, scopes, ratePerMinute, lastUsedAt } = key;
    const config = { kind: "token bucket", rate: ratePerMinute, period: MINUTE, capacity: ratePerMinute } as const;
    const { ok, retryAfter } = await rateLimiter.limit(ctx, "restRequests", { key: keyId, config });
    const now = Date.now();
    if (ok && now - (lastUsedAt ?? 0) >= LAST_USED_STEP_MS) await ctx.db.patch("apiKeys", keyId, { lastUsedAt: now });
    return { keyId, scopes, retryAfterMs: ok ? null : retryAfter };
  },
});
