import { v } from "convex/values";
import { api, internal } from "./_generated/api";
import { mutation, query } from "./_generated/server";

export const spin = query({
  args: {},
  handler: async (): Promise<null> => {
    for (;;);
  },
});

export const spinInMicrotasks = query({
  args: {},
  handler: async (): Promise<null> => {
    for (;;) await null;
  },
});

export const never = query({ args: {}, handler: (): Promise<null> => new Promise(() => undefined) });

export const eatMemory = mutation({
  args: {},
  handler: async (): Promise<null> => {
    const hoard: unknown[] = [];
    for (;;) hoard.push({ more: [hoard.length, String(hoard.length)] });
  },
});

export const fetches = query({ args: {}, handler: async () => (await fetch("http://127.0.0.1/")).status });
export const timers = query({ args: {}, handler: () => new Promise<null>((resolve) => setTimeout(() => resolve(null), 1)) });

export const time = query({
  args: {},
  handler: async () => {
    const before = Date.now();
    for (let i = 0; i < 1e5; i++) Math.sqrt(i);
    return [before, Date.now(), new Date().getTime()];
  },
});

export const catchSub = mutation({
  args: { channel: v.string() },
  handler: async (ctx, { channel }) => {
    await ctx.db.insert("messages", { channel, body: "before" });
    let caught = "";
    try {
      await ctx.runMutation(internal.trouble_internal.writeThenThrow, { channel });
    } catch (error) {
      caught = (error as Error).message;
    }
    const seen = await ctx.runQuery(api.messages.list, { channel });
    await ctx.db.insert("messages", { channel, body: "after" });
    return { caught, seen: seen.map((message) => message.body) };
  },
});

export const parallelSubs = mutation({
  args: { channel: v.string() },
  handler: async (ctx, { channel }) => {
    await Promise.all([1, 2, 3].map((i) => ctx.runMutation(api.messages.send, { channel, body: String(i) })));
    return (await ctx.runQuery(api.messages.list, { channel })).map((message) => message.body);
  },
});
