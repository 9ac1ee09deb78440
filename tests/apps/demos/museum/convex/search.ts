"use node";

import { v } from "convex/values";
import { internal } from "./_generated/api";
import { action } from "./_generated/server";
import { embed, type Found } from "./paintings";

const LIMIT = 16;

export const postcards = action({
  args: { query: v.string(), regions: v.optional(v.array(v.string())) },
  handler: async (ctx, { query, regions }): Promise<Found[]> => {
    const vector = await embed(query);
    const results =
      regions === undefined
        ? await ctx.vectorSearch("postcards", "by_embedding", { vector, limit: LIMIT })
        : await ctx.vectorSearch("postcards", "by_embedding", { vector, limit: LIMIT, filter: (q) => q.or(...regions.map((region) => q.eq("region", region))) });
    return await ctx.runQuery(internal.paintings.postcards, { results });
  },
});

/** Ids and scores only: the page subscribes to what they stand for. */
export const paintings = action({
  args: { query: v.string(), styles: v.optional(v.array(v.string())) },
  handler: async (ctx, { query, styles }) => {
    const vector = await embed(query);
    if (styles === undefined) return await ctx.vectorSearch("paintingEmbeddings", "by_embedding", { vector, limit: LIMIT });
    return await ctx.vectorSearch("paintingEmbeddings", "by_embedding", { vector, limit: LIMIT, filter: (q) => q.or(...styles.map((style) => q.eq("style", style))) });
  },
});
