/** Numbers that are in no table: the direct aggregate, its maintenance, and its queued writes. */
import { DirectAggregate } from "@convex-dev/aggregate";
import { v } from "convex/values";
import { components } from "./_generated/api";
import { action, mutation, query } from "./_generated/server";

const stats = new DirectAggregate<{ Key: number; Id: string }>(components.aggregate);
const queued = new DirectAggregate<{ Key: number; Id: string }>(components.queued);

const item = v.object({ key: v.number(), id: v.string(), sumValue: v.optional(v.number()) });

export const insert = mutation({
  args: { items: v.array(item) },
  handler: async (ctx, { items }) => {
    for (const one of items) await stats.insert(ctx, one);
  },
});
export const insertAtOnce = mutation({ args: { items: v.array(item) }, handler: async (ctx, { items }) => void (await Promise.all(items.map((one) => stats.insert(ctx, one)))) });
export const insertInAction = action({ args: { items: v.array(item) }, handler: async (ctx, { items }): Promise<number> => {
  for (const one of items) await stats.insert(ctx, one);
  return await stats.count(ctx);
} });
export const remove = mutation({ args: { item }, handler: async (ctx, { item }) => await stats.delete(ctx, item) });
export const removeIfThere = mutation({ args: { item }, handler: async (ctx, { item }) => await stats.deleteIfExists(ctx, item) });
export const replace = mutation({ args: { from: item, to: v.number(), sumValue: v.optional(v.number()) }, handler: async (ctx, { from, to, sumValue }) => await stats.replace(ctx, from, { key: to, ...(sumValue === undefined ? {} : { sumValue }) }) });
export const clear = mutation({ args: { maxNodeSize: v.optional(v.number()), rootLazy: v.optional(v.boolean()) }, handler: async (ctx, { maxNodeSize, rootLazy }) => await stats.clear(ctx, { ...(maxNodeSize === undefined ? {} : { maxNodeSize }), ...(rootLazy === undefined ? {} : { rootLazy }) }) });
export const makeRootLazy = mutation({ args: {}, handler: async (ctx) => await stats.makeRootLazy(ctx) });

const range = { lower: v.optional(v.number()), upper: v.optional(v.number()) };
const boundsOf = ({ lower, upper }: { lower?: number; upper?: number }) => ({ ...(lower === undefined ? {} : { lower: { key: lower, inclusive: true } }), ...(upper === undefined ? {} : { upper: { key: upper, inclusive: false } }) });

export const count = query({ args: range, handler: (ctx, args) => stats.count(ctx, { bounds: boundsOf(args) }) });
export const sum = query({ args: range, handler: (ctx, args) => stats.sum(ctx, { bounds: boundsOf(args) }) });
export const sumBatch = query({ args: { ranges: v.array(v.object(range)) }, handler: (ctx, { ranges }) => stats.sumBatch(ctx, ranges.map((one) => ({ bounds: boundsOf(one) }))) });
export const at = query({ args: { offset: v.number(), ...range }, handler: (ctx, { offset, ...args }) => stats.at(ctx, offset, { bounds: boundsOf(args) }) });
export const indexOf = query({ args: { key: v.number(), id: v.optional(v.string()) }, handler: (ctx, { key, id }) => stats.indexOf(ctx, key, id === undefined ? {} : { id }) });
export const page = query({ args: { ...range, cursor: v.optional(v.string()), pageSize: v.number(), order: v.optional(v.union(v.literal("asc"), v.literal("desc"))) }, handler: (ctx, { cursor, pageSize, order, ...args }) => stats.paginate(ctx, { bounds: boundsOf(args), pageSize, ...(cursor === undefined ? {} : { cursor }), ...(order === undefined ? {} : { order }) }) });
export const all = query({
  args: { pageSize: v.number() },
  handler: async (ctx, { pageSize }) => {
    const keys = [];
    for await (const { key } of stats.iter(ctx, { pageSize })) keys.push(key);
    return keys;
  },
});

export const enqueue = mutation({
  args: { items: v.array(item) },
  handler: async (ctx, { items }) => {
    for (const one of items) await queued.insert(ctx, one, { async: true });
    return await queued.count(ctx, { stale: true });
  },
});
export const enqueueBatch = mutation({
  args: {},
  handler: (ctx) =>
    queued.enqueueBatch(ctx, [
      { type: "insert", key: 1, id: "first", sumValue: 10 },
      { type: "insert", key: 3, id: "third", sumValue: 30 },
      { type: "insert", key: 2, id: "second", sumValue: 20 },
      { type: "delete", key: 2, id: "second" },
      { type: "replace", currentItem: { key: 3, id: "third" }, newItem: { key: 4, sumValue: 40 } },
    ]),
});
export const deleteLater = mutation({ args: { item }, handler: (ctx, { item }) => queued.delete(ctx, item, { async: true }) });
export const insertNow = mutation({ args: { item }, handler: (ctx, { item }) => queued.insert(ctx, item) });
export const enqueueAndInsert = mutation({
  args: { item },
  handler: async (ctx, { item }) => {
    await queued.insert(ctx, item, { async: true });
    await queued.insert(ctx, { ...item, id: `${item.id} again` });
  },
});
export const queuedTotals = query({ args: {}, handler: async (ctx) => ({ count: await queued.count(ctx, { stale: true }), sum: await queued.sum(ctx, { stale: true }) }) });
export const deadLetters = query({ args: {}, handler: async (ctx) => (await ctx.runQuery(components.queued.deadLetter.list, { paginationOpts: { numItems: 100, cursor: null } })).page });
export const deadLetter = query({ args: { id: v.string() }, handler: async (ctx, { id }) => await ctx.runQuery(components.queued.deadLetter.get, { id: id as never }) });
export const deleteDeadLetter = mutation({ args: { id: v.string() }, handler: async (ctx, { id }) => await ctx.runMutation(components.queued.deadLetter.delete_, { id: id as never }) });
