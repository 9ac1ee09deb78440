/** Museums and cafés, found by rectangle and by nearness. */
import { GeospatialIndex, point, rectangle } from "@convex-dev/geospatial";
import { v } from "convex/values";
import { components } from "./_generated/api";
import { mutation, query } from "./_generated/server";

const geospatial = new GeospatialIndex<string, { category: string; stars?: number }>(components.geospatial, { logLevel: "WARN" });

const place = v.object({ key: v.string(), coordinates: point, category: v.string(), stars: v.optional(v.number()), price: v.optional(v.number()) });

export const insert = mutation({
  args: { places: v.array(place) },
  handler: async (ctx, { places }) => {
    for (const { key, coordinates, category, stars, price } of places) {
      await geospatial.insert(ctx, key, coordinates, { category, ...(stars === undefined ? {} : { stars }) }, price);
    }
  },
});
export const get = query({ args: { key: v.string() }, handler: (ctx, { key }) => geospatial.get(ctx, key) });
export const remove = mutation({ args: { key: v.string() }, handler: (ctx, { key }) => geospatial.remove(ctx, key) });

const filters = { category: v.optional(v.string()), categories: v.optional(v.array(v.string())), stars: v.optional(v.number()), priceFrom: v.optional(v.number()), priceBelow: v.optional(v.number()) };

export const within = query({
  args: { rectangle, limit: v.optional(v.number()), cursor: v.optional(v.string()), ...filters },
  handler: async (ctx, { rectangle, limit, cursor, category, categories, stars, priceFrom, priceBelow }) =>
    await geospatial.query(
      ctx,
      {
        shape: { type: "rectangle", rectangle },
        ...(limit === undefined ? {} : { limit }),
        filter: (q) => {
          let filtered = q;
          if (category !== undefined) filtered = filtered.eq("category", category);
          if (stars !== undefined) filtered = filtered.eq("stars", stars);
          if (priceFrom !== undefined) filtered = filtered.gte("sortKey", priceFrom);
          if (priceBelow !== undefined) filtered = filtered.lt("sortKey", priceBelow);
          return categories === undefined ? filtered : filtered.in("category", categories);
        },
      },
      cursor,
    ),
});
export const nearest = query({
  args: { point, limit: v.number(), maxDistance: v.optional(v.number()), category: v.optional(v.string()) },
  handler: (ctx, { point, limit, maxDistance, category }) =>
    geospatial.nearest(ctx, {
      point,
      limit,
      ...(maxDistance === undefined ? {} : { maxDistance }),
      ...(category === undefined ? {} : { filter: (q) => q.eq("category", category) }),
    }),
});
export const cells = query({ args: { rectangle }, handler: async (ctx, { rectangle }) => (await geospatial.debugCells(ctx, rectangle)).length });
