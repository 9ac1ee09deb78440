import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  runs: defineTable({ name: v.string(), at: v.number(), note: v.optional(v.any()) }).index("by_name", ["name"]),
  gates: defineTable({ name: v.string() }).index("by_name", ["name"]),
});
