/** The pools, and the app's own functions around them. */
import { vOnCompleteArgs, vWorkIdValidator, Workpool, type WorkId } from "@convex-dev/workpool";
import { v } from "convex/values";
import { components, internal } from "./_generated/api";
import type { DataModel } from "./_generated/dataModel";
import { action, internalMutation, mutation, query } from "./_generated/server";

const emailPool = new Workpool(components.emailWorkpool, {
  maxParallelism: 10,
  retryActionsByDefault: true,
  defaultRetryBehavior: { maxAttempts: 3, initialBackoffMs: 20, base: 2 },
});
const scrapePool = new Workpool(components.scrapeWorkpool, { maxParallelism: 2 });
const counterPool = new Workpool(components.counterWorkpool, { maxParallelism: 1 });
/** Says nothing about parallelism, so that it can be set while the app runs. */
const counterPoolAsConfigured = new Workpool(components.counterWorkpool, {});

export const emailSent = internalMutation({
  args: vOnCompleteArgs(v.object({ to: v.string() })),
  handler: async (ctx, args) => void (await ctx.db.insert("completions", args)),
});
export const scraped = scrapePool.defineOnComplete<DataModel>({
  context: v.object({ city: v.string() }),
  handler: async (ctx, args) => void (await ctx.db.insert("completions", args)),
});
export const failingCallback = internalMutation({
  args: vOnCompleteArgs(v.any()),
  handler: async (ctx, args) => {
    await ctx.db.insert("completions", args);
    throw new Error("the callback fails");
  },
});

export const email = mutation({
  args: { to: v.string(), failures: v.number(), retry: v.optional(v.any()), excludeKinds: v.optional(v.array(v.any())), runAfter: v.optional(v.number()) },
  handler: async (ctx, { to, failures, retry, excludeKinds, runAfter }): Promise<WorkId> =>
    await emailPool.enqueueAction(ctx, internal.work.sendEmail, { name: to, failures }, {
      onComplete: internal.pools.emailSent,
      context: { to },
      ...(retry === undefined ? {} : { retry: retry as boolean }),
      ...(excludeKinds === undefined ? {} : { onCompleteExcludeKinds: excludeKinds }),
      ...(runAfter === undefined ? {} : { runAfter }),
    }),
});

export const scrape = mutation({
  args: { cities: v.array(v.string()), gate: v.optional(v.string()), runAt: v.optional(v.number()) },
  handler: async (ctx, { cities, gate, runAt }): Promise<WorkId[]> => {
    const ids: WorkId[] = [];
    for (const city of cities) {
      ids.push(await scrapePool.enqueueAction(ctx, internal.work.scrape, { name: city, ...(gate === undefined ? {} : { gate }) }, { onComplete: internal.pools.scraped, context: { city }, ...(runAt === undefined ? {} : { runAt }) }));
    }
    return ids;
  },
});

export const scrapeBatch = mutation({
  args: { cities: v.array(v.string()) },
  handler: async (ctx, { cities }): Promise<WorkId[]> => await scrapePool.enqueueActionBatch(ctx, internal.work.scrape, cities.map((name) => ({ name }))),
});
export const scrapeFromAction = action({
  args: { cities: v.array(v.string()) },
  handler: async (ctx, { cities }): Promise<WorkId[]> => await scrapePool.enqueueActionBatch(ctx, internal.work.scrape, cities.map((name) => ({ name }))),
});

export const increment = mutation({
  args: { times: v.number() },
  handler: async (ctx, { times }): Promise<WorkId[]> => await counterPool.enqueueMutationBatch(ctx, internal.work.increment, Array.from({ length: times }, () => ({}))),
});
export const doSomethingAndCount = action({ args: {}, handler: async (ctx): Promise<WorkId> => await counterPool.enqueueMutation(ctx, internal.work.increment, {}) });
export const incrementAsConfigured = mutation({ args: {}, handler: async (ctx): Promise<WorkId> => await counterPoolAsConfigured.enqueueMutation(ctx, internal.work.increment, {}) });
export const setParallelism = mutation({
  args: { maxParallelism: v.number() },
  handler: async (ctx, args) => void (await ctx.runMutation(components.counterWorkpool.config.update, args)),
});

export const askCount = mutation({
  args: {},
  handler: async (ctx): Promise<WorkId> => await emailPool.enqueueQuery(ctx, internal.work.countAll, {}, { onComplete: internal.pools.emailSent, context: { to: "count" } }),
});
export const failMutation = mutation({
  args: { name: v.string() },
  handler: async (ctx, { name }): Promise<WorkId> => await emailPool.enqueueMutation(ctx, internal.work.writeThenFail, { name }, { onComplete: internal.pools.emailSent, context: { to: name } }),
});
export const withFailingCallback = mutation({
  args: {},
  handler: async (ctx): Promise<WorkId> => await emailPool.enqueueMutation(ctx, internal.work.increment, {}, { onComplete: internal.pools.failingCallback, context: null }),
});
export const enqueueThenThrow = mutation({
  args: { to: v.string() },
  handler: async (ctx, { to }) => {
    await emailPool.enqueueAction(ctx, internal.work.sendEmail, { name: to, failures: 0 });
    throw new Error("after enqueueing");
  },
});
export const largeContext = mutation({
  args: { bytes: v.number() },
  handler: async (ctx, { bytes }): Promise<WorkId> =>
    await emailPool.enqueueAction(ctx, internal.work.scrape, { name: "x".repeat(bytes) }, { onComplete: internal.pools.emailSent, context: { to: "y".repeat(bytes) } }),
});

const pools = { email: emailPool, scrape: scrapePool, counter: counterPool };
const poolName = v.union(v.literal("email"), v.literal("scrape"), v.literal("counter"));

export const getStatus = query({ args: { pool: poolName, id: vWorkIdValidator }, handler: async (ctx, { pool, id }) => await pools[pool].status(ctx, id) });
export const getStatuses = query({ args: { pool: poolName, ids: v.array(vWorkIdValidator) }, handler: async (ctx, { pool, ids }) => await pools[pool].statusBatch(ctx, ids) });
export const cancelWork = mutation({ args: { pool: poolName, id: vWorkIdValidator }, handler: async (ctx, { pool, id }) => await pools[pool].cancel(ctx, id) });
export const cancelAll = mutation({ args: { pool: poolName, limit: v.optional(v.number()) }, handler: async (ctx, { pool, limit }) => await pools[pool].cancelAll(ctx, limit === undefined ? {} : { limit }) });
export const completionsOf = query({ args: { workId: v.string() }, handler: async (ctx, { workId }) => await ctx.db.query("completions").withIndex("by_work", (q) => q.eq("workId", workId)).collect() });
