import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

/** As the usual models for embeddings have it. */
export const DIMENSIONS = 1536;

export default defineSchema({
  rooms: defineTable({ name: v.string() }),
  exhibits: defineTable({ title: v.string(), label: v.string(), room: v.id("rooms") }).searchIndex("search_label", { searchField: "label" }),
  // One to many, with the ids in the document.
  tours: defineTable({ name: v.string(), stops: v.array(v.id("exhibits")) }),
  guides: defineTable({ name: v.string(), favourite: v.optional(v.id("exhibits")) }).index("by_favourite", ["favourite"]),
  // Many to many, with a table between.
  bookings: defineTable({ tour: v.id("tours"), guide: v.id("guides") })
    .index("by_tour", ["tour"])
    .index("by_guide_tour", ["guide", "tour"]),

  presence: defineTable({ user: v.string(), room: v.string(), updated: v.number(), data: v.any() })
    .index("by_room_updated", ["room", "updated"])
    .index("by_user_room", ["user", "room"]),

  scans: defineTable({ author: v.string(), file: v.id("_storage") }).index("by_file", ["file"]),
  announcements: defineTable({ text: v.string(), job: v.optional(v.id("_scheduled_functions")) }),

  postcards: defineTable({ text: v.string(), region: v.string(), embedding: v.array(v.float64()) }).vectorIndex("by_embedding", {
    vectorField: "embedding",
    dimensions: DIMENSIONS,
    filterFields: ["region"],
  }),
  paintingEmbeddings: defineTable({ embedding: v.array(v.float64()), style: v.string() }).vectorIndex("by_embedding", {
    vectorField: "embedding",
    dimensions: DIMENSIONS,
    filterFields: ["style"],
  }),
  paintings: defineTable({ title: v.string(), style: v.string(), description: v.string(), votes: v.number(), embeddingId: v.optional(v.id("paintingEmbeddings")) }).index("by_embedding", ["embeddingId"]),
});
