/** Something to list, page by page, for the hooks of clients. */
import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { action, mutation, query } from "./_generated/server";

export const add = mutation({ args: { list: v.string(), rank: v.number() }, handler: async (ctx, { list, rank }) => await ctx.db.insert("entries", { list, rank }) });
export const rename = mutation({
  args: { list: v.string(), by: v.number() },
  handler: async (ctx, { list, by }) => {
    for (const entry of await ctx.db.query("entries").withIndex("by_list", (q) => q.eq("list", list)).collect()) await ctx.db.patch("entries", entry._id, { rank: entry.rank + by });
  },
});
export const page = query({
  args: { list: v.string(), paginationOpts: paginationOptsValidator },
  handler: async (ctx, { list, paginationOpts }) => {
    const { page, ...rest } = await ctx.db.query("entries").withIndex("by_list", (q) => q.eq("list", list)).paginate(paginationOpts);
    return { ...rest, page: page.map(({ rank }) => ({ rank })) };
  },
});
export const ranks = query({ args: { list: v.string() }, handler: async (ctx, { list }) => (await ctx.db.query("entries").withIndex("by_list", (q) => q.eq("list", list)).collect()).map(({ rank }) => rank) });
export const double = action({ args: { n: v.number() }, handler: async (_ctx, { n }) => n * 2 });
export const broken = query({ args: {}, handler: async () => { throw new Error("never works"); } });
