import { internalMutationGeneric } from "convex/server";
import { v } from "convex/values";

export const add = internalMutationGeneric({ args: { size: v.number() }, handler: async (ctx, args) => void (await ctx.db.insert("sizes", args)) });
