import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  /** The app's own users, kept by triggers of the component. */
  profiles: defineTable({ authId: v.string(), name: v.string() }).index("by_authId", ["authId"]),
  notes: defineTable({ owner: v.string(), text: v.string() }).index("by_owner", ["owner"]),
});
