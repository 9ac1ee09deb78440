/** The app that is measured: money moves between accounts, and balances are watched. */
import { mutationGeneric, queryGeneric, type DataModelFromSchemaDefinition, type MutationBuilder, type QueryBuilder } from "convex/server";
import { v } from "convex/values";
import type schema from "./schema.js";

type DataModel = DataModelFromSchemaDefinition<typeof schema>;

// Typed here rather than in `_generated`, so that the repository's own type check needs no code generation.
const mutation = mutationGeneric as MutationBuilder<DataModel, "public">;
const query = queryGeneric as QueryBuilder<DataModel, "public">;

export const openMany = mutation({
  args: { count: v.number(), balance: v.number() },
  handler: async (ctx, { count, balance }) => {
    const ids = [];
    for (let i = 0; i < count; i++) ids.push(await ctx.db.insert("accounts", { owner: `owner ${i}`, balance }));
    return ids;
  },
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

export const setBalance = mutation({
  args: { id: v.id("accounts"), balance: v.number() },
  handler: async (ctx, { id, balance }) => {
    await ctx.db.patch(id, { balance });
  },
});

export const increment = mutation({
  args: { id: v.id("accounts") },
  handler: async (ctx, { id }) => {
    const { balance } = (await ctx.db.get(id))!;
    await ctx.db.patch(id, { balance: balance + 1 });
  },
});

export const balance = query({
  args: { id: v.id("accounts") },
  handler: async (ctx, { id }) => (await ctx.db.get(id))!.balance,
});

/** Sum of one page, since a query may not read the documents of 100,000 accounts. */
export const sumOfPage = query({
  args: { cursor: v.union(v.string(), v.null()), count: v.number() },
  handler: async (ctx, { cursor, count }) => {
    const { page, isDone, continueCursor } = await ctx.db.query("accounts").paginate({ cursor, numItems: count });
    let sum = 0;
    for (const account of page) sum += account.balance;
    return { sum, accounts: page.length, isDone, cursor: continueCursor };
  },
});
