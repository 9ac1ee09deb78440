/** What the app gives to its components to call. */
import { ConvexError, v } from "convex/values";
import { internal } from "./_generated/api.js";
import { internalAction, internalMutation, mutation, query } from "./_generated/server.js";
import type { FunctionHandle } from "convex/server";

export const note = internalMutation({ args: { name: v.string(), detail: v.any() }, handler: (ctx, args) => ctx.db.insert("events", args) });
export const fail = internalMutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    await ctx.db.insert("events", { name, detail: "failed" });
    throw new ConvexError({ name, reason: "the app refuses" });
  },
});
export const act = internalAction({ args: { name: v.string() }, handler: async (ctx, { name }): Promise<string> => await ctx.runMutation(internal.events.note, { name, detail: { who: await ctx.auth.getUserIdentity() } }) });
export const count = query({ args: { name: v.string() }, handler: async (ctx, { name }) => (await ctx.db.query("events").withIndex("by_name", (q) => q.eq("name", name)).collect()).length });

export const keep = mutation({ args: { name: v.string(), handle: v.string() }, handler: async (ctx, args) => void (await ctx.db.insert("handles", args)) });
export const useKept = mutation({
  args: { name: v.string(), args: v.any() },
  handler: async (ctx, { name, args }) => {
    const { handle } = (await ctx.db.query("handles").withIndex("by_name", (q) => q.eq("name", name)).unique())!;
    return await ctx.runMutation(handle as FunctionHandle<"mutation">, args);
  },
});
export const useHandle = mutation({ args: { handle: v.string(), args: v.any() }, handler: async (ctx, { handle, args }) => await ctx.runMutation(handle as FunctionHandle<"mutation">, args) });
export const scheduleHandle = mutation({ args: { handle: v.string(), args: v.any() }, handler: async (ctx, { handle, args }) => await ctx.scheduler.runAfter(0, handle as FunctionHandle<"mutation">, args) });
