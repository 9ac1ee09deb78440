import { StreamIdValidator } from "@convex-dev/persistent-text-streaming";
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  chats: defineTable({ title: v.string(), prompt: v.string(), stream: StreamIdValidator }),
  /** What lets a writer go on, so that tests decide when. */
  gates: defineTable({ name: v.string() }).index("by_name", ["name"]),
});
