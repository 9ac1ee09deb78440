"use node";
/** What every action can do, from Node. */
import { ConvexError, v } from "convex/values";
import { api, internal } from "./_generated/api";
import { action, internalAction } from "./_generated/server";

export const echo = action({ args: { value: v.any() }, handler: async (_ctx, { value }) => value });
export const nothing = action({ args: {}, handler: async () => undefined });
export const bare = action(async (_ctx, args: { x?: number }) => args);
export const typed = action({ args: { n: v.number(), note: v.optional(v.id("notes")) }, returns: v.string(), handler: async (_ctx, { n }) => `n=${n}` });
export const wrongReturn = action({ args: {}, returns: v.number(), handler: async () => "no number" as unknown as number });
export const hidden = internalAction({ args: {}, handler: async () => process.version });
export const pid = action({ args: {}, handler: async () => process.pid });

export const calls = action({
  args: { text: v.string() },
  handler: async (ctx, { text }): Promise<unknown[]> => {
    const before = await ctx.runQuery(api.notes.count, { text });
    await ctx.runMutation(api.notes.add, { text });
    await ctx.runMutation(internal.notes.addInternal, { text });
    const after = await ctx.runQuery(internal.notes.countInternal, { text });
    return [before, after, await ctx.runAction(internal.acts.hidden, {}), await ctx.runAction(api.plain.echo, { value: { big: 5n, bytes: new Uint8Array([1, 2]).buffer } })];
  },
});

export const concurrent = action({
  args: { text: v.string(), count: v.number() },
  handler: async (ctx, { text, count }): Promise<number> => {
    await Promise.all(Array.from({ length: count }, () => ctx.runMutation(api.notes.add, { text })));
    return await ctx.runQuery(api.notes.count, { text });
  },
});

export const catches = action({
  args: { text: v.string() },
  handler: async (ctx, { text }) => {
    const caught = await ctx.runMutation(internal.notes.addThenThrow, { text }).then(() => null, (error: unknown) => error);
    const plain = await ctx.runMutation(internal.notes.throwError, {}).then(() => null, (error: unknown) => error as Error);
    return { isConvexError: caught instanceof ConvexError, data: caught instanceof ConvexError ? (caught.data as unknown) : null, message: plain?.message ?? null };
  },
});

export const throwData = action({ args: { data: v.any() }, handler: async (_ctx, { data }) => { throw new ConvexError(data); } });

function fails(text: string): never {
  throw new TypeError(text);
}

export const boom = action({
  args: { text: v.string() },
  handler: async (_ctx, { text }) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    fails(text);
  },
});

export const prints = action({
  args: {},
  handler: async (ctx) => {
    console.log("before", { a: 1 });
    await ctx.runMutation(api.notes.add, { text: "printed" });
    console.error(new Error("shown with its frames"));
  },
});

export const printsALot = action({ args: { count: v.number() }, handler: async (_ctx, { count }) => { for (let i = 0; i < count; i++) console.log(i); } });

export const whoAmI = action({ args: {}, handler: async (ctx): Promise<unknown[]> => [(await ctx.auth.getUserIdentity())?.name ?? null, await ctx.runQuery(internal.notes.whoAmI, {})] });

export const environment = action({ args: {}, handler: async () => ({ ...process.env }) });

export const waitAtGate = action({
  args: { name: v.string() },
  handler: async (ctx, { name }): Promise<number> => {
    await ctx.runMutation(api.notes.add, { text: `running ${name}` });
    while (!(await ctx.runQuery(api.notes.isOpen, { name }))) await new Promise((resolve) => setTimeout(resolve, 10));
    return process.pid;
  },
});
