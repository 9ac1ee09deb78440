/** Stale snapshots, timestamps of commits that are not known yet, and counts. */
import { v } from "convex/values";
import { internal } from "./_generated/api";
import { internalMutation, internalQuery, mutation, query } from "./_generated/server";

export const keys = internalQuery({
  args: { depth: v.optional(v.number()) },
  handler: async (ctx, { depth = 0 }): Promise<{ keys: string[]; ts: bigint }> => {
    if (depth > 0) return await ctx.runQuery(internal.transactions.keys, { depth: depth - 1 });
    return { keys: (await ctx.db.query("events").collect()).map(({ key }) => key), ts: ctx.meta.getSnapshotTs() };
  },
});

/** What a query that is called sees of what the mutation has written. */
export const staleness = mutation({
  args: { key: v.string(), depth: v.number() },
  handler: async (ctx, { key, depth }) => {
    const id = await ctx.db.insert("events", { key });
    const ofMutation = ctx.meta.getSnapshotTs();
    const fresh = await ctx.runQuery(internal.transactions.keys, { depth });
    const stale = await ctx.runQuery(internal.transactions.keys, { depth }, { useStaleSnapshot: true });
    const limited = await ctx.runQuery(internal.transactions.keys, {}, { useStaleSnapshot: true, transactionLimits: { documentsRead: 0 } }).catch((error: Error) => error.message);
    await ctx.db.delete(id);
    return { fresh: fresh.keys.includes(key), stale: stale.keys.includes(key), sameTs: [fresh.ts === ofMutation, stale.ts === ofMutation], limited, used: (await ctx.meta.getTransactionMetrics()).databaseQueries.used };
  },
});

/** Takes its time between a stale, or an ordinary, look at a table that others write meanwhile, and its own write. */
export const slowlyAfterLooking = mutation({
  args: { stale: v.boolean(), rounds: v.number() },
  handler: async (ctx, { stale, rounds }) => {
    await ctx.runQuery(internal.transactions.keys, {}, { useStaleSnapshot: stale });
    let sum = 0;
    for (let i = 0; i < rounds; i++) sum += Math.sqrt(i);
    await ctx.db.insert("results", { sum });
    return Math.random();
  },
});
export const add = mutation({ args: { key: v.string() }, handler: async (ctx, { key }) => await ctx.db.insert("events", { key, at: ctx.db.vars.commitTs }) });

/** Filters within the mutation that writes, where the timestamp of its commit stands after every other. */
export const filtered = mutation({
  args: {},
  handler: async (ctx) => {
    const { commitTs } = ctx.db.vars;
    const before = await ctx.db.query("events").withIndex("by_at", (q) => q.gt("at", 0n)).collect();
    const id = await ctx.db.insert("events", { key: "filtered", at: commitTs });
    const isOwn = (found: { _id: string }[]): string => found.map(({ _id }) => (_id === id ? "own" : "other")).join();
    const where = (condition: (q: any) => any) => ctx.db.query("events").filter((q) => q.and(q.eq(q.field("key"), "filtered"), condition(q))).collect();
    const added = await where((q) => q.gt(q.add(q.field("at"), 1n), 0n)).catch((error: Error) => error.message);
    return {
      equal: isOwn(await where((q) => q.eq(q.field("at"), commitTs))),
      notEqual: isOwn(await where((q) => q.neq(q.field("at"), commitTs))),
      after: isOwn(await where((q) => q.gt(q.field("at"), before.at(-1)?.at ?? 0n))),
      before: isOwn(await where((q) => q.lt(q.field("at"), 0n))),
      // Numbers come after integers, as in indexes.
      number: isOwn(await where((q) => q.lt(q.field("at"), -Infinity))),
      added,
    };
  },
});
export const readBelow = internalQuery({ args: { id: v.id("events") }, handler: async (ctx, { id }) => await ctx.db.get(id) });
export const below = mutation({
  args: {},
  handler: async (ctx): Promise<string> => {
    const id = await ctx.db.insert("events", { key: "below", at: ctx.db.vars.commitTs });
    return String((await ctx.runQuery(internal.transactions.readBelow, { id }))?.at);
  },
});

/** Written for the package's own ctx, on which it is called by `onStrings`. */
export const writeAndRead = internalMutation({
  args: {},
  handler: async (ctx) => {
    const { commitTs } = ctx.db.vars;
    const id = await ctx.db.insert("events", { key: "strings", at: commitTs });
    const texts = [(await ctx.db.get(id))?.at, (await ctx.db.query("events").order("desc").first())?.at, (await ctx.db.query("events").order("desc").paginate({ numItems: 1, cursor: null })).page[0]?.at].map(String);
    await ctx.db.patch(id, { at: commitTs, size: 1 });
    await ctx.db.replace(id, { key: "strings again", at: commitTs });
    const found = await ctx.db.query("events").filter((q) => q.eq(q.field("at"), commitTs)).collect();
    const inRange = await ctx.db.query("events").withIndex("by_at", (q) => q.eq("at", commitTs)).collect();
    const stale = await ctx.runQuery(internal.transactions.keys, {}, { useStaleSnapshot: true });
    return { texts, found: found.length, inRange: inRange.length, stale: stale.keys.includes("strings again") };
  },
});
export const onStrings = mutation({ args: {}, handler: async () => JSON.parse(await (writeAndRead as unknown as { invokeMutation(args: string): Promise<string> }).invokeMutation("[{}]")) as unknown });
export const events = query({ args: { key: v.string() }, handler: async (ctx, { key }) => (await ctx.db.query("events").collect()).filter((event) => event.key === key).map(({ at }) => at) });

interface Counts {
  count(): Promise<number>;
}
/** `count` is internal to the package: its types hide it, its objects have it. */
export const counts = query({
  args: {},
  handler: async (ctx) => {
    const counted = async (table: "events" | "nothing"): Promise<number> => await (ctx.db.query(table as "events") as unknown as Counts).count();
    return [await counted("events"), (await ctx.db.query("events").fullTableScan().collect()).length, await counted("nothing")];
  },
});
