/** Whatever the tests of imports and exports look at. */
import { actionGeneric as action, mutationGeneric as mutation, queryGeneric as query } from "convex/server";
import { v } from "convex/values";
import { components } from "./_generated/api.js";

export const all = query({ args: { table: v.string() }, handler: (ctx, { table }) => ctx.db.query(table).collect() });
export const count = query({ args: { table: v.string() }, handler: async (ctx, { table }) => (await ctx.db.query(table).collect()).length });
export const get = query({ args: { id: v.string() }, handler: (ctx, { id }) => ctx.db.get(id as never) });
export const insert = mutation({ args: { table: v.string(), document: v.any() }, handler: (ctx, { table, document }) => ctx.db.insert(table, document) });
export const remove = mutation({ args: { id: v.string() }, handler: (ctx, { id }) => ctx.db.delete(id as never) });
export const byAuthor = query({
  args: { author: v.string() },
  handler: async (ctx, { author }) => (await ctx.db.query("messages").withIndex("by_author" as never, (q) => q.eq("author" as never, author as never)).collect()).map(({ body }) => body as string),
});
export const search = query({
  args: { text: v.string() },
  handler: async (ctx, { text }) => (await ctx.db.query("messages").withSearchIndex("by_body" as never, (q) => q.search("body" as never, text)).collect()).map(({ body }) => body as string),
});
export const nearest = action({
  args: { vector: v.array(v.float64()) },
  handler: async (ctx, { vector }) => (await ctx.vectorSearch("points" as never, "by_embedding" as never, { vector: vector as never, limit: 2 })).map(({ _id }) => _id as string),
});

export const storeFile = action({ args: { text: v.string(), type: v.string() }, handler: (ctx, { text, type }) => ctx.storage.store(new Blob([text], { type })) });
export const readFile = action({
  args: { id: v.string() },
  handler: async (ctx, { id }) => {
    const file = await ctx.storage.get(id);
    return file === null ? null : { text: await file.text(), type: file.type };
  },
});
export const files = query({ args: {}, handler: (ctx) => ctx.db.system.query("_storage").collect() });
export const removeFile = mutation({ args: { id: v.string() }, handler: (ctx, { id }) => ctx.storage.delete(id) });

export const note = mutation({
  args: { text: v.string() },
  handler: async (ctx, { text }) => {
    await ctx.runMutation(components.journal.entries.add, { text });
    await ctx.runMutation(components.notebook.pages.add, { text: `${text} in a notebook` });
  },
});
export const notes = query({
  args: {},
  handler: async (ctx): Promise<{ readonly journal: unknown; readonly notebook: unknown }> => ({ journal: await ctx.runQuery(components.journal.entries.all, {}), notebook: await ctx.runQuery(components.notebook.pages.all, {}) }),
});
