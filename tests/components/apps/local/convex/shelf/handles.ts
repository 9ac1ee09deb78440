/** Functions that are given functions. */
import { createFunctionHandle, type FunctionHandle } from "convex/server";
import { v } from "convex/values";
import { api, internal } from "./_generated/api.js";
import { action, mutation, query } from "./_generated/server.js";

const call = { handle: v.string(), args: v.any() };

export const callQuery = query({ args: call, handler: async (ctx, { handle, args }) => await ctx.runQuery(handle as FunctionHandle<"query">, args) });
export const callMutation = mutation({ args: call, handler: async (ctx, { handle, args }) => await ctx.runMutation(handle as FunctionHandle<"mutation">, args) });
export const callMutationCaught = mutation({
  args: { ...call, title: v.string() },
  handler: async (ctx, { handle, args, title }) => {
    await ctx.db.insert("books", { title, pages: 0 });
    try {
      return { value: await ctx.runMutation(handle as FunctionHandle<"mutation">, args) };
    } catch (error) {
      return { error: (error as Error).message, data: (error as { data?: unknown }).data ?? null };
    }
  },
});
export const callAction = action({ args: call, handler: async (ctx, { handle, args }) => await ctx.runAction(handle as FunctionHandle<"action">, args) });
export const callMutationInAction = action({ args: call, handler: async (ctx, { handle, args }) => await ctx.runMutation(handle as FunctionHandle<"mutation">, args) });
export const schedule = mutation({
  args: { ...call, delayMs: v.number() },
  handler: async (ctx, { handle, args, delayMs }): Promise<string> => await ctx.scheduler.runAfter(delayMs, handle as FunctionHandle<"mutation">, args),
});

export const own = query({ args: {}, handler: async () => ({ add: await createFunctionHandle(api.books.add), secretAdd: await createFunctionHandle(internal.books.secretAdd), list: await createFunctionHandle(api.books.list) }) });
export const ownInAction = action({ args: {}, handler: async () => await createFunctionHandle(internal.books.secretAdd) });
