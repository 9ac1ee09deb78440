/** What cron jobs run. */
import { v } from "convex/values";
import { internal } from "./_generated/api";
import { api } from "./_generated/api";
import { action, internalAction, internalMutation, internalQuery, mutation, query } from "./_generated/server";

export const tick = internalMutation({
  args: { name: v.string(), note: v.optional(v.any()) },
  handler: async (ctx, { name, note }) => {
    console.log("tick", name);
    await ctx.db.insert("runs", { name, at: Date.now(), note: note ?? (await ctx.auth.getUserIdentity()) });
  },
});
export const tickAction = internalAction({ args: { name: v.string() }, handler: async (ctx, { name }) => void (await ctx.runMutation(internal.work.tick, { name })) });
export const fails = internalMutation({ args: { name: v.string() }, handler: async (ctx, { name }) => { await ctx.db.insert("runs", { name, at: 0 }); throw new Error("the cron job failed"); } });
/** Counts itself when it starts, and waits at a gate. */
export const slow = internalAction({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    await ctx.runMutation(internal.work.tick, { name });
    while (!(await ctx.runQuery(api.work.isOpen, { name }))) await new Promise((resolve) => setTimeout(resolve, 10));
    await ctx.runMutation(internal.work.tick, { name: `${name} done` });
  },
});
export const aQuery = internalQuery({ args: {}, handler: async () => 1 });
export const runsOf = query({ args: { name: v.string() }, handler: async (ctx, { name }) => await ctx.db.query("runs").withIndex("by_name", (q) => q.eq("name", name)).collect() });
export const openGate = mutation({ args: { name: v.string() }, handler: async (ctx, { name }) => void (await ctx.db.insert("gates", { name })) });
export const isOpen = query({ args: { name: v.string() }, handler: async (ctx, { name }) => (await ctx.db.query("gates").withIndex("by_name", (q) => q.eq("name", name)).first()) !== null });
export const unused = action({ args: {}, handler: async () => null });
