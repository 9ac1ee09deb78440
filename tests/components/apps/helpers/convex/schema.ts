import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { vSessionId } from "convex-helpers/server/sessions";

export default defineSchema({
  users: defineTable({ name: v.string(), sessionId: vSessionId }).index("by_session", ["sessionId"]),
  wishes: defineTable({ text: v.string(), author: v.id("users") }),
  recipes: defineTable({ title: v.string(), author: v.string(), servings: v.optional(v.number()), tags: v.optional(v.array(v.string())) }),
});
