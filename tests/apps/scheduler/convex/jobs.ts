/** What is scheduled, and what schedules it. */
import { v, type Value } from "convex/values";
import { createFunctionHandle, makeFunctionReference, type FunctionHandle } from "convex/server";
import { api, internal } from "./_generated/api";
import type { Id } from "./_generated/dataModel";
import { action, internalAction, internalMutation, internalQuery, mutation, query } from "./_generated/server";

const jobId = v.id("_scheduled_functions");

export const record = internalMutation({
  args: { name: v.string(), note: v.optional(v.any()) },
  handler: async (ctx, { name, note }) => void (await ctx.db.insert("runs", { name, at: Date.now(), ...(note === undefined ? {} : { note }) })),
});
export const recordAction = internalAction({ args: { name: v.string() }, handler: async (ctx, { name }) => void (await ctx.runMutation(internal.jobs.record, { name })) });
export const fail = internalMutation({ args: { name: v.string() }, handler: async (ctx, { name }) => { await ctx.db.insert("runs", { name, at: 0 }); throw new Error("the job failed"); } });
export const failAction = internalAction({ args: {}, handler: async () => { throw new Error("the action failed"); } });
export const whoAmI = internalMutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    const { scheduledFunctionId } = await ctx.meta.getRequestMetadata();
    await ctx.db.insert("runs", { name, at: Date.now(), note: { identity: (await ctx.auth.getUserIdentity())?.name ?? null, scheduledFunctionId } });
  },
});
export const aQuery = internalQuery({ args: {}, handler: async () => 1 });

export const runsOf = query({ args: { name: v.string() }, handler: async (ctx, { name }) => await ctx.db.query("runs").withIndex("by_name", (q) => q.eq("name", name)).collect() });
export const count = query({ args: {}, handler: async (ctx) => (await ctx.db.query("runs").collect()).length });
export const job = query({ args: { id: jobId }, handler: async (ctx, { id }) => await ctx.db.system.get(id) });
export const jobs = query({ args: {}, handler: async (ctx) => await ctx.db.system.query("_scheduled_functions").collect() });

