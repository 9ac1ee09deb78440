/** Files of the component's own. */
import { v } from "convex/values";
import { action, mutation, query } from "./_generated/server.js";

export const uploadUrl = mutation({ args: {}, handler: (ctx) => ctx.storage.generateUploadUrl() });
export const url = query({ args: { id: v.id("_storage") }, handler: (ctx, { id }) => ctx.storage.getUrl(id) });
export const all = query({ args: {}, handler: async (ctx) => (await ctx.db.system.query("_storage").collect()).map(({ _id, size }) => ({ _id, size })) });
export const store = action({ args: { text: v.string() }, handler: async (ctx, { text }): Promise<string> => await ctx.storage.store(new Blob([text], { type: "text/plain" })) });
export const read = action({ args: { id: v.id("_storage") }, handler: async (ctx, { id }) => (await ctx.storage.get(id))?.text() ?? null });
export const remove = mutation({ args: { id: v.id("_storage") }, handler: (ctx, { id }) => ctx.storage.delete(id) });
