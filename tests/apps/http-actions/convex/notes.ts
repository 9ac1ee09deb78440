import { ConvexError, v } from "convex/values";
import { internalMutation, internalQuery, mutation, query } from "./_generated/server";

export const add = mutation({ args: { text: v.string() }, handler: async (ctx, { text }) => await ctx.db.insert("notes", { text }) });
export const addInternal = internalMutation({ args: { text: v.string() }, handler: async (ctx, { text }) => await ctx.db.insert("notes", { text }) });
export const count = query({ args: { text: v.string() }, handler: async (ctx, { text }) => (await ctx.db.query("notes").withIndex("by_text", (q) => q.eq("text", text)).collect()).length });
export const refuse = internalMutation({ args: {}, handler: async () => { throw new ConvexError({ reason: "refused", big: 7n }); } });
export const subject = internalQuery({ args: {}, handler: async (ctx) => (await ctx.auth.getUserIdentity())?.subject ?? null });
