/** Writes that the schema judges. */
import { v } from "convex/values";
import type { Id } from "./_generated/dataModel";
import { mutation } from "./_generated/server";

export const insert = mutation({ args: { document: v.any() }, handler: async (ctx, { document }) => await ctx.db.insert("strict", document) });
export const patch = mutation({ args: { id: v.string(), change: v.any() }, handler: async (ctx, { id, change }) => await ctx.db.patch(id as Id<"strict">, change) });
export const replace = mutation({ args: { id: v.string(), document: v.any() }, handler: async (ctx, { id, document }) => await ctx.db.replace(id as Id<"strict">, document) });
export const insertShape = mutation({ args: { document: v.any() }, handler: async (ctx, { document }) => await ctx.db.insert("shapes", document) });
export const replaceShape = mutation({ args: { id: v.string(), document: v.any() }, handler: async (ctx, { id, document }) => await ctx.db.replace(id as Id<"shapes">, document) });
