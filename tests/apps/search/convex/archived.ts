/** The search of a component that is mounted twice. */
import { v } from "convex/values";
import { components } from "./_generated/api";
import { mutation, query } from "./_generated/server";

export const add = mutation({
  args: { body: v.string() },
  handler: async (ctx, { body }): Promise<string[]> => {
    await ctx.runMutation(components.archive.entries.add, { body });
    return await ctx.runQuery(components.archive.entries.find, { text: body });
  },
});

export const find = query({
  args: { text: v.string() },
  handler: async (ctx, { text }): Promise<string[][]> => [await ctx.runQuery(components.archive.entries.find, { text }), await ctx.runQuery(components.second.entries.find, { text })],
});
