import { ConvexError, v } from "convex/values";
import { internal } from "./_generated/api";
import { internalMutation, internalQuery } from "./_generated/server";

const args = { group: v.string() };

export const readInternal = internalQuery({
  args,
  handler: async (ctx, { group }) => (await ctx.db.query("items").withIndex("by_group_rank", (q) => q.eq("group", group)).collect()).map((item) => item.rank),
});

export const writeInternal = internalMutation({ args, handler: async (ctx, { group }) => await ctx.db.insert("items", { group, rank: 0 }) });

export const writeThenThrow = internalMutation({
  args,
  handler: async (ctx, { group }): Promise<null> => {
    await ctx.db.insert("items", { group, rank: 2 });
    throw new ConvexError("sub-mutation failed");
  },
});

export const writeDeepThenThrow = internalMutation({
  args,
  handler: async (ctx, { group }): Promise<null> => {
    await ctx.runMutation(internal.calls_internal.writeInternal, { group });
    throw new Error("after a sub-mutation");
  },
});

export const writeThree = internalMutation({
  args,
  handler: async (ctx, { group }) => {
    for (let rank = 0; rank < 3; rank++) await ctx.db.insert("items", { group, rank });
  },
});
