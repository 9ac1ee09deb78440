import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  /** What `onSnapshot` was told. */
  snapshots: defineTable({ document: v.string(), version: v.number(), text: v.string() }).index("by_document", ["document", "version"]),
});
