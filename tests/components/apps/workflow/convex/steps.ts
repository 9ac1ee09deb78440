/** What the workflows of this app do in their steps. Each step leaves a document and a line in the log, so that tests can count. */
import { v } from "convex/values";
import { internal } from "./_generated/api";
import { internalAction, internalMutation, internalQuery, mutation, query } from "./_generated/server";

const stepArgs = { subject: v.string(), step: v.string(), note: v.optional(v.any()) };

export const record = internalMutation({
  args: stepArgs,
  handler: async (ctx, { subject, step, note }): Promise<string> => {
    await ctx.db.insert("steps", { subject, step, at: Date.now(), ...(note === undefined ? {} : { note }) });
    console.log(`did: ${step} of ${subject}`);
    return `${step} of ${subject}`;
  },
});

export const recordAction = internalAction({
  args: stepArgs,
  handler: async (ctx, args): Promise<string> => await ctx.runMutation(internal.steps.record, args),
});

/** Fails until it has been tried `failures` times. */
export const flaky = internalAction({
  args: { subject: v.string(), failures: v.number() },
  handler: async (ctx, { subject, failures }): Promise<number> => {
    await ctx.runMutation(internal.steps.record, { subject, step: "attempt" });
    const attempts = await ctx.runQuery(internal.steps.count, { subject, step: "attempt" });
    if (attempts <= failures) throw new Error(`attempt ${attempts} failed`);
    return attempts;
  },
});

export const failing = internalMutation({
  args: { subject: v.string() },
  handler: async (ctx, { subject }): Promise<null> => {
    await ctx.db.insert("steps", { subject, step: "rolled back", at: Date.now() });
    throw new Error("this step always fails");
  },
});

/** Begins, waits for its gate, ends. */
export const gated = internalAction({
  args: { subject: v.string(), gate: v.string() },
  handler: async (ctx, { subject, gate }): Promise<string> => {
    await ctx.runMutation(internal.steps.record, { subject, step: `${gate} begins` });
    while (!(await ctx.runQuery(internal.steps.isOpen, { gate }))) await new Promise((resolve) => setTimeout(resolve, 10));
    await ctx.runMutation(internal.steps.record, { subject, step: `${gate} ends` });
    return gate;
  },
});

export const isOpen = internalQuery({
  args: { gate: v.string() },
  handler: async (ctx, { gate }) => (await ctx.db.query("gates").withIndex("by_name", (q) => q.eq("name", gate)).first()) !== null,
});

export const open = mutation({ args: { gate: v.string() }, handler: async (ctx, { gate }) => void (await ctx.db.insert("gates", { name: gate })) });

export const count = internalQuery({
  args: { subject: v.string(), step: v.string() },
  handler: async (ctx, { subject, step }): Promise<number> =>
    (await ctx.db.query("steps").withIndex("by_subject", (q) => q.eq("subject", subject)).collect()).filter((document) => document.step === step).length,
});

export const stepsOf = query({
  args: { subject: v.string() },
  handler: async (ctx, { subject }) => await ctx.db.query("steps").withIndex("by_subject", (q) => q.eq("subject", subject)).collect(),
});
