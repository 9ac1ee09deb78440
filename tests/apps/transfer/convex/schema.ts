import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

/** `free` has documents of any shape; tables that are not here may be made by imports. */
export default defineSchema({
  users: defineTable({ name: v.string() }),
  messages: defineTable({ author: v.id("users"), body: v.string(), picture: v.optional(v.id("_storage")) })
    .index("by_author", ["author"])
    .searchIndex("by_body", { searchField: "body", filterFields: ["author"] }),
  points: defineTable({ name: v.string(), embedding: v.array(v.float64()) }).vectorIndex("by_embedding", { vectorField: "embedding", dimensions: 3 }),
  values: defineTable({ big: v.int64(), bytes: v.bytes(), float: v.number(), mixed: v.any() }),
  free: defineTable(v.any()),
});
