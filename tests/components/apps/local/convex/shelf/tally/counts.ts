/** The innermost component: counters by name. */
import { v } from "convex/values";
import { mutation, query, type QueryCtx } from "./_generated/server.js";

const find = (ctx: QueryCtx, name: string) => ctx.db.query("counts").withIndex("by_name", (q) => q.eq("name", name)).unique();

export const get = query({ args: { name: v.string() }, returns: v.number(), handler: async (ctx, { name }) => (await find(ctx, name))?.value ?? 0 });

export const increase = mutation({
  args: { name: v.string(), by: v.number() },
  returns: v.number(),
  handler: async (ctx, { name, by }) => {
    const found = await find(ctx, name);
    const value = (found?.value ?? 0) + by;
    if (found === null) await ctx.db.insert("counts", { name, value });
    else await ctx.db.patch(found._id, { value });
    if (value > 4000) throw new Error(`${name} is over its limit`);
    return value;
  },
});

export const unit = query({ args: {}, handler: async () => ({ unit: process.env["UNIT"] ?? null, label: process.env["LABEL"] ?? null, secret: process.env["SHELF_LABEL"] ?? null }) });
