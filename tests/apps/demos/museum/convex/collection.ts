/** Documents that refer to each other: by an id, by an array of ids, through a table between. */
import { v } from "convex/values";
import { mutation, query } from "./_generated/server";

export const rooms = query(async (ctx) => await ctx.db.query("rooms").collect());

export const addRoom = mutation({ args: { name: v.string() }, handler: async (ctx, { name }) => ctx.db.insert("rooms", { name }) });

/** A filter, not an index. */
export const exhibits = query({
  args: { roomId: v.id("rooms") },
  handler: async (ctx, { roomId }) =>
    await ctx.db
      .query("exhibits")
      .filter((q) => q.eq(q.field("room"), roomId))
      .collect(),
});

export const addExhibit = mutation({
  args: { room: v.id("rooms"), title: v.string(), label: v.string() },
  handler: async (ctx, exhibit) => await ctx.db.insert("exhibits", exhibit),
});

export const removeExhibit = mutation({ args: { id: v.id("exhibits") }, handler: async (ctx, { id }) => await ctx.db.delete("exhibits", id) });

export const searchLabels = query({
  args: { query: v.string() },
  handler: async (ctx, args) =>
    await ctx.db
      .query("exhibits")
      .withSearchIndex("search_label", (q) => q.search("label", args.query))
      .take(10),
});

export const addTour = mutation({
  args: { name: v.string(), stops: v.array(v.id("exhibits")) },
  handler: async (ctx, tour) => await ctx.db.insert("tours", tour),
});

/** Null for a stop whose exhibit is gone: an id is a reference, and nothing more. */
export const stops = query({
  args: { tourId: v.id("tours") },
  handler: async (ctx, { tourId }) => {
    const tour = await ctx.db.get("tours", tourId);
    if (tour === null) return null;
    const found = await Promise.all(tour.stops.map((id) => ctx.db.get("exhibits", id)));
    return await Promise.all(found.map(async (exhibit) => (exhibit === null ? null : { title: exhibit.title, room: (await ctx.db.get("rooms", exhibit.room))!.name })));
  },
});

export const addGuide = mutation({
  args: { name: v.string(), favourite: v.optional(v.id("exhibits")) },
  handler: async (ctx, guide) => await ctx.db.insert("guides", guide),
});

export const guidesWhoLove = query({
  args: { exhibitId: v.optional(v.id("exhibits")) },
  handler: async (ctx, { exhibitId }) => {
    const guides = await ctx.db
      .query("guides")
      .withIndex("by_favourite", (q) => q.eq("favourite", exhibitId))
      .collect();
    return guides.map(({ name }) => name);
  },
});

/** Once for each pair. */
export const book = mutation({
  args: { tour: v.id("tours"), guide: v.id("guides") },
  handler: async (ctx, { tour, guide }) => {
    const before = await ctx.db
      .query("bookings")
      .withIndex("by_guide_tour", (q) => q.eq("guide", guide).eq("tour", tour))
      .unique();
    return before?._id ?? (await ctx.db.insert("bookings", { tour, guide }));
  },
});

export const guidesOf = query({
  args: { tour: v.id("tours") },
  handler: async (ctx, { tour }) => {
    const names: string[] = [];
    for await (const { guide } of ctx.db.query("bookings").withIndex("by_tour", (q) => q.eq("tour", tour))) names.push((await ctx.db.get("guides", guide))!.name);
    return names;
  },
});

export const toursOf = query({
  args: { guide: v.id("guides") },
  handler: async (ctx, { guide }) => {
    const bookings = await ctx.db
      .query("bookings")
      .withIndex("by_guide_tour", (q) => q.eq("guide", guide))
      .collect();
    return await Promise.all(bookings.map(async ({ tour }) => (await ctx.db.get("tours", tour))!.name));
  },
});
