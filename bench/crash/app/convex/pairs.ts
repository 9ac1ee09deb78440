/** Writes whose halves must never be seen apart, nor twice: two documents, and a counter that everybody increments. */
import { mutationGeneric, queryGeneric, type DataModelFromSchemaDefinition, type MutationBuilder, type QueryBuilder } from "convex/server";
import { v } from "convex/values";
import type schema from "./schema.js";

type DataModel = DataModelFromSchemaDefinition<typeof schema>;

// Typed here rather than in `_generated`, so that the repository's own type check needs no code generation.
const mutation = mutationGeneric as MutationBuilder<DataModel, "public">;
const query = queryGeneric as QueryBuilder<DataModel, "public">;

/** Deliberately not idempotent: a second run for the same request leaves a second pair. */
export const add = mutation({
  args: { round: v.number(), key: v.string() },
  handler: async (ctx, { round, key }) => {
    await ctx.db.insert("halves", { round, key, side: "left" });
    const counter = await ctx.db
      .query("counters")
      .withIndex("by_round", (q) => q.eq("round", round))
      .unique();
    if (counter === null) await ctx.db.insert("counters", { round, pairs: 1 });
    else await ctx.db.patch(counter._id, { pairs: counter.pairs + 1 });
    await ctx.db.insert("halves", { round, key, side: "right" });
  },
});

/** What a round left, at one timestamp. Keys are words in one text, since a result may hold few array elements. */
export const audit = query({
  args: { round: v.number() },
  handler: async (ctx, { round }) => {
    const keys: Record<"left" | "right", string[]> = { left: [], right: [] };
    for await (const half of ctx.db.query("halves").withIndex("by_round", (q) => q.eq("round", round))) keys[half.side].push(half.key);
    const counter = await ctx.db
      .query("counters")
      .withIndex("by_round", (q) => q.eq("round", round))
      .unique();
    return { left: keys.left.join(" "), right: keys.right.join(" "), counted: counter?.pairs ?? 0 };
  },
});
