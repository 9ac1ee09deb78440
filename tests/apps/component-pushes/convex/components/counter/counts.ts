import { v } from "convex/values";
import { components } from "./_generated/api.js";
import { env, internalMutation, mutation, query } from "./_generated/server.js";

export const add = mutation({
  args: { name: v.string(), by: v.number() },
  returns: v.number(),
  handler: async (ctx, { name, by }) => {
    const count = await ctx.db.query("counts").withIndex("by_name", (q) => q.eq("name", name)).unique();
    const total = (count?.total ?? 0) + by;
    if (count === null) await ctx.db.insert("counts", { name, total });
    else await ctx.db.patch(count._id, { total });
    await ctx.runMutation(components.journal.entries.note, { text: `${name} ${total}` });
    return total;
  },
});

export const get = query({
  args: { name: v.string() },
  returns: v.object({ total: v.number(), unit: v.string() }),
  handler: async (ctx, { name }) => {
    const count = await ctx.db.query("counts").withIndex("by_name", (q) => q.eq("name", name)).unique();
    return { total: count?.total ?? 0, unit: env.UNIT };
  },
});

export const reset = internalMutation({
  args: {},
  handler: async (ctx) => {
    for (const { _id } of await ctx.db.query("counts").collect()) await ctx.db.delete(_id);
  },
});
