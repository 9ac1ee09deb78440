import { v } from "convex/values";
import { mutation } from "./_generated/server";

/** Reads, computes for a while, writes: what the optimistic lane is for. */
export const increment = mutation({
  args: { id: v.id("accounts"), rounds: v.number() },
  handler: async (ctx, { id, rounds }) => {
    const account = (await ctx.db.get(id))!;
    let sum = 0;
    for (let i = 0; i < rounds; i++) sum += Math.sqrt(i);
    await ctx.db.patch(id, { balance: account.balance + 1 });
    return sum > 0;
  },
});
