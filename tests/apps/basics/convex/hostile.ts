import { v } from "convex/values";
import { api } from "./_generated/api";
import { mutation, query } from "./_generated/server";

/** Throws when anybody looks at what it is. */
const untouchable = (): object =>
  new Proxy(
    {},
    {
      getPrototypeOf(): never {
        throw new Error("do not look");
      },
    },
  );

export const throwsProxy = query({
  args: {},
  handler: async (): Promise<null> => {
    throw untouchable();
  },
});

export const printsProxy = query({
  args: {},
  handler: async () => {
    console.log(untouchable());
    return "printed";
  },
});

export const prints = query({
  args: {},
  handler: async () => {
    for (let i = 0; i < 256; i++) console.log("x".repeat(32_000));
    return null;
  },
});

export const many = query({
  args: { count: v.number() },
  handler: async (ctx, { count }): Promise<number> => (await Promise.all(Array.from({ length: count }, () => ctx.runQuery(api.accounts.total, {})))).length,
});

export const recursion = query({
  args: {},
  handler: async (ctx): Promise<null> => await ctx.runQuery(api.hostile.recursion, {}),
});

export const openLongKey = mutation({
  args: {},
  handler: async (ctx) => await ctx.db.insert("accounts", { owner: "\0".repeat(600_000), balance: 0 }),
});

/** Goes on after it has answered. */
export const floating = mutation({
  args: { owner: v.string() },
  handler: async (ctx, { owner }) => {
    void (async () => {
      for (let i = 0; i < 50; i++) await null;
      await ctx.db.insert("accounts", { owner, balance: 1_000_000 });
    })();
    return null;
  },
});
