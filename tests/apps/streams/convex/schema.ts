import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  /** Balances sum up to nothing, whatever is done to them. */
  items: defineTable({ key: v.number(), balance: v.number(), note: v.optional(v.string()) }).index("by_key", ["key"]),
  kinds: defineTable({ big: v.int64(), bytes: v.bytes(), item: v.id("items"), odd: v.number(), tags: v.array(v.string()), either: v.optional(v.union(v.literal("a"), v.literal(5n))) }),
  empty: defineTable(v.any()),
});
