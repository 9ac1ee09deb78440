import { v } from "convex/values";
import { action, mutation, query } from "./_generated/server";

export const add = mutation({
  args: { group: v.string(), rank: v.number() },
  handler: async (ctx, args) => await ctx.db.insert("items", args),
});

export const size = query({ args: {}, handler: async (ctx) => (await ctx.db.query("items").collect()).length });

/** Depends on every item and never says anything new. */
export const failAlways = query({
  args: {},
  handler: async (ctx): Promise<null> => {
    await ctx.db.query("items").collect();
    throw new Error("always");
  },
});

export const act = action({ args: {}, handler: async () => "acted" });
