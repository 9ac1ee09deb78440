/** Functions that call functions. */
import { ConvexError, v } from "convex/values";
import { createFunctionHandle, makeFunctionReference, type FunctionHandle } from "convex/server";
import { api, internal } from "./_generated/api";
import { mutation, query } from "./_generated/server";

export const read = query({
  args: { group: v.string() },
  handler: async (ctx, { group }) => (await ctx.db.query("items").withIndex("by_group_rank", (q) => q.eq("group", group)).collect()).map((item) => item.rank),
});

export const write = mutation({
  args: { group: v.string(), rank: v.number() },
  returns: v.id("items"),
  handler: async (ctx, args) => await ctx.db.insert("items", args),
});

export const queryInQuery = query({ args: { group: v.string() }, handler: async (ctx, args): Promise<number[]> => await ctx.runQuery(api.calls.read, args) });

export const queryAndMutation = mutation({
  args: { group: v.string() },
  handler: async (ctx, { group }): Promise<number[][]> => {
    const seen = [await ctx.runQuery(api.calls.read, { group })];
    await ctx.runMutation(api.calls.write, { group, rank: 1 });
    seen.push(await ctx.runQuery(api.calls.read, { group }));
    await ctx.db.insert("items", { group, rank: 2 });
    seen.push(await ctx.runQuery(internal.calls_internal.readInternal, { group }));
    return seen;
  },
});

/** What failed is undone, what came before and after stays. */
export const rollback = mutation({
  args: { group: v.string() },
  handler: async (ctx, { group }): Promise<{ isError: boolean; isConvexError: boolean; data: unknown; message: string }> => {
    await ctx.db.insert("items", { group, rank: 1 });
    let caught: unknown = null;
    try {
      await ctx.runMutation(internal.calls_internal.writeThenThrow, { group });
    } catch (error) {
      caught = error;
    }
    await ctx.db.insert("items", { group, rank: 3 });
    const error = caught as ConvexError<string>;
    return { isError: error instanceof Error, isConvexError: error instanceof ConvexError, data: error.data, message: error.message };
  },
});

/** A sub-mutation of a sub-mutation that succeeded, undone with the one that called it. */
export const deepRollback = mutation({
  args: { group: v.string() },
  handler: async (ctx, { group }): Promise<number[]> => {
    await ctx.runMutation(internal.calls_internal.writeDeepThenThrow, { group }).catch(() => null);
    return await ctx.runQuery(api.calls.read, { group });
  },
});

export const uncaught = mutation({
  args: { group: v.string() },
  handler: async (ctx, { group }): Promise<null> => {
    await ctx.db.insert("items", { group, rank: 1 });
    return await ctx.runMutation(internal.calls_internal.writeThenThrow, { group });
  },
});

export const together = mutation({
  args: { group: v.string(), count: v.number() },
  handler: async (ctx, { group, count }): Promise<number[]> => {
    await Promise.all(Array.from({ length: count }, (_, rank) => ctx.runMutation(api.calls.write, { group, rank })));
    return await ctx.runQuery(api.calls.read, { group });
  },
});

export const recursion = query({
  args: { depth: v.number() },
  handler: async (ctx, { depth }): Promise<number> => (depth === 0 ? 0 : 1 + (await ctx.runQuery(api.calls.recursion, { depth: depth - 1 }))),
});

export const endless = query({ args: {}, handler: async (ctx): Promise<number> => await ctx.runQuery(api.calls.endless, {}) });

/** Texts of what is refused, by name. */
export const refused = mutation({
  args: {},
  handler: async (ctx): Promise<Record<string, string>> => {
    const nope = makeFunctionReference<"query">("calls:nope");
    const attempts: Record<string, () => Promise<unknown>> = {
      wrongArguments: () => ctx.runMutation(api.calls.write, { group: 7 as unknown as string, rank: 1 }),
      wrongResult: () => ctx.runQuery(api.validators.returnsNumber, { value: "text" }),
      unknown: () => ctx.runQuery(nope, {}),
      mutationAsQuery: () => ctx.runQuery(api.calls.write as unknown as typeof api.calls.read, { group: "x" }),
      noReference: () => ctx.runQuery({} as unknown as typeof api.calls.read, { group: "x" }),
      noValue: () => ctx.runQuery(api.values.echo, { value: new Date(0) }),
    };
    const texts: Record<string, string> = {};
    for (const [name, attempt] of Object.entries(attempts)) texts[name] = await attempt().then(() => "accepted", (error: Error) => error.message);
    return texts;
  },
});

/** Arguments and results are copies. */
export const copies = query({
  args: {},
  handler: async (ctx): Promise<boolean[]> => {
    const value = { list: [1] };
    const echoed = (await ctx.runQuery(api.values.echo, { value })) as { list: number[] };
    echoed.list.push(2);
    return [echoed === value, value.list.length === 1, echoed instanceof Object, echoed.list instanceof Array];
  },
});

/** References in every form that is accepted. */
export const references = mutation({
  args: { group: v.string() },
  handler: async (ctx, { group }): Promise<unknown[]> => {
    const handle = await createFunctionHandle(api.calls.read);
    const writer = await createFunctionHandle(internal.calls_internal.writeInternal);
    await ctx.runMutation(writer, { group });
    return [
      await ctx.runQuery(makeFunctionReference<"query", { group: string }>("calls:read"), { group }),
      await ctx.runQuery(makeFunctionReference<"query", { group: string }>("calls.js:read"), { group }),
      await ctx.runQuery(handle, { group }),
      await ctx.runQuery(api.folder.deep.module.name, {}),
      await ctx.runQuery(api.folder.deep.module.default, {}),
      await ctx.runQuery(api.bare.default),
    ];
  },
});

export const makeHandle = query({ args: {}, handler: async () => await createFunctionHandle(api.calls.read) });
export const useHandle = query({
  args: { handle: v.string(), group: v.string() },
  handler: async (ctx, { handle, group }): Promise<unknown> => await ctx.runQuery(handle as FunctionHandle<"query">, { group }),
});

export const identityInside = query({ args: {}, handler: async (ctx): Promise<unknown> => await ctx.runQuery(api.identity.whoami, {}) });

/** The limits of a nested transaction. */
export const limited = mutation({
  args: { group: v.string(), documentsWritten: v.number() },
  handler: async (ctx, { group, documentsWritten }): Promise<string> => {
    const run = ctx.runMutation as unknown as (reference: unknown, args: object, options: object) => Promise<unknown>;
    try {
      await run(internal.calls_internal.writeThree, { group }, { transactionLimits: { documentsWritten } });
      return "accepted";
    } catch (error) {
      return (error as Error).message;
    }
  },
});

export const staleInQuery = query({
  args: {},
  handler: async (ctx): Promise<string> => {
    const run = ctx.runQuery as unknown as (reference: unknown, args: object, options: object) => Promise<unknown>;
    try {
      await run(api.calls.read, { group: "x" }, { useStaleSnapshot: true });
      return "accepted";
    } catch (error) {
      return (error as Error).message;
    }
  },
});

/** Calling a registered function like a function: warned about, and it works. */
export const direct = query({
  args: {},
  handler: async (ctx): Promise<unknown> => await (read as unknown as (ctx: unknown, args: object) => Promise<unknown>)(ctx, { group: "direct" }),
});
