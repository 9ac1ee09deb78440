import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  notes: defineTable({ text: v.string(), number: v.number() })
    .index("by_number", ["number"])
    .searchIndex("by_text", { searchField: "text" }),
  /** One for each note, written with it. */
  shadows: defineTable({ note: v.id("notes") }),
  fired: defineTable({ name: v.string() }),
});
