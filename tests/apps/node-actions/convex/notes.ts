/** What actions call. */
import { ConvexError, v } from "convex/values";
import { internalMutation, internalQuery, mutation, query } from "./_generated/server";

export const add = mutation({
  args: { text: v.string() },
  handler: async (ctx, { text }) => {
    console.log("adding", text);
    return await ctx.db.insert("notes", { text });
  },
});

export const addInternal = internalMutation({ args: { text: v.string() }, handler: async (ctx, { text }) => await ctx.db.insert("notes", { text }) });

export const count = query({
  args: { text: v.string() },
  handler: async (ctx, { text }) => (await ctx.db.query("notes").withIndex("by_text", (q) => q.eq("text", text)).collect()).length,
});

export const countInternal = internalQuery({
  args: { text: v.string() },
  handler: async (ctx, { text }) => (await ctx.db.query("notes").withIndex("by_text", (q) => q.eq("text", text)).collect()).length,
});

export const addThenThrow = internalMutation({
  args: { text: v.string() },
  handler: async (ctx, { text }) => {
    await ctx.db.insert("notes", { text });
    throw new ConvexError({ reason: "refused", text, bytes: new ArrayBuffer(2), big: 7n });
  },
});

export const throwError = internalMutation({ args: {}, handler: async () => { throw new Error("the mutation broke"); } });

export const whoAmI = internalQuery({ args: {}, handler: async (ctx) => (await ctx.auth.getUserIdentity())?.name ?? null });

/** Actions wait at gates until a test opens them. */
export const openGate = mutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => void (await ctx.db.insert("gates", { name, isOpen: true })),
});

export const isOpen = query({
  args: { name: v.string() },
  handler: async (ctx, { name }) => (await ctx.db.query("gates").withIndex("by_name", (q) => q.eq("name", name)).first()) !== null,
});

export const beginningWith = query({
  args: { prefix: v.string() },
  handler: async (ctx, { prefix }) => (await ctx.db.query("notes").collect()).map(({ text }) => text).filter((text) => text.startsWith(prefix)),
});
