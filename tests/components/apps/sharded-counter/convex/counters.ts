/** Counters as the README makes them: of one key, of one shard, and beside a table. */
import { ShardedCounter } from "@convex-dev/sharded-counter";
import { customCtx, customMutation } from "convex-helpers/server/customFunctions";
import { Triggers } from "convex-helpers/server/triggers";
import { v } from "convex/values";
import { components } from "./_generated/api";
import type { DataModel } from "./_generated/dataModel";
import { action, mutation, query } from "./_generated/server";

const counter = new ShardedCounter(components.shardedCounter, { shards: { checkboxes: 100, beans: 10, users: 1 } });
const fewer = new ShardedCounter(components.shardedCounter, { shards: { beans: 2 } });
const friends = new ShardedCounter<string>(components.shardedCounter, { defaultShards: 1 });
const checkboxes = counter.for("checkboxes");

const triggers = new Triggers<DataModel>();
triggers.register("users", counter.trigger("users"));
const mutationWithTriggers = customMutation(mutation, customCtx(triggers.wrapDB));

const change = { key: v.string(), by: v.optional(v.number()) };
export const add = mutation({ args: change, handler: (ctx, { key, by }) => counter.add(ctx, key, by) });
export const subtract = mutation({ args: change, handler: (ctx, { key, by }) => counter.subtract(ctx, key, by) });
export const reset = mutation({ args: { key: v.string() }, handler: (ctx, { key }) => counter.reset(ctx, key) });
export const count = query({ args: { key: v.string() }, handler: (ctx, { key }) => counter.count(ctx, key) });
export const estimate = query({ args: { key: v.string(), shards: v.optional(v.number()) }, handler: (ctx, { key, shards }) => counter.estimateCount(ctx, key, shards) });
export const rebalance = mutation({ args: { key: v.string(), fewer: v.optional(v.boolean()) }, handler: (ctx, { key, fewer: toFewer }) => (toFewer ? fewer : counter).rebalance(ctx, key) });

/** Up by two, down by one, up by five, down by five: all through the counter of one key. */
export const exercise = mutation({
  args: {},
  handler: async (ctx) => {
    await checkboxes.inc(ctx);
    await checkboxes.inc(ctx);
    await checkboxes.dec(ctx);
    await checkboxes.add(ctx, 5);
    await checkboxes.subtract(ctx, 5);
    return await checkboxes.count(ctx);
  },
});

/** Both increments begin before either has ended. */
export const addTwice = mutation({
  args: { key: v.string() },
  handler: async (ctx, { key }) => {
    await Promise.all([counter.inc(ctx, key), counter.inc(ctx, key)]);
    return await counter.count(ctx, key);
  },
});
export const addThenThrow = mutation({
  args: { key: v.string() },
  handler: async (ctx, { key }) => {
    await counter.add(ctx, key, 1000);
    throw new Error("the mutation fails after it counted");
  },
});
export const addInAction = action({
  args: { key: v.string(), times: v.number() },
  handler: async (ctx, { key, times }): Promise<number> => {
    for (let i = 0; i < times; i++) await counter.inc(ctx, key);
    return await counter.count(ctx, key);
  },
});
export const befriend = mutation({ args: { user: v.string() }, handler: (ctx, { user }) => friends.inc(ctx, user) });
export const friendCount = query({ args: { user: v.string() }, handler: (ctx, { user }) => friends.count(ctx, user) });

export const insertUsers = mutationWithTriggers({
  args: { names: v.array(v.string()) },
  handler: async (ctx, { names }) => {
    await Promise.all(names.map((name) => ctx.db.insert("users", { name })));
  },
});
export const deleteUsers = mutationWithTriggers({
  args: {},
  handler: async (ctx) => {
    for await (const user of ctx.db.query("users")) await ctx.db.delete(user._id);
  },
});
