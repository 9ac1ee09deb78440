import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  docs: defineTable({
    title: v.string(),
    kind: v.optional(v.union(v.string(), v.number(), v.null())),
    views: v.optional(v.number()),
    owner: v.optional(v.object({ name: v.string() })),
    vector: v.optional(v.array(v.float64())),
  })
    .vectorIndex("by_vector", { vectorField: "vector", dimensions: 3, filterFields: ["kind", "owner.name"] })
    .vectorIndex("by_vector_later", { vectorField: "vector", dimensions: 3, staged: true }),
  wide: defineTable({ label: v.string(), embedding: v.object({ vector: v.array(v.float64()) }) }).vectorIndex("by_embedding", { vectorField: "embedding.vector", dimensions: 4096 }),
});
