import { v } from "convex/values";
import { mutation } from "./_generated/server";

export const put = mutation({
  args: { label: v.string() },
  handler: async (ctx, { label }) => await ctx.db.insert("items", { label }),
});
