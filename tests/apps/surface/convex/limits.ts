/** Reads and writes as many as asked. */
import { v } from "convex/values";
import type { Id } from "./_generated/dataModel";
import { mutation, query } from "./_generated/server";
import { api } from "./_generated/api";

export const writeDocuments = mutation({
  args: { count: v.number(), bytes: v.optional(v.number()) },
  handler: async (ctx, { count, bytes = 0 }) => {
    for (let i = 0; i < count; i++) await ctx.db.insert("loose", { filler: "x".repeat(bytes) });
  },
});

export const readDocuments = query({ args: { count: v.number() }, handler: async (ctx, { count }) => (await ctx.db.query("loose").take(count)).length });

export const readRanges = query({
  args: { count: v.number() },
  handler: async (ctx, { count }) => {
    for (let i = 0; i < count; i++) await ctx.db.query("others").first();
    return count;
  },
});

export const readById = query({
  args: { id: v.string(), count: v.number() },
  handler: async (ctx, { id, count }) => {
    for (let i = 0; i < count; i++) await ctx.db.get(id as Id<"loose">);
    return count;
  },
});

/** Counts against the caller's limits as well. */
export const nestedReads = query({
  args: { calls: v.number(), count: v.number() },
  handler: async (ctx, { calls, count }): Promise<number> => {
    let sum = 0;
    for (let i = 0; i < calls; i++) sum += await ctx.runQuery(api.limits.readDocuments, { count });
    return sum;
  },
});

/** Writes and schedules, and takes it back. */
export const writeThenThrow = mutation({
  args: { count: v.number() },
  handler: async (ctx, { count }) => {
    for (let i = 0; i < count; i++) await ctx.db.insert("loose", { filler: "dropped" });
    await ctx.scheduler.runAfter(3_600_000, api.limits.writeDocuments, { count: 0 });
    throw new Error("taken back");
  },
});

/** What counts of a caller whose sub-mutation is dropped, and another one's kept. */
export const afterDropped = mutation({
  args: { dropped: v.number(), kept: v.number() },
  handler: async (ctx, { dropped, kept }): Promise<{ documentsWritten: number; functionsScheduled: number }[]> => {
    const used = async () => {
      const { documentsWritten, functionsScheduled } = await ctx.meta.getTransactionMetrics();
      return { documentsWritten: documentsWritten.used, functionsScheduled: functionsScheduled.used };
    };
    await ctx.runMutation(api.limits.writeThenThrow, { count: dropped }, { transactionLimits: { documentsWritten: dropped } }).catch(() => null);
    const afterFirst = await used();
    await ctx.runMutation(api.limits.dropWithin, { dropped, kept }).catch(() => null);
    const afterSecond = await used();
    await ctx.runMutation(api.limits.writeDocuments, { count: kept });
    return [afterFirst, afterSecond, await used()];
  },
});

/** Keeps what one sub-mutation wrote, drops another's, and is dropped with both. */
export const dropWithin = mutation({
  args: { dropped: v.number(), kept: v.number() },
  handler: async (ctx, { dropped, kept }) => {
    await ctx.runMutation(api.limits.writeDocuments, { count: kept });
    await ctx.runMutation(api.limits.writeThenThrow, { count: dropped }).catch(() => null);
    throw new Error("taken back as well");
  },
});

export const returnBytes = query({ args: { bytes: v.number() }, handler: async (_ctx, { bytes }) => "x".repeat(bytes) });
export const takeBytes = query({ args: { text: v.string() }, handler: async (_ctx, { text }) => text.length });

/** A document of the given shape. */
export const insertShape = mutation({
  args: { shape: v.string(), size: v.number() },
  handler: async (ctx, { shape, size }) => {
    await ctx.db.insert("loose", { value: shapeOf(shape, size) });
    return null;
  },
});

export const returnShape = query({
  args: { shape: v.string(), size: v.number() },
  handler: async (_ctx, { shape, size }) => shapeOf(shape, size),
});

function shapeOf(shape: string, size: number): unknown {
  switch (shape) {
    case "array":
      return Array.from({ length: size }, () => 0);
    case "object":
      return Object.fromEntries(Array.from({ length: size }, (_, i) => [`f${i}`, 0]));
    case "nested objects":
      return nest(size, (inner) => ({ inner }));
    case "nested arrays":
      return nest(size, (inner) => [inner]);
    case "text":
      return "x".repeat(size);
    case "field name":
      return { ["n".repeat(size)]: 1 };
    default:
      throw new Error(`No shape ${shape}`);
  }
}

function nest(depth: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 0;
  for (let i = 0; i < depth; i++) value = wrap(value);
  return value;
}

export const fieldName = mutation({
  args: { name: v.string(), inside: v.boolean() },
  handler: async (ctx, { name, inside }) => await ctx.db.insert("loose", inside ? { outer: { [name]: 1 } } : { [name]: 1 }),
});
