import { Crons } from "@convex-dev/crons";
import { v } from "convex/values";
import { components, internal } from "./_generated/api";
import { internalAction, internalMutation, mutation, query } from "./_generated/server";

const crons = new Crons(components.crons);

export const logStuff = internalMutation({
  args: { message: v.string() },
  handler: async (ctx, { message }) => {
    console.log(message);
    await ctx.db.insert("runs", { message, at: Date.now() });
  },
});
export const logByAction = internalAction({ args: { message: v.string() }, handler: async (ctx, args) => void (await ctx.runMutation(internal.example.logStuff, args)) });

export const register = mutation({
  args: { schedule: v.any(), message: v.string(), name: v.optional(v.string()), byAction: v.optional(v.boolean()) },
  handler: async (ctx, { schedule, message, name, byAction }): Promise<string> =>
    await crons.register(ctx, schedule, byAction === true ? internal.example.logByAction : internal.example.logStuff, { message }, name),
});
export const get = query({ args: { name: v.optional(v.string()), id: v.optional(v.string()) }, handler: async (ctx, { name, id }) => await crons.get(ctx, name !== undefined ? { name } : { id: id! }) });
export const now = query({ args: {}, handler: async () => Date.now() });
export const list = query({ args: {}, handler: async (ctx) => await crons.list(ctx) });
export const remove = mutation({ args: { name: v.optional(v.string()), id: v.optional(v.string()) }, handler: async (ctx, { name, id }) => await crons.delete(ctx, name !== undefined ? { name } : { id: id! }) });
export const runsOf = query({ args: { message: v.string() }, handler: async (ctx, { message }) => await ctx.db.query("runs").withIndex("by_message", (q) => q.eq("message", message)).collect() });

/** Everything in one transaction that leaves nothing behind. */
export const doSomeStuff = internalMutation({
  args: {},
  handler: async (ctx) => {
    const namedCronId = await crons.register(ctx, { kind: "interval", ms: 3_600_000 }, internal.example.logStuff, { message: "Hourly cron test" }, "hourly-test");
    const unnamedCronId = await crons.register(ctx, { kind: "cron", cronspec: "0 * * * *" }, internal.example.logStuff, { message: "Minutely cron test" });
    const cronByName = await crons.get(ctx, { name: "hourly-test" });
    const cronById = await crons.get(ctx, { id: unnamedCronId });
    const all = await crons.list(ctx);
    await crons.delete(ctx, { name: "hourly-test" });
    await crons.delete(ctx, { id: unnamedCronId });
    return { byName: cronByName?.id === namedCronId, byId: cronById?.id === unnamedCronId, count: all.length, left: [await crons.get(ctx, { name: "hourly-test" }), await crons.get(ctx, { id: unnamedCronId })] };
  },
});

export const registerDailyCron = internalMutation({
  args: {},
  handler: async (ctx) => {
    if ((await crons.get(ctx, { name: "daily" })) === null) {
      await crons.register(ctx, { kind: "cron", cronspec: "0 0 * * *" }, internal.example.logStuff, { message: "daily cron" }, "daily");
    }
  },
});

export const selfDeletingCron = mutation({
  args: {},
  handler: async (ctx) => await crons.register(ctx, { kind: "interval", ms: 10_000 }, internal.example.deleteSelf, { name: "self-deleting-cron" }, "self-deleting-cron"),
});
export const deleteSelf = internalMutation({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    await ctx.db.insert("runs", { message: "deleted itself", at: Date.now() });
    await crons.delete(ctx, { name });
  },
});

export const registerThenThrow = mutation({
  args: {},
  handler: async (ctx) => {
    await crons.register(ctx, { kind: "interval", ms: 1000 }, internal.example.logStuff, { message: "never" }, "never");
    throw new Error("after registering");
  },
});
