/** What actions call. */
import { ConvexError, v } from "convex/values";
import { mutation, query } from "./_generated/server";

export const add = mutation({
  args: { text: v.string() },
  handler: async (ctx, { text }) => {
    console.info("adding", text);
    await ctx.db.insert("notes", { text });
  },
});
export const refuse = mutation({
  args: {},
  handler: async () => {
    console.warn("refusing");
    throw new ConvexError({ code: "FULL", free: 0n });
  },
});
export const quiet = query({ args: {}, handler: async (ctx) => (await ctx.db.query("notes").collect()).length });
