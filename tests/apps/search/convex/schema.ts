import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  messages: defineTable({
    body: v.optional(v.union(v.string(), v.number())),
    channel: v.string(),
    author: v.optional(v.string()),
    meta: v.optional(v.object({ title: v.optional(v.string()), kind: v.optional(v.any()) })),
    likes: v.optional(v.number()),
  })
    .index("by_channel", ["channel"])
    .searchIndex("search_body", { searchField: "body", filterFields: ["channel", "author", "meta.kind"] })
    .searchIndex("search_title", { searchField: "meta.title" })
    .searchIndex("staged_body", { searchField: "body", filterFields: ["channel"], staged: true }),
});
