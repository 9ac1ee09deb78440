import { v } from "convex/values";
import { internalQuery, mutation, query } from "./_generated/server";

export const whoami = query({ args: {}, handler: async (ctx) => await ctx.auth.getUserIdentity() });
export const nobody = query({ args: {}, handler: async () => "the same for all" });
export const secret = internalQuery({ args: {}, handler: async () => "internal" });

/** Whether the identity is of the function's own realm, and its own copy. */
export const realm = query({
  args: { nonce: v.number() },
  handler: async (ctx) => {
    const identity = (await ctx.auth.getUserIdentity())! as unknown as Record<string, unknown>;
    const wasTouched = "touched" in identity;
    identity["touched"] = true;
    return { isObject: identity instanceof Object, isArray: identity["custom_claim"] instanceof Array, wasTouched };
  },
});

export const record = mutation({
  args: {},
  handler: async (ctx) => {
    const identity = await ctx.auth.getUserIdentity();
    const id = await ctx.db.insert("others", { title: identity?.tokenIdentifier ?? "nobody" });
    return (await ctx.db.get(id))!.title;
  },
});
