import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  /** The same name as in the component: another table. */
  books: defineTable({ title: v.string() }).index("by_title", ["title"]),
  events: defineTable({ name: v.string(), detail: v.any() }).index("by_name", ["name"]),
  handles: defineTable({ name: v.string(), handle: v.string() }).index("by_name", ["name"]),
});
