import { v } from "convex/values";
import { mutation, query } from "./_generated/server";

export const open = mutation({
  args: { owner: v.string(), balance: v.number() },
  handler: async (ctx, args) => await ctx.db.insert("accounts", args),
});

export const transfer = mutation({
  args: { from: v.id("accounts"), to: v.id("accounts"), amount: v.number() },
  handler: async (ctx, { from, to, amount }) => {
    const source = (await ctx.db.get(from))!;
    const target = (await ctx.db.get(to))!;
    await ctx.db.patch(from, { balance: source.balance - amount });
    await ctx.db.patch(to, { balance: target.balance + amount });
  },
});

export const increment = mutation({
  args: { id: v.id("accounts") },
  handler: async (ctx, { id }) => {
    const account = (await ctx.db.get(id))!;
    await ctx.db.patch(id, { balance: account.balance + 1 });
    return account.balance + 1;
  },
});

export const balance = query({
  args: { id: v.id("accounts") },
  handler: async (ctx, { id }) => (await ctx.db.get(id))?.balance ?? null,
});

export const total = query({
  args: {},
  handler: async (ctx) => {
    let total = 0;
    for await (const account of ctx.db.query("accounts")) total += account.balance;
    return total;
  },
});
