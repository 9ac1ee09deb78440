import { v } from "convex/values";
import { mutation, query } from "./_generated/server";

export const set = mutation({
  args: { name: v.string(), value: v.number() },
  returns: v.null(),
  handler: async (ctx, count) => {
    console.log("counting", count.name);
    await ctx.db.insert("counts", count);
    return null;
  },
});

export const all = query({ args: {}, returns: v.array(v.number()), handler: async (ctx) => (await ctx.db.query("counts").collect()).map(({ value }) => value) });
