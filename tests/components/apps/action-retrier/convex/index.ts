import { ActionRetrier, onCompleteValidator, runIdValidator, type RunId } from "@convex-dev/action-retrier";
import { v } from "convex/values";
import { components, internal } from "./_generated/api";
import { action, internalAction, internalMutation, internalQuery, mutation, query } from "./_generated/server";

const retrier = new ActionRetrier(components.actionRetrier, { initialBackoffMs: 10, base: 2, maxFailures: 3 });

const options = {
  initialBackoffMs: v.optional(v.number()),
  base: v.optional(v.number()),
  maxFailures: v.optional(v.number()),
  runAfter: v.optional(v.number()),
};

export const kickoff = mutation({
  args: { name: v.string(), failures: v.number(), gate: v.optional(v.string()), withCallback: v.optional(v.boolean()), ...options },
  handler: async (ctx, { name, failures, gate, withCallback, runAfter, ...overrides }): Promise<RunId> => {
    const args = { name, failures, ...(gate === undefined ? {} : { gate }) };
    const runOptions = { ...overrides, ...(withCallback === false ? {} : { onComplete: internal.index.exampleCallback }) };
    return runAfter === undefined
      ? await retrier.run(ctx, internal.index.exampleAction, args, runOptions)
      : await retrier.runAfter(ctx, runAfter, internal.index.exampleAction, args, runOptions);
  },
});

/** Starts a run, waits for its end, and cleans up: all within an action. */
export const runAndWait = action({
  args: { name: v.string(), failures: v.number() },
  handler: async (ctx, args): Promise<unknown> => {
    const runId = await retrier.run(ctx, internal.index.exampleAction, args);
    try {
      for (;;) {
        const status = await retrier.status(ctx, runId);
        if (status.type === "completed") return status.result;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    } finally {
      await retrier.cleanup(ctx, runId);
    }
  },
});

export const exampleAction = internalAction({
  args: { name: v.string(), failures: v.number(), gate: v.optional(v.string()) },
  handler: async (ctx, { name, failures, gate }): Promise<string> => {
    const attempt = await ctx.runMutation(internal.index.begin, { name });
    while (gate !== undefined && !(await ctx.runQuery(internal.index.isOpen, { gate }))) await new Promise((resolve) => setTimeout(resolve, 10));
    if (attempt <= failures) throw new Error(`attempt ${attempt} of ${name} failed`);
    return `${name} after ${attempt}`;
  },
});

export const exampleCallback = internalMutation({
  args: onCompleteValidator,
  handler: async (ctx, args) => void (await ctx.db.insert("completions", args)),
});

export const begin = internalMutation({
  args: { name: v.string() },
  handler: async (ctx, { name }): Promise<number> => {
    await ctx.db.insert("attempts", { name });
    return (await ctx.db.query("attempts").withIndex("by_name", (q) => q.eq("name", name)).collect()).length;
  },
});
export const isOpen = internalQuery({
  args: { gate: v.string() },
  handler: async (ctx, { gate }) => (await ctx.db.query("gates").withIndex("by_name", (q) => q.eq("name", gate)).first()) !== null,
});
export const open = mutation({ args: { gate: v.string() }, handler: async (ctx, { gate }) => void (await ctx.db.insert("gates", { name: gate })) });

export const status = query({ args: { runId: runIdValidator }, handler: async (ctx, { runId }) => await retrier.status(ctx, runId) });
export const cancel = mutation({ args: { runId: runIdValidator }, handler: async (ctx, { runId }) => await retrier.cancel(ctx, runId) });
export const cleanup = mutation({ args: { runId: runIdValidator }, handler: async (ctx, { runId }) => await retrier.cleanup(ctx, runId) });
export const attempts = query({ args: { name: v.string() }, handler: async (ctx, { name }) => (await ctx.db.query("attempts").withIndex("by_name", (q) => q.eq("name", name)).collect()).length });
export const completionsOf = query({ args: { runId: v.string() }, handler: async (ctx, { runId }) => await ctx.db.query("completions").withIndex("by_run", (q) => q.eq("runId", runId)).collect() });
