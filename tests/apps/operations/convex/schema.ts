import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  notes: defineTable({ body: v.string(), rank: v.number(), author: v.optional(v.string()) }).index("by_rank", ["rank"]),
});
