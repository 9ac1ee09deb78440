/** Something to administer: data, functions that print and fail, jobs, files. */
import { v } from "convex/values";
import { api, components, internal } from "./_generated/api";
import { action, internalMutation, internalQuery, mutation, query } from "./_generated/server";

export const add = mutation({
  args: { body: v.string(), rank: v.number(), author: v.optional(v.string()) },
  handler: async (ctx, note) => {
    console.log("adding", note.body);
    return await ctx.db.insert("notes", note);
  },
});

export const list = query({ args: {}, handler: async (ctx) => (await ctx.db.query("notes").withIndex("by_rank").collect()).map(({ body }) => body) });
export const clear = internalMutation({
  args: {},
  handler: async (ctx) => {
    for (const { _id } of await ctx.db.query("notes").collect()) await ctx.db.delete(_id);
  },
});

export const whoami = query({ args: {}, handler: async (ctx) => await ctx.auth.getUserIdentity() });
export const greeting = query({ args: {}, handler: () => process.env.GREETING ?? null });
export const secret = internalQuery({ args: {}, handler: () => "for the server's eyes" });
export const fails = query({
  args: {},
  handler: () => {
    console.warn("about to fail");
    throw new Error("It failed on purpose.");
  },
});
export const count = mutation({
  args: { value: v.number() },
  handler: async (ctx, { value }) => {
    await ctx.runMutation(components.counter.counts.set, { name: "one", value });
  },
});
export const act = action({
  args: {},
  handler: async (ctx): Promise<string[]> => {
    console.info("acting");
    return await ctx.runQuery(api.notes.list, {});
  },
});

/** An hour from now, in the order given. */
export const schedule = mutation({
  args: { bodies: v.array(v.string()) },
  handler: async (ctx, { bodies }) => {
    const ids = [];
    for (const [index, body] of bodies.entries()) ids.push(await ctx.scheduler.runAfter(3_600_000 + index, api.notes.add, { body, rank: index }));
    return ids;
  },
});
export const scheduleNow = mutation({ args: {}, handler: async (ctx) => await ctx.scheduler.runAfter(0, internal.notes.clear, {}) });
export const cancel = mutation({ args: { id: v.id("_scheduled_functions") }, handler: async (ctx, { id }) => ctx.scheduler.cancel(id) });
export const jobState = query({ args: { id: v.id("_scheduled_functions") }, handler: async (ctx, { id }) => (await ctx.db.system.get("_scheduled_functions", id))?.state.kind ?? null });

export const store = action({ args: { text: v.string() }, handler: async (ctx, { text }) => await ctx.storage.store(new Blob([text], { type: "text/plain" })) });
export const discard = mutation({ args: { id: v.id("_storage") }, handler: async (ctx, { id }) => ctx.storage.delete(id) });

/** Writes to system tables, as no type checker would let them through. */
export const writeSystem = mutation({
  args: { id: v.string(), method: v.string() },
  handler: async (ctx, { id, method }) => {
    const db = ctx.db as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    await (method === "insert" ? db.insert("_storage", {}) : method === "delete" ? db.delete(id) : db[method](id, { size: 1 }));
  },
});
