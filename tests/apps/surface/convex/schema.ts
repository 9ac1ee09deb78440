import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  items: defineTable({
    group: v.string(),
    rank: v.number(),
    label: v.optional(v.union(v.string(), v.null())),
    nested: v.optional(v.object({ a: v.object({ b: v.number() }) })),
    tags: v.optional(v.array(v.string())),
  })
    .index("by_group_rank", ["group", "rank"])
    .index("by_rank", ["rank"])
    .index("by_label", ["label"])
    .index("by_nested", ["nested.a.b"]),
  others: defineTable({ title: v.string() }),
  /** One field of each validator. */
  strict: defineTable({
    text: v.string(),
    float: v.optional(v.float64()),
    int: v.optional(v.int64()),
    flag: v.optional(v.boolean()),
    nothing: v.optional(v.null()),
    bytes: v.optional(v.bytes()),
    item: v.optional(v.id("items")),
    color: v.optional(v.union(v.literal("red"), v.literal("green"), v.literal(3))),
    list: v.optional(v.array(v.object({ name: v.string(), count: v.optional(v.number()) }))),
    scores: v.optional(v.record(v.string(), v.number())),
    owners: v.optional(v.record(v.id("items"), v.boolean())),
    deep: v.optional(v.object({ inner: v.object({ value: v.union(v.string(), v.null()) }) })),
    anything: v.optional(v.any()),
  }),
  shapes: defineTable(v.union(v.object({ kind: v.literal("circle"), radius: v.number() }), v.object({ kind: v.literal("square"), side: v.number() }))),
  /** Any value in an index. */
  values: defineTable({ key: v.string(), value: v.optional(v.any()) })
    .index("by_value", ["value"])
    .index("by_key_value", ["key", "value"]),
  loose: defineTable(v.any()),
  commits: defineTable({ key: v.string(), at: v.commitTs(), also: v.optional(v.any()) }).index("by_at", ["at"]),
});
