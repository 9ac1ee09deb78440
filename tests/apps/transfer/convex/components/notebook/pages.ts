/** Keeps its pages in a journal of its own. */
import { v } from "convex/values";
import { components } from "./_generated/api.js";
import { mutation, query } from "./_generated/server.js";

export const add = mutation({ args: { text: v.string() }, returns: v.any(), handler: async (ctx, args): Promise<unknown> => await ctx.runMutation(components.journal.entries.add, args) });
export const all = query({ args: {}, returns: v.any(), handler: async (ctx): Promise<unknown> => await ctx.runQuery(components.journal.entries.all, {}) });
