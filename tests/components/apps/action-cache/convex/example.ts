/** An expensive action, and caches of it: by name, by version, with a time to live, and forced. */
import { ActionCache, removeAll as removeAllEntries } from "@convex-dev/action-cache";
import { v } from "convex/values";
import { components, internal } from "./_generated/api";
import { action, internalAction, internalMutation, mutation, query } from "./_generated/server";

const unnamed = new ActionCache(components.actionCache, { action: internal.example.embed });
const caches = {
  unnamed,
  first: new ActionCache(components.actionCache, { action: internal.example.embed, name: "embed-v1", log: true }),
  second: new ActionCache(components.actionCache, { action: internal.example.embed, name: "embed-v2" }),
  brief: new ActionCache(components.actionCache, { action: internal.example.embed, name: "embed-brief", ttl: 60 * 60 * 1000 }),
};

export const embed = internalAction({
  args: { text: v.string() },
  handler: async (ctx, { text }): Promise<number[]> => {
    await ctx.runMutation(internal.example.ran, { text });
    if (text.startsWith("fail")) throw new Error(`no embedding of ${text}`);
    return [...text].map((letter) => letter.charCodeAt(0));
  },
});
export const ran = internalMutation({ args: { text: v.string() }, handler: async (ctx, { text }) => void (await ctx.db.insert("runs", { text })) });
export const runs = query({ args: { text: v.string() }, handler: async (ctx, { text }) => (await ctx.db.query("runs").withIndex("by_text", (q) => q.eq("text", text)).collect()).length });

const cache = v.union(v.literal("unnamed"), v.literal("first"), v.literal("second"), v.literal("brief"));

export const fetchEmbedding = action({
  args: { cache, text: v.string(), ttl: v.optional(v.number()), force: v.optional(v.boolean()) },
  handler: async (ctx, { cache, text, ...options }): Promise<number[]> => await caches[cache].fetch(ctx, { text }, options),
});
export const fetchMany = action({
  args: { cache, texts: v.array(v.string()) },
  handler: async (ctx, { cache, texts }): Promise<number[][]> => await Promise.all(texts.map((text) => caches[cache].fetch(ctx, { text }))),
});
export const remove = mutation({ args: { cache, text: v.string() }, handler: async (ctx, { cache, text }) => await caches[cache].remove(ctx, { text }) });
export const removeAllForName = mutation({ args: { cache, batchSize: v.optional(v.number()) }, handler: async (ctx, { cache, batchSize }) => await caches[cache].removeAllForName(ctx, { batchSize }) });
export const removeAll = mutation({ args: {}, handler: async (ctx) => await removeAllEntries(ctx, components.actionCache) });
