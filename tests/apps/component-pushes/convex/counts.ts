/** Calls into the components, with types that are generated. */
import { v } from "convex/values";
import { components } from "./_generated/api.js";
import { env, mutation, query } from "./_generated/server.js";

export const add = mutation({
  args: { name: v.string(), by: v.number() },
  handler: async (ctx, args): Promise<number> => {
    await ctx.runMutation(components.spare.counts.add, args);
    const total: number = await ctx.runMutation(components.counter.counts.add, args);
    return total;
  },
});

export const get = query({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    const total: { readonly total: number; readonly unit: string } = await ctx.runQuery(components.counter.counts.get, { name });
    return total;
  },
});

export const settings = query({
  args: {},
  handler: async () => {
    const unit: string = env.UNIT;
    const level: "info" | "error" | undefined = env.LEVEL;
    return { unit, level: level ?? null };
  },
});
