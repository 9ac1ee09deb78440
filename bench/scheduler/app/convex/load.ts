/** Jobs that wait for long, and jobs that come due and note when they started. */
import { internalMutationGeneric, makeFunctionReference, mutationGeneric, queryGeneric, type DataModelFromSchemaDefinition, type MutationBuilder, type QueryBuilder } from "convex/server";
import { v } from "convex/values";
import type schema from "./schema.js";

type DataModel = DataModelFromSchemaDefinition<typeof schema>;

// Typed here rather than in `_generated`, so that the repository's own type check needs no code generation.
const internalMutation = internalMutationGeneric as MutationBuilder<DataModel, "internal">;
const mutation = mutationGeneric as MutationBuilder<DataModel, "public">;
const query = queryGeneric as QueryBuilder<DataModel, "public">;
const startReference = makeFunctionReference<"mutation", { dueMs: number }>("load:start");

export const start = internalMutation({
  args: { dueMs: v.number() },
  handler: async (ctx, { dueMs }) => void (await ctx.db.insert("starts", { dueMs, startedMs: Date.now() })),
});

export const fill = mutation({
  args: { count: v.number(), afterMs: v.number(), overMs: v.number() },
  handler: async (ctx, { count, afterMs, overMs }) => {
    const now = Date.now();
    for (let n = 0; n < count; n++) {
      const dueMs = Math.round(now + afterMs + (overMs * n) / count);
      await ctx.scheduler.runAt(dueMs, startReference, { dueMs });
    }
  },
});

export const latenessMs = query({ args: {}, handler: async (ctx) => (await ctx.db.query("starts").collect()).map(({ dueMs, startedMs }) => startedMs - dueMs) });
