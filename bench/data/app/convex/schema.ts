import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  items: defineTable({ group: v.number(), name: v.string(), done: v.boolean() }).index("by_group", ["group"]),
  pages: defineTable({ text: v.string() }),
  beats: defineTable({ count: v.number() }),
});