export const after = mutation({
  args: { delayMs: v.number(), name: v.string(), note: v.optional(v.any()) },
  handler: async (ctx, { delayMs, ...args }): Promise<Id<"_scheduled_functions">> => await ctx.scheduler.runAfter(delayMs, internal.jobs.record, args),
});
export const at = mutation({
  args: { time: v.number(), name: v.string(), asDate: v.boolean() },
  handler: async (ctx, { time, name, asDate }): Promise<Id<"_scheduled_functions">> => await ctx.scheduler.runAt(asDate ? new Date(time) : time, internal.jobs.record, { name }),
});
export const afterByName = mutation({
  args: { target: v.string(), args: v.any(), delayMs: v.number() },
  handler: async (ctx, { target, args, delayMs }): Promise<Id<"_scheduled_functions">> => await ctx.scheduler.runAfter(delayMs, makeFunctionReference<"mutation">(target), args as Record<string, Value>),
});
export const byHandle = mutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    const handle: FunctionHandle<"mutation", { name: string }> = await createFunctionHandle(internal.jobs.record);
    return await ctx.scheduler.runAfter(0, handle, { name });
  },
});
export const cancel = mutation({ args: { id: jobId }, handler: async (ctx, { id }) => await ctx.scheduler.cancel(id) });
export const cancelAnything = mutation({ args: { id: v.string() }, handler: async (ctx, { id }) => await ctx.scheduler.cancel(id as Id<"_scheduled_functions">) });
export const scheduleThenThrow = mutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => { await ctx.scheduler.runAfter(0, internal.jobs.record, { name }); throw new Error("after scheduling"); },
});
export const scheduleThenThrowInternal = internalMutation({
  args: { name: v.string() },
  handler: async (ctx, { name }): Promise<void> => { await ctx.scheduler.runAfter(0, internal.jobs.record, { name }); throw new Error("after scheduling"); },
});
export const inSubMutations = mutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    await ctx.runMutation(internal.jobs.scheduleInternal, { name, count: 1 });
    await ctx.runMutation(internal.jobs.scheduleThenThrowInternal, { name }).catch(() => undefined);
  },
});
export const scheduleInternal = internalMutation({
  args: { name: v.string(), count: v.number() },
  handler: async (ctx, { name, count }) => { for (let n = 0; n < count; n++) await ctx.scheduler.runAfter(0, internal.jobs.record, { name, note: n }); },
});
export const scheduleMany = mutation({ args: { name: v.string(), count: v.number() }, handler: async (ctx, args): Promise<void> => void (await ctx.runMutation(internal.jobs.scheduleInternal, args)) });
export const cancelInSame = mutation({
  args: { name: v.string() },
  handler: async (ctx, { name }): Promise<Id<"_scheduled_functions">> => {
    const id = await ctx.scheduler.runAfter(0, internal.jobs.record, { name });
    await ctx.scheduler.cancel(id);
    return id;
  },
});
export const chain = internalMutation({
  args: { name: v.string(), left: v.number() },
  handler: async (ctx, { name, left }) => {
    await ctx.db.insert("runs", { name, at: Date.now(), note: left });
    if (left > 0) await ctx.scheduler.runAfter(0, internal.jobs.chain, { name, left: left - 1 });
  },
});
export const startChain = mutation({ args: { name: v.string(), length: v.number() }, handler: async (ctx, { name, length }) => void (await ctx.scheduler.runAfter(0, internal.jobs.chain, { name, left: length - 1 })) });
export const wrongArguments = mutation({
  args: { kind: v.string() },
  handler: async (ctx, { kind }) => {
    const { scheduler } = ctx as unknown as { scheduler: { runAfter(...args: unknown[]): Promise<unknown>; runAt(...args: unknown[]): Promise<unknown>; cancel(...args: unknown[]): Promise<unknown> } };
    const target = internal.jobs.record;
    const args = { name: "wrong" };
    switch (kind) {
      case "text delay": return await scheduler.runAfter("5", target, args);
      case "negative delay": return await scheduler.runAfter(-1, target, args);
      case "infinite delay": return await scheduler.runAfter(Infinity, target, args);
      case "text time": return await scheduler.runAt("2030", target, args);
      case "invalid date": return await scheduler.runAt(new Date(NaN), target, args);
      case "far future": return await scheduler.runAt(Date.now() + 6 * 366 * 86_400_000, target, args);
      case "far past": return await scheduler.runAt(1000, target, args);
      case "long delay": return await scheduler.runAfter(6 * 366 * 86_400_000, target, args);
      case "text arguments": return await scheduler.runAfter(0, target, "wrong");
      case "null arguments": return await scheduler.runAfter(0, target, null);
      case "no reference": return await scheduler.runAfter(0, {}, args);
      case "a query": return await scheduler.runAfter(0, internal.jobs.aQuery, {});
      case "unknown": return await scheduler.runAfter(0, "jobs:nothing", {});
      case "a function as argument": return await scheduler.runAfter(0, target, { name: () => 1 });
      case "cancel nothing": return await scheduler.cancel();
      default: throw new Error(kind);
    }
  },
});

// From actions.
export const actionSchedules = action({
  args: { name: v.string(), delayMs: v.number() },
  handler: async (ctx, { name, delayMs }): Promise<Id<"_scheduled_functions">[]> => [
    await ctx.scheduler.runAfter(delayMs, internal.jobs.record, { name }),
    await ctx.scheduler.runAt(Date.now() + delayMs, internal.jobs.recordAction, { name }),
  ],
});
export const actionCancels = action({ args: { id: jobId }, handler: async (ctx, { id }) => await ctx.scheduler.cancel(id) });
export const actionSchedulesWrong = action({
  args: { target: v.string() },
  handler: async (ctx, { target }) => void (await ctx.scheduler.runAfter(0, makeFunctionReference<"mutation">(target), {})),
});

