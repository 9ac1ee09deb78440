import { v } from "convex/values";
import { mutation, query } from "./_generated/server.js";

export const add = mutation({ args: { body: v.string() }, handler: async (ctx, { body }) => void (await ctx.db.insert("messages", { body })) });

export const find = query({
  args: { text: v.string() },
  handler: async (ctx, { text }) => (await ctx.db.query("messages").withSearchIndex("search_body", (q) => q.search("body", text)).collect()).map(({ body }) => body),
});
