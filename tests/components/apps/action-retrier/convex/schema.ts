import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  attempts: defineTable({ name: v.string() }).index("by_name", ["name"]),
  completions: defineTable({ runId: v.string(), result: v.any() }).index("by_run", ["runId"]),
  gates: defineTable({ name: v.string() }).index("by_name", ["name"]),
});
