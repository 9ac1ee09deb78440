import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  /** Doors that the model waits at, for tests that look at a stream in its middle. */
  gates: defineTable({ name: v.string() }).index("by_name", ["name"]),
  usage: defineTable({ agent: v.string(), total: v.number() }),
  entries: defineTable({ entryId: v.string(), replaced: v.union(v.string(), v.null()), error: v.union(v.string(), v.null()) }),
});
