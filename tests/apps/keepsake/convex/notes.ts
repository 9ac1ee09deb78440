import { componentsGeneric, internalMutationGeneric as internalMutation, makeFunctionReference, mutationGeneric as mutation, queryGeneric as query } from "convex/server";
import { v } from "convex/values";

const components = componentsGeneric() as any;

export const add = mutation({
  args: { text: v.string(), number: v.number() },
  handler: async (ctx, { text, number }) => {
    const note = await ctx.db.insert("notes", { text, number });
    await ctx.db.insert("shadows", { note });
    await ctx.runMutation(components.counter.counts.add, {});
    return note;
  },
});

export const addMany = mutation({
  args: { count: v.number(), chars: v.number() },
  handler: async ({ db }, { count, chars }) => {
    for (let number = 0; number < count; number++) await db.insert("notes", { text: "x".repeat(chars), number });
  },
});

export const list = query({ args: {}, handler: async ({ db }) => await db.query("notes").withIndex("by_number").collect() });

/** Everything that must agree, read at one timestamp. */
export const totals = query({
  args: {},
  handler: async (ctx) => ({
    notes: (await ctx.db.query("notes").collect()).length,
    shadows: (await ctx.db.query("shadows").collect()).length,
    ticks: await ctx.runQuery(components.counter.counts.total, {}),
    fired: (await ctx.db.query("fired").collect()).map(({ name }) => name),
    motto: process.env.MOTTO ?? null,
  }),
});

export const search = query({
  args: { text: v.string() },
  handler: async ({ db }, { text }) => (await db.query("notes").withSearchIndex("by_text", (q) => q.search("text", text)).collect()).map((note) => note.text),
});

export const fire = internalMutation({
  args: { name: v.string() },
  handler: async ({ db }, { name }) => {
    await db.insert("fired", { name });
  },
});

export const fireIn = mutation({
  args: { name: v.string(), ms: v.number() },
  handler: async ({ scheduler }, { name, ms }) => {
    await scheduler.runAfter(ms, makeFunctionReference<"mutation">("notes:fire"), { name });
  },
});