/** Announces that it runs, waits at a gate, then schedules and records. */
export const waitAtGate = internalAction({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    await ctx.runMutation(internal.jobs.record, { name: `${name} running` });
    while (!(await ctx.runQuery(api.jobs.isOpen, { name }))) await new Promise((resolve) => setTimeout(resolve, 10));
    await ctx.scheduler.runAfter(0, internal.jobs.record, { name: `${name} scheduled` });
    await ctx.runMutation(internal.jobs.scheduleInternal, { name: `${name} scheduled by mutation`, count: 1 });
    await ctx.runMutation(internal.jobs.record, { name: `${name} done` });
  },
});
export const startWaiting = mutation({ args: { name: v.string() }, handler: async (ctx, { name }): Promise<Id<"_scheduled_functions">> => await ctx.scheduler.runAfter(0, internal.jobs.waitAtGate, { name }) });
export const openGate = mutation({ args: { name: v.string() }, handler: async (ctx, { name }) => void (await ctx.db.insert("gates", { name })) });
export const isOpen = query({ args: { name: v.string() }, handler: async (ctx, { name }) => (await ctx.db.query("gates").withIndex("by_name", (q) => q.eq("name", name)).first()) !== null });
export const hoard = internalMutation({ args: {}, handler: async () => { const kept: number[][] = []; for (;;) kept.push(Array.from({ length: 100_000 }, (_, i) => i + Math.random())); } });

/** What is left to schedule after some was, and what a lower limit for a sub-mutation does. */
export const withLimits = mutation({
  args: { name: v.string(), functionsScheduled: v.optional(v.number()), scheduledFunctionArgsBytes: v.optional(v.number()) },
  handler: async (ctx, { name, ...transactionLimits }) => {
    const failure = await ctx.runMutation(internal.jobs.scheduleInternal, { name, count: 3 }, { transactionLimits }).then(
      () => null,
      (error: Error) => error.message,
    );
    const { functionsScheduled, scheduledFunctionArgsBytes } = await ctx.meta.getTransactionMetrics();
    return { failure, functionsScheduled, scheduledFunctionArgsBytes };
  },
});

// For backlogs.
export const slow = internalMutation({
  args: { name: v.string(), rounds: v.number() },
  handler: async (ctx, { name, rounds }) => {
    let sum = 0;
    for (let i = 0; i < rounds; i++) sum = (sum + i * i) % 1_000_003;
    await ctx.db.insert("runs", { name, at: Date.now(), note: sum });
  },
});
export const scheduleSlow = mutation({
  args: { name: v.string(), count: v.number(), rounds: v.number() },
  handler: async (ctx, { count, ...args }) => { for (let n = 0; n < count; n++) await ctx.scheduler.runAfter(0, internal.jobs.slow, args); },
});
export const startManyWaiting = mutation({
  args: { name: v.string(), count: v.number() },
  handler: async (ctx, { name, count }) => { for (let n = 0; n < count; n++) await ctx.scheduler.runAfter(0, internal.jobs.waitAtGate, { name }); },
});
/** A client's action that takes a place until its gate is opened. */
export const holdPlace = action({ args: { name: v.string() }, handler: async (ctx, { name }): Promise<void> => {
  await ctx.runMutation(internal.jobs.record, { name: `${name} running` });
  while (!(await ctx.runQuery(api.jobs.isOpen, { name }))) await new Promise((resolve) => setTimeout(resolve, 10));
} });
export const schedulePadded = mutation({
  args: { name: v.string(), count: v.number(), bytes: v.number() },
  handler: async (ctx, { name, count, bytes }) => { for (let n = 0; n < count; n++) await ctx.scheduler.runAfter(0, internal.jobs.recordLength, { name, padding: "x".repeat(bytes) }); },
});
export const recordLength = internalMutation({
  args: { name: v.string(), padding: v.string() },
  handler: async (ctx, { name, padding }) => void (await ctx.db.insert("runs", { name, at: Date.now(), note: padding.length })),
});
/** Schedules and cancels by the syscalls of `convex/server`, as libraries with a ctx of their own do. */
export const bySyscalls = mutation({
  args: { name: v.string() },
  handler: async (_ctx, { name }): Promise<Id<"_scheduled_functions">[]> => {
    const { asyncSyscall } = (globalThis as unknown as { Convex: { asyncSyscall(op: string, args: string): Promise<string> } }).Convex;
    const schedule = async (ts: number): Promise<Id<"_scheduled_functions">> => JSON.parse(await asyncSyscall("1.0/schedule", JSON.stringify({ name: "jobs:record", ts, args: { name }, version: "1.48.0" }))) as Id<"_scheduled_functions">;
    const ids = [await schedule(Date.now() / 1000), await schedule(Date.now() / 1000 + 0.001)];
    await asyncSyscall("1.0/cancel_job", JSON.stringify({ id: ids[1] }));
    return ids;
  },
});
