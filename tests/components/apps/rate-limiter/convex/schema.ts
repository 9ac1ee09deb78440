import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  /** What got through a limit. */
  done: defineTable({ what: v.string() }).index("by_what", ["what"]),
});
