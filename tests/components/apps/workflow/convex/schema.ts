import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  /** One document for each time that a step did its work. */
  steps: defineTable({ subject: v.string(), step: v.string(), at: v.number(), note: v.optional(v.any()) }).index("by_subject", ["subject"]),
  /** What `onComplete` was told, each time that it was called. */
  completions: defineTable({ workflowId: v.string(), context: v.any(), result: v.any() }).index("by_workflow", ["workflowId"]),
  /** Actions wait for theirs to be open. */
  gates: defineTable({ name: v.string() }).index("by_name", ["name"]),
});
