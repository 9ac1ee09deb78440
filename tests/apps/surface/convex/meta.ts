/** `ctx.meta`, and the string syscalls on which the package's own ctx objects are written. */
import { v } from "convex/values";
import { internalQuery, mutation, query } from "./_generated/server";
import { api, internal } from "./_generated/api";
import * as calls from "./calls";
import * as documents from "./documents";
import * as identity from "./identity";
import * as queries from "./queries";

export const ofQuery = query({ args: {}, handler: async (ctx) => await ctx.meta.getFunctionMetadata() });
export const ofMutation = mutation({ args: {}, handler: async (ctx) => await ctx.meta.getFunctionMetadata() });
export const ofInternal = internalQuery({ args: {}, handler: async (ctx) => await ctx.meta.getFunctionMetadata() });
export const ofNested = query({ args: {}, handler: async (ctx): Promise<unknown> => await ctx.runQuery(internal.meta.ofInternal, {}) });

export const metrics = mutation({
  args: { group: v.string() },
  handler: async (ctx, { group }) => {
    const before = await ctx.meta.getTransactionMetrics();
    await ctx.db.insert("items", { group, rank: 1 });
    await ctx.db.query("items").withIndex("by_group_rank", (q) => q.eq("group", group)).collect();
    return { before, after: await ctx.meta.getTransactionMetrics() };
  },
});

export const deployment = query({ args: {}, handler: async (ctx) => await ctx.meta.getDeploymentMetadata() });
export const request = mutation({ args: {}, handler: async (ctx) => await ctx.meta.getRequestMetadata() });
/** Whose request it would be is not told to a query, whose result others get as well. */
export const requestOfQuery = query({
  args: {},
  handler: async (): Promise<string> => {
    const { Convex } = globalThis as unknown as { Convex: { asyncSyscall(op: string, args: string): Promise<string> } };
    return await Convex.asyncSyscall("1.0/getRequestMetadata", "{}");
  },
});
export const snapshot = query({
  args: {},
  handler: async (ctx): Promise<bigint[]> => [ctx.meta.getSnapshotTs(), await ctx.runQuery(api.meta.snapshotInner, {})],
});
export const snapshotInner = query({ args: {}, handler: async (ctx) => ctx.meta.getSnapshotTs() });

interface Invocable {
  invokeQuery?: (args: string) => Promise<string>;
  invokeMutation?: (args: string) => Promise<string>;
}

const MODULES: Record<string, Record<string, Invocable>> = { calls, documents, identity, queries } as unknown as Record<string, Record<string, Invocable>>;

/** Runs a function on the package's own ctx, whose every call is a string syscall. */
export const invoke = mutation({
  args: { module: v.string(), name: v.string(), args: v.string() },
  handler: async (_ctx, { module, name, args }) => {
    const registered = MODULES[module]![name]!;
    return (await (registered.invokeQuery ?? registered.invokeMutation)!(args)) as string;
  },
});

export const unknownSyscalls = query({
  args: {},
  handler: async () => {
    const { syscall, asyncSyscall } = (globalThis as unknown as { Convex: { syscall(op: string, args: string): string; asyncSyscall(op: string, args: string): Promise<string> } }).Convex;
    const texts: string[] = [];
    try {
      syscall("1.0/nothing", "{}");
    } catch (error) {
      texts.push((error as Error).message);
    }
    await asyncSyscall("1.0/nothing", "{}").catch((error: Error) => texts.push(error.message));
    return texts;
  },
});
