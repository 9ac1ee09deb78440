/** What the component does later, by itself. */
import { v } from "convex/values";
import { internal } from "./_generated/api.js";
import { internalAction, internalMutation, mutation, query } from "./_generated/server.js";

export const tick = internalMutation({ args: { name: v.string() }, handler: (ctx, { name }) => ctx.db.insert("ticks", { name }) });
export const tickByAction = internalAction({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    await ctx.runMutation(internal.jobs.tick, { name: `${name} of ${process.env["LABEL"]}` });
  },
});
export const ticks = query({ args: { name: v.string() }, handler: async (ctx, { name }) => (await ctx.db.query("ticks").withIndex("by_name", (q) => q.eq("name", name)).collect()).length });

export const later = mutation({
  args: { name: v.string(), delayMs: v.number(), action: v.boolean() },
  handler: async (ctx, { name, delayMs, action }) => {
    const job = await ctx.scheduler.runAfter(delayMs, action ? internal.jobs.tickByAction : internal.jobs.tick, { name });
    return job;
  },
});
export const many = mutation({
  args: { name: v.string(), count: v.number() },
  handler: async (ctx, { name, count }) => {
    for (let n = 0; n < count; n++) await ctx.scheduler.runAfter(n % 7, internal.jobs.tick, { name: `${name} ${n}` });
  },
});
export const cancel = mutation({ args: { job: v.id("_scheduled_functions") }, handler: (ctx, { job }) => ctx.scheduler.cancel(job) });
export const job = query({ args: { job: v.id("_scheduled_functions") }, handler: async (ctx, args) => (await ctx.db.system.get(args.job))?.state.kind ?? null });
export const jobs = query({ args: {}, handler: async (ctx) => (await ctx.db.system.query("_scheduled_functions").collect()).map(({ name, state }) => ({ name, state: state.kind })) });
/** How often each ran, by name. */
export const runs = query({
  args: {},
  handler: async (ctx) => {
    const counts: Record<string, number> = {};
    for (const { name } of await ctx.db.query("ticks").collect()) counts[name] = (counts[name] ?? 0) + 1;
    return Object.entries(counts).sort();
  },
});
