/** What goes on beside the transfers: one small mutation after another. */
import { mutationGeneric as mutation, queryGeneric as query } from "convex/server";
import { v } from "convex/values";

export const beat = mutation({
  args: {},
  handler: async (ctx) => {
    const beats = await ctx.db.query("beats").first();
    if (beats === null) await ctx.db.insert("beats", { count: 1 });
    else await ctx.db.patch(beats._id, { count: (beats["count"] as number) + 1 });
  },
});

export const count = query({ args: {}, handler: async (ctx) => ((await ctx.db.query("beats").first())?.["count"] as number | undefined) ?? 0 });

export const fill = mutation({
  args: { documents: v.number(), chars: v.number() },
  handler: async (ctx, { documents, chars }) => {
    for (let i = 0; i < documents; i++) await ctx.db.insert("pages", { text: "x".repeat(chars) });
  },
});

export const uploadUrl = mutation({ args: {}, handler: (ctx) => ctx.storage.generateUploadUrl() });
