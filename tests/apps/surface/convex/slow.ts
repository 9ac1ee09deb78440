/** Functions that compute for a while before they do what their fast siblings do. */
import { ConvexError, v } from "convex/values";
import { mutation, query } from "./_generated/server";

function compute(rounds: number): number {
  let sum = 0;
  for (let i = 0; i < rounds; i++) sum += Math.sqrt(i);
  return sum;
}

/** Reads nothing: only its place among its client's mutations says when it happens. */
export const add = mutation({
  args: { group: v.string(), rank: v.number(), rounds: v.number() },
  handler: async (ctx, { group, rank, rounds }) => {
    compute(rounds);
    if (rank < 0) throw new ConvexError({ rank });
    return await ctx.db.insert("items", { group, rank });
  },
});

/** The last one of a group may stay: goes wrong if two of these decide on the same state. */
export const leaveUnlessLast = mutation({
  args: { group: v.string(), rank: v.number(), rounds: v.number() },
  handler: async (ctx, { group, rank, rounds }) => {
    const present = await ctx.db
      .query("items")
      .withIndex("by_group_rank", (q) => q.eq("group", group))
      .collect();
    compute(rounds);
    if (present.length > 1) await ctx.db.delete(present.find((item) => item.rank === rank)!._id);
  },
});

export const order = query({
  args: { group: v.string() },
  handler: async (ctx, { group }) => (await ctx.db.query("items").collect()).filter((item) => item.group === group).map((item) => item.rank),
});

/** Keeps everybody waiting. `nonce` makes it another query each time. */
export const busy = query({
  args: { rounds: v.number(), nonce: v.number() },
  handler: async (_ctx, { rounds }) => compute(rounds) > 0,
});
