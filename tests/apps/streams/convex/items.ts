import { v } from "convex/values";
import { components } from "./_generated/api";
import { mutation, query, type MutationCtx } from "./_generated/server";

export const seed = mutation({
  args: { count: v.number() },
  handler: async (ctx, { count }) => {
    for (let key = 0; key < count; key++) await ctx.db.insert("items", { key, balance: 0, note: "x".repeat(key % 50) });
  },
});

const byKey = (ctx: MutationCtx, key: number) => ctx.db.query("items").withIndex("by_key", (q) => q.eq("key", key)).first();

/** Moves a balance from one item to another; an item that is `replaced` is deleted and inserted anew. */
export const move = mutation({
  args: { from: v.number(), to: v.number(), amount: v.number(), replaced: v.boolean() },
  handler: async (ctx, { from, to, amount, replaced }) => {
    const [source, target] = [await byKey(ctx, from), await byKey(ctx, to)];
    if (source === null || target === null || from === to) return;
    await ctx.db.patch(target._id, { balance: target.balance + amount });
    if (replaced) {
      await ctx.db.delete(source._id);
      await ctx.db.insert("items", { key: from, balance: source.balance - amount });
    } else {
      await ctx.db.patch(source._id, { balance: source.balance - amount });
      await ctx.db.patch(source._id, { note: String(amount) });
    }
  },
});

/** Everything, for comparison: `{id: [key, balance, note]}`. */
export const dump = query({
  args: {},
  handler: async (ctx) => {
    const all: Record<string, (number | string | null)[]> = {};
    for await (const { _id, key, balance, note } of ctx.db.query("items")) all[_id] = [key, balance, note ?? null];
    return all;
  },
});

export const kinds = mutation({
  args: {},
  handler: async (ctx) => {
    const item = (await ctx.db.query("items").first())!._id;
    return await ctx.db.insert("kinds", { big: 9007199254740993n, bytes: new Uint8Array([1, 2, 255]).buffer, item, odd: NaN, tags: ["$a"] });
  },
});

export const remove = mutation({ args: { id: v.id("kinds") }, handler: async (ctx, { id }) => await ctx.db.delete(id) });

export const boxed = mutation({ args: { label: v.string() }, handler: async (ctx, { label }): Promise<string> => await ctx.runMutation(components.box.items.put, { label }) });

export const loose = mutation({ args: { document: v.any() }, handler: async (ctx, { document }) => await ctx.db.insert("loose" as never, document as never) });
