import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  accounts: defineTable({ owner: v.string(), balance: v.number() }).index("by_owner", ["owner"]),
  boards: defineTable({}),
  boardRows: defineTable({ board: v.id("boards"), label: v.string(), value: v.number() }).index("by_board", ["board"]),
  records: defineTable({ key: v.number(), kind: v.string(), body: v.string() }).index("by_key", ["key"]),
});
