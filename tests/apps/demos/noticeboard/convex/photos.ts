/** Photos that pages upload: to a URL that a mutation gives them, or through the HTTP action of http.ts. */
import { v } from "convex/values";
import { mutation, query } from "./_generated/server";

export const list = query({
  args: {},
  handler: async (ctx) => {
    const photos = await ctx.db.query("photos").collect();
    return await Promise.all(photos.map(async (photo) => ({ ...photo, ...(photo.kind === "photo" ? { url: await ctx.storage.getUrl(photo.body) } : {}) })));
  },
});

export const generateUploadUrl = mutation(async (ctx) => await ctx.storage.generateUploadUrl());

/** The id is declared as text, as older apps do. */
export const add = mutation({
  args: { storageId: v.string(), author: v.string() },
  handler: async (ctx, { storageId, author }) => {
    await ctx.db.insert("photos", { body: storageId, author, kind: "photo" });
  },
});

export const caption = mutation(async (ctx, { text, author }: { text: string; author: string | null }) => {
  await ctx.db.insert("photos", { body: text, author, kind: "caption" });
});
