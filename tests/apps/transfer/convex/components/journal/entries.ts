import { v } from "convex/values";
import { mutation, query } from "./_generated/server.js";

export const add = mutation({ args: { text: v.string() }, returns: v.id("entries"), handler: (ctx, args) => ctx.db.insert("entries", args) });
export const all = query({ args: {}, returns: v.any(), handler: (ctx) => ctx.db.query("entries").collect() });
