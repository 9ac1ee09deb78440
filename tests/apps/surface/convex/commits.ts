/** Documents with the timestamp of their commit: as a queue, and as what was changed last. */
import { CommitTsPlaceholder, v } from "convex/values";
import { api, internal } from "./_generated/api";
import { internalMutation, mutation, query } from "./_generated/server";

export const add = mutation({
  args: { key: v.string(), fail: v.optional(v.boolean()) },
  handler: async (ctx, { key, fail }) => {
    const { commitTs } = ctx.db.vars;
    const id = await ctx.db.insert("commits", { key, at: commitTs, also: { list: [commitTs, 1] } });
    const read = await ctx.db.get(id);
    const last = await ctx.db.query("commits").withIndex("by_at").order("desc").first();
    if (fail) throw new Error("not this time");
    return { id, isPlaceholder: read?.at === commitTs, text: String(read?.at), isLast: last?._id === id, at: commitTs };
  },
});
export const touch = mutation({
  args: { id: v.id("commits"), key: v.string() },
  handler: async (ctx, { id, key }) => {
    await ctx.db.patch(id, { at: ctx.db.vars.commitTs });
    await ctx.db.patch(id, { key });
  },
});
export const addAndRemove = mutation({ args: {}, handler: async (ctx) => await ctx.db.delete(await ctx.db.insert("commits", { key: "removed", at: ctx.db.vars.commitTs })) });
export const addBelow = mutation({
  args: { key: v.string() },
  returns: v.object({ at: v.commitTs(), mine: v.commitTs() }),
  handler: async (ctx, { key }): Promise<{ at: any; mine: any }> => ({ ...(await ctx.runMutation(internal.commits.below, { key })), mine: ctx.db.vars.commitTs }),
});
export const below = internalMutation({
  args: { key: v.string() },
  returns: v.object({ at: v.commitTs() }),
  handler: async (ctx, { key }) => {
    await ctx.db.insert("commits", { key, at: ctx.db.vars.commitTs });
    return { at: ctx.db.vars.commitTs };
  },
});
/** The timestamp goes into a function and comes out of a query, in the same transaction. */
export const passOn = mutation({
  args: { key: v.string() },
  handler: async (ctx, args) => {
    const { commitTs } = ctx.db.vars;
    const at: unknown = await ctx.runMutation(internal.commits.addAt, { ...args, at: commitTs });
    const read: unknown = await ctx.runQuery(api.commits.newest, {});
    return [at === commitTs, read === commitTs];
  },
});
export const addAt = internalMutation({
  args: { key: v.string(), at: v.commitTs() },
  returns: v.commitTs(),
  handler: async (ctx, { key, at }) => {
    await ctx.db.insert("commits", { key, at });
    return at;
  },
});
export const newest = query({ args: {}, handler: async (ctx) => (await ctx.db.query("commits").withIndex("by_at").order("desc").first())?.at ?? null });
export const fabricated = query({ args: {}, handler: async (): Promise<any> => new CommitTsPlaceholder() });
export const misuse = mutation({
  args: { how: v.string() },
  handler: async (ctx, { how }): Promise<any> => {
    const { commitTs } = ctx.db.vars as { commitTs: any };
    if (how === "schedule") return await ctx.scheduler.runAfter(0, internal.commits.below, { key: commitTs });
    if (how === "number") return commitTs + 1;
    if (how === "json") return JSON.stringify(commitTs);
    await ctx.db.insert("commits", { key: commitTs, at: commitTs });
  },
});
export const slow = mutation({
  args: { key: v.string(), rounds: v.number() },
  handler: async (ctx, { key, rounds }) => {
    let sum = 0;
    for (let i = 0; i < rounds; i++) sum += Math.sqrt(i);
    await ctx.db.insert("commits", { key, at: ctx.db.vars.commitTs });
    return sum > 0;
  },
});
export const since = query({
  args: { ts: v.int64(), limit: v.optional(v.number()) },
  handler: async (ctx, { ts, limit }) => await ctx.db.query("commits").withIndex("by_at", (q) => q.gt("at", ts)).take(limit ?? 1000),
});
export const snapshotTs = query({ args: {}, handler: async (ctx) => await ctx.meta.getSnapshotTs() });
