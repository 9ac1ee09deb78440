import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  /** One document for each attempt at a piece of work, and when it ended. */
  attempts: defineTable({ name: v.string(), at: v.number(), endedAt: v.optional(v.number()) }).index("by_name", ["name"]),
  /** What `onComplete` was told, each time that it was called. */
  completions: defineTable({ workId: v.string(), context: v.any(), result: v.any() }).index("by_work", ["workId"]),
  gates: defineTable({ name: v.string() }).index("by_name", ["name"]),
  counter: defineTable({ count: v.number() }),
});
