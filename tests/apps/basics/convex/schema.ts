import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  accounts: defineTable({ owner: v.string(), balance: v.number() }).index("by_owner", ["owner"]),
  messages: defineTable({ channel: v.string(), body: v.string(), likes: v.optional(v.number()) }).index("by_channel", ["channel"]),
  anything: defineTable(v.any()),
});
