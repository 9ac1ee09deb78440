import { v } from "convex/values";
import { mutation, query } from "./_generated/server.js";

export const note = mutation({
  args: { text: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await ctx.db.insert("entries", args);
    return null;
  },
});

export const all = query({ args: {}, handler: async (ctx) => (await ctx.db.query("entries").collect()).map(({ text }) => text) });
