/** The limits of the README, some of them smaller, and a function for each way to use them. */
import { HOUR, MINUTE, RateLimiter, SECOND, type RateLimitConfig } from "@convex-dev/rate-limiter";
import { v } from "convex/values";
import { components, internal } from "./_generated/api";
import { internalAction, mutation, query, action, internalMutation } from "./_generated/server";

export const rateLimiter = new RateLimiter(components.rateLimiter, {
  freeTrialSignUp: { kind: "fixed window", rate: 3, period: HOUR, start: 0 },
  sendMessage: { kind: "token bucket", rate: 10, period: MINUTE, capacity: 3 },
  failedLogins: { kind: "token bucket", rate: 2, period: HOUR },
  booking: { kind: "token bucket", rate: 60, period: HOUR, capacity: 1, maxReserved: 2 },
  llmTokenBudget: { kind: "token bucket", rate: 10, period: HOUR, applyUpdates: "asynchronously" },
  llmTokens: { kind: "token bucket", rate: 40000, period: MINUTE, shards: 10 },
  llmRequests: { kind: "fixed window", rate: 1000, period: HOUR, shards: 10, start: 0 },
});

const name = v.union(
  v.literal("freeTrialSignUp"),
  v.literal("sendMessage"),
  v.literal("failedLogins"),
  v.literal("booking"),
  v.literal("llmTokenBudget"),
  v.literal("llmTokens"),
  v.literal("llmRequests"),
);
const options = { key: v.optional(v.string()), count: v.optional(v.number()), throws: v.optional(v.boolean()), reserve: v.optional(v.boolean()) };

export const limit = mutation({
  args: { name, ...options },
  handler: async (ctx, { name, ...options }) => await rateLimiter.limit(ctx, name, options),
});
export const check = query({
  args: { name, ...options },
  handler: async (ctx, { name, ...options }) => await rateLimiter.check(ctx, name, options),
});
export const reset = mutation({ args: { name, key: v.optional(v.string()) }, handler: async (ctx, { name, key }) => await rateLimiter.reset(ctx, name, { key }) });
export const getValue = query({
  args: { name, key: v.optional(v.string()), sampleShards: v.optional(v.number()) },
  handler: async (ctx, { name, ...options }) => await rateLimiter.getValue(ctx, name, options),
});

export const limitInAction = action({ args: { name, ...options }, handler: async (ctx, { name, ...options }): Promise<unknown> => await rateLimiter.limit(ctx, name, options) });

/** A limit that is not named where the limiter was made. */
export const limitOnce = mutation({
  args: { key: v.optional(v.string()) },
  handler: async (ctx, { key }) => {
    const config = { kind: "fixed window", rate: 1, period: SECOND } satisfies RateLimitConfig;
    return await rateLimiter.limit(ctx, "oneOffName", { config, ...(key === undefined ? {} : { key }) });
  },
});

/** As untyped clients might: whatever is asked for is passed on. */
export const limitWith = mutation({
  args: { name: v.string(), options: v.any() },
  handler: async (ctx, { name, options }) => await rateLimiter.limit(ctx, name as "sendMessage", options),
});

/** Two limits and a write in one transaction, which may fail after them. */
export const signUp = mutation({
  args: { user: v.string(), fail: v.boolean() },
  handler: async (ctx, { user, fail }) => {
    await rateLimiter.limit(ctx, "freeTrialSignUp", { key: "transactions", throws: true });
    await rateLimiter.limit(ctx, "sendMessage", { key: user, throws: true });
    await ctx.db.insert("done", { what: `sign-up ${user}` });
    if (fail) throw new Error("the sign-up fails after its limits were used");
  },
});

/** Queues itself for when its share is due, as the README's `reserve` does. */
export const bookingJob = internalAction({
  args: { what: v.string(), skipCheck: v.optional(v.boolean()) },
  handler: async (ctx, { what, skipCheck }): Promise<void> => {
    if (!skipCheck) {
      const status = await rateLimiter.limit(ctx, "booking", { reserve: true, key: "jobs" });
      if (!status.ok) return;
      if (status.retryAfter) return void (await ctx.scheduler.runAfter(status.retryAfter, internal.limits.bookingJob, { what, skipCheck: true }));
    }
    await ctx.runMutation(internal.limits.note, { what });
  },
});
export const note = internalMutation({ args: { what: v.string() }, handler: async (ctx, { what }) => void (await ctx.db.insert("done", { what })) });
export const book = mutation({
  args: { names: v.array(v.string()) },
  handler: async (ctx, { names }) => {
    for (const what of names) await ctx.scheduler.runAfter(0, internal.limits.bookingJob, { what });
  },
});
export const done = query({
  args: { prefix: v.string() },
  handler: async (ctx, { prefix }) => (await ctx.db.query("done").withIndex("by_what", (q) => q.gte("what", prefix).lt("what", `${prefix}\uffff`)).collect()).map(({ what }) => what),
});

export const { getRateLimit, getServerTime } = rateLimiter.hookAPI("sendMessage", {
  key: (_ctx, keyFromClient) => {
    if (keyFromClient === undefined || keyFromClient.startsWith("secret")) throw new Error("This key is not yours.");
    return keyFromClient;
  },
});
export const keyless = rateLimiter.hookAPI("sendMessage").getRateLimit;
