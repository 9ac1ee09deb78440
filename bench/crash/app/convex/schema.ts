import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  halves: defineTable({ round: v.number(), key: v.string(), side: v.union(v.literal("left"), v.literal("right")) }).index("by_round", ["round"]),
  counters: defineTable({ round: v.number(), pairs: v.number() }).index("by_round", ["round"]),
});
