import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  /** Every time that the expensive action really ran. */
  runs: defineTable({ text: v.string() }).index("by_text", ["text"]),
});
