import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  runs: defineTable({ message: v.string(), at: v.number() }).index("by_message", ["message"]),
});
