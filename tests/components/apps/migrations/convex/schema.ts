import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  myTable: defineTable({
    requiredField: v.string(),
    optionalField: v.optional(v.string()),
    unionField: v.optional(v.union(v.string(), v.number())),
    touched: v.optional(v.number()),
  }).index("by_requiredField", ["requiredField"]),
  gates: defineTable({ isOpen: v.boolean() }),
});
