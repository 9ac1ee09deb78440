/** Random songs, and pages of photos by offset. */
import { TableAggregate } from "@convex-dev/aggregate";
import { v } from "convex/values";
import { components } from "./_generated/api";
import type { DataModel, Doc, Id } from "./_generated/dataModel";
import { mutation, query, type MutationCtx } from "./_generated/server";

const music = new TableAggregate<{ Key: null; DataModel: DataModel; TableName: "songs" }>(components.music, { sortKey: () => null });
const photos = new TableAggregate<{ Namespace: string; Key: number; DataModel: DataModel; TableName: "photos" }>(components.photos, {
  namespace: ({ album }) => album,
  sortKey: ({ _creationTime }) => _creationTime,
});

/** All inserts into "songs" go through this function. */
async function insertSong(ctx: MutationCtx, title: string): Promise<void> {
  const id = await ctx.db.insert("songs", { title });
  await music.insert(ctx, (await ctx.db.get(id)) as Doc<"songs">);
}

export const addSongs = mutation({
  args: { titles: v.array(v.string()) },
  handler: async (ctx, { titles }) => {
    for (const title of titles) await insertSong(ctx, title);
  },
});
export const songAt = query({ args: { index: v.number() }, handler: async (ctx, { index }) => (await ctx.db.get((await music.at(ctx, index)).id as Id<"songs">))?.title });
export const randomSong = query({
  args: { seed: v.number() },
  handler: async (ctx) => {
    const song = await music.random(ctx);
    return song === null ? null : (await ctx.db.get(song.id as Id<"songs">))?.title;
  },
});

export const addPhoto = mutation({
  args: { album: v.string(), url: v.string() },
  handler: async (ctx, photo) => {
    const id = await ctx.db.insert("photos", photo);
    await photos.insert(ctx, (await ctx.db.get(id)) as Doc<"photos">);
    return id;
  },
});
export const removePhoto = mutation({
  args: { id: v.id("photos") },
  handler: async (ctx, { id }) => {
    const photo = (await ctx.db.get(id)) as Doc<"photos">;
    await ctx.db.delete(id);
    await photos.delete(ctx, photo);
  },
});
export const pageOfPhotos = query({
  args: { offset: v.number(), numItems: v.number(), album: v.string() },
  handler: async (ctx, { offset, numItems, album }) => {
    const { key } = await photos.at(ctx, offset, { namespace: album });
    const page = await ctx.db.query("photos").withIndex("by_album_creation_time", (q) => q.eq("album", album).gte("_creationTime", key)).take(numItems);
    return page.map(({ url }) => url);
  },
});
