import { paginationOptsValidator } from "convex/server";
import { ConvexError, v } from "convex/values";
import { action, mutation, query } from "./_generated/server";

const channelValidator = { channel: v.string() };

export const list = query({
  args: channelValidator,
  handler: async (ctx, { channel }) =>
    await ctx.db
      .query("messages")
      .withIndex("by_channel", (q) => q.eq("channel", channel))
      .collect(),
});

export const page = query({
  args: { ...channelValidator, paginationOpts: paginationOptsValidator },
  handler: async (ctx, { channel, paginationOpts }) =>
    await ctx.db
      .query("messages")
      .withIndex("by_channel", (q) => q.eq("channel", channel))
      .paginate(paginationOpts),
});

/** Fails until there is a message. */
export const first = query({
  args: channelValidator,
  handler: async (ctx, { channel }) => {
    const message = await ctx.db
      .query("messages")
      .withIndex("by_channel", (q) => q.eq("channel", channel))
      .first();
    if (message === null) throw new ConvexError({ code: "nobody has spoken" });
    return message.body;
  },
});

export const send = mutation({
  args: { ...channelValidator, body: v.string() },
  handler: async (ctx, { channel, body }) => {
    if (body.includes("!")) throw new ConvexError({ code: "no shouting" });
    return await ctx.db.insert("messages", { channel, body });
  },
});

export const shout = action({ args: { body: v.string() }, handler: async (_ctx, { body }) => body.toUpperCase() });

export const user = query({ args: {}, handler: async (ctx) => (await ctx.auth.getUserIdentity())?.subject ?? "nobody" });
