/** The work itself: each attempt leaves a document. */
import { NonRetryableError } from "@convex-dev/workpool";
import { v } from "convex/values";
import { internal } from "./_generated/api";
import type { Id } from "./_generated/dataModel";
import { internalAction, internalMutation, internalQuery, mutation, query } from "./_generated/server";

export const begin = internalMutation({
  args: { name: v.string() },
  handler: async (ctx, { name }): Promise<{ id: Id<"attempts">; attempt: number }> => {
    const id = await ctx.db.insert("attempts", { name, at: Date.now() });
    const attempts = await ctx.db.query("attempts").withIndex("by_name", (q) => q.eq("name", name)).collect();
    return { id, attempt: attempts.length };
  },
});
export const end = internalMutation({ args: { id: v.id("attempts") }, handler: async (ctx, { id }) => await ctx.db.patch(id, { endedAt: Date.now() }) });
export const isOpen = internalQuery({
  args: { gate: v.string() },
  handler: async (ctx, { gate }) => (await ctx.db.query("gates").withIndex("by_name", (q) => q.eq("name", gate)).first()) !== null,
});
export const open = mutation({ args: { gate: v.string() }, handler: async (ctx, { gate }) => void (await ctx.db.insert("gates", { name: gate })) });

/** An action that waits for its gate, if it has one. */
export const scrape = internalAction({
  args: { name: v.string(), gate: v.optional(v.string()) },
  handler: async (ctx, { name, gate }): Promise<string> => {
    const { id } = await ctx.runMutation(internal.work.begin, { name });
    while (gate !== undefined && !(await ctx.runQuery(internal.work.isOpen, { gate }))) await new Promise((resolve) => setTimeout(resolve, 10));
    await ctx.runMutation(internal.work.end, { id });
    return `scraped ${name}`;
  },
});

/** Fails as often as it is told to before it succeeds. */
export const sendEmail = internalAction({
  args: { name: v.string(), failures: v.number() },
  handler: async (ctx, { name, failures }): Promise<number> => {
    const { attempt } = await ctx.runMutation(internal.work.begin, { name });
    if (!name.includes("@")) throw new NonRetryableError("Invalid email address");
    if (attempt <= failures) throw new Error(`the mail server refused attempt ${attempt}`);
    return attempt;
  },
});

export const writeThenFail = internalMutation({
  args: { name: v.string() },
  handler: async (ctx, { name }): Promise<null> => {
    await ctx.db.insert("attempts", { name, at: Date.now() });
    throw new Error("this mutation always fails");
  },
});

export const increment = internalMutation({
  args: {},
  handler: async (ctx): Promise<number> => {
    const counter = await ctx.db.query("counter").unique();
    if (counter === null) await ctx.db.insert("counter", { count: 1 });
    else await ctx.db.patch(counter._id, { count: counter.count + 1 });
    return (counter?.count ?? 0) + 1;
  },
});

export const countAll = internalQuery({ args: {}, handler: async (ctx) => (await ctx.db.query("counter").unique())?.count ?? 0 });
export const counter = query({ args: {}, handler: async (ctx) => (await ctx.db.query("counter").unique())?.count ?? 0 });
export const attemptsAt = query({ args: { name: v.string() }, handler: async (ctx, { name }) => await ctx.db.query("attempts").withIndex("by_name", (q) => q.eq("name", name)).collect() });
export const allAttempts = query({ args: { prefix: v.string() }, handler: async (ctx, { prefix }) => (await ctx.db.query("attempts").collect()).filter(({ name }) => name.startsWith(prefix)) });
