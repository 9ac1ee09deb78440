import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  events: defineTable({ key: v.string(), at: v.optional(v.commitTs()), size: v.optional(v.number()) }).index("by_at", ["at"]),
  entries: defineTable({ list: v.string(), rank: v.number() }).index("by_list", ["list", "rank"]),
  results: defineTable({ sum: v.number() }),
});
