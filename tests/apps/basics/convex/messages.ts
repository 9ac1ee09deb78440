import { ConvexError, v } from "convex/values";
import { paginationOptsValidator } from "convex/server";
import { internalMutation, internalQuery, mutation, query } from "./_generated/server";

export const list = query({
  args: { channel: v.string() },
  handler: async (ctx, { channel }) =>
    await ctx.db
      .query("messages")
      .withIndex("by_channel", (q) => q.eq("channel", channel))
      .collect(),
});

export const page = query({
  args: { channel: v.string(), paginationOpts: paginationOptsValidator },
  handler: async (ctx, { channel, paginationOpts }) =>
    await ctx.db
      .query("messages")
      .withIndex("by_channel", (q) => q.eq("channel", channel))
      .order("desc")
      .paginate(paginationOpts),
});

export const send = mutation({
  args: { channel: v.string(), body: v.string() },
  returns: v.id("messages"),
  handler: async (ctx, args) => {
    if (args.body === "") throw new ConvexError({ code: "empty", field: "body" });
    return await ctx.db.insert("messages", args);
  },
});

export const sendMany = mutation({
  args: { channel: v.string(), count: v.number() },
  handler: async (ctx, { channel, count }) => {
    for (let i = 0; i < count; i++) await ctx.db.insert("messages", { channel, body: `message ${i}` });
  },
});

export const edit = mutation({
  args: { id: v.id("messages"), body: v.string() },
  handler: async (ctx, { id, body }) => {
    await ctx.db.patch(id, { body });
  },
});

export const remove = mutation({
  args: { id: v.id("messages") },
  handler: async (ctx, { id }) => {
    await ctx.db.delete(id);
  },
});

export const count = query({
  args: {},
  handler: async (ctx) => (await ctx.db.query("messages").collect()).length,
});

export const fail = query({
  args: { message: v.string() },
  handler: async (_ctx, { message }): Promise<null> => {
    throw new Error(message);
  },
});

export const failWhenEmpty = query({
  args: { channel: v.string() },
  handler: async (ctx, { channel }) => {
    const first = await ctx.db
      .query("messages")
      .withIndex("by_channel", (q) => q.eq("channel", channel))
      .first();
    if (first === null) throw new ConvexError("nothing here");
    return first.body;
  },
});

export const logging = query({
  args: {},
  handler: async () => {
    console.log("hello", { a: 1 });
    console.warn("careful");
    return null;
  },
});

export const secret = internalQuery({ args: {}, handler: async () => "internal" });
export const secretWrite = internalMutation({ args: {}, handler: async (ctx) => await ctx.db.insert("anything", { from: "internal" }) });
