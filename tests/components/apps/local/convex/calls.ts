/** The app's way into its components: each function passes on what a client asks for. */
import { createFunctionHandle, type FunctionReference } from "convex/server";
import { v } from "convex/values";
import { api, components, internal } from "./_generated/api.js";
import { action, mutation, query } from "./_generated/server.js";

type Mounted = Record<string, Record<string, Record<string, FunctionReference<"query" & "mutation" & "action", "internal", Record<string, unknown>, unknown>>>>;

const target = { mount: v.string(), of: v.string(), args: v.any() };

/** `of` is "books:add". */
const functionOf = ({ mount, of }: { mount: string; of: string }) => {
  const [module, name] = of.split(":");
  return (components as unknown as Mounted)[mount]![module!]![name!]!;
};

export const read = query({ args: target, handler: async (ctx, call) => await ctx.runQuery(functionOf(call), call.args) });
export const write = mutation({ args: target, handler: async (ctx, call) => await ctx.runMutation(functionOf(call), call.args) });
export const act = action({ args: target, handler: async (ctx, call) => await ctx.runAction(functionOf(call), call.args) });
export const readInAction = action({ args: target, handler: async (ctx, call) => await ctx.runQuery(functionOf(call), call.args) });
export const writeInAction = action({ args: target, handler: async (ctx, call) => await ctx.runMutation(functionOf(call), call.args) });
export const schedule = mutation({ args: { ...target, delayMs: v.number() }, handler: async (ctx, call): Promise<string> => await ctx.scheduler.runAfter(call.delayMs, functionOf(call), call.args) });
export const handleOf = query({ args: { mount: v.string(), of: v.string() }, handler: async (_ctx, call) => await createFunctionHandle(functionOf(call)) });

/** Writes in the app, in both shelves and in what these mounted: all or nothing. */
export const addEverywhere = mutation({
  args: { title: v.string(), pages: v.number(), fail: v.boolean() },
  handler: async (ctx, { title, pages, fail }) => {
    await ctx.db.insert("books", { title });
    await ctx.runMutation(components.first.books.add, { title, pages });
    await ctx.runMutation(components.second.books.add, { title, pages });
    if (fail) throw new Error("the app failed after its components");
  },
});

/** The component's failure caught: what the app wrote before and after stays. */
export const addCatching = mutation({
  args: { title: v.string(), how: v.union(v.literal("Error"), v.literal("ConvexError")) },
  handler: async (ctx, { title, how }) => {
    await ctx.db.insert("books", { title: `${title} before` });
    const caught = await ctx.runMutation(components.first.books.addAndThrow, { title, pages: 1, how }).catch((error: Error & { data?: unknown }) => ({ isError: error instanceof Error, message: error.message, data: error.data ?? null }));
    await ctx.db.insert("books", { title: `${title} after` });
    return caught;
  },
});

export const totals = query({
  args: {},
  handler: async (ctx) => ({
    app: (await ctx.db.query("books").collect()).length,
    first: await ctx.runQuery(components.first.books.totals, {}),
    second: await ctx.runQuery(components.second.books.totals, {}),
  }),
});
export const titles = query({ args: {}, handler: async (ctx) => (await ctx.db.query("books").collect()).map(({ title }) => title) });
export const getOwn = query({ args: { id: v.id("books") }, handler: (ctx, { id }) => ctx.db.get(id) });
export const getAny = query({ args: { id: v.string() }, handler: (ctx, { id }) => ctx.db.get(id as never) });
export const normalize = query({ args: { id: v.string() }, handler: async (ctx, { id }) => ctx.db.normalizeId("books", id) });
export const identity = query({ args: {}, handler: async (ctx) => ({ app: await ctx.auth.getUserIdentity(), component: await ctx.runQuery(components.first.books.identity, {}) }) });
export const reach = query({ args: { reference: v.string() }, handler: async (ctx, { reference }) => await ctx.runQuery({ [Symbol.for("toReferencePath")]: reference } as never, {}) });
export const environment = query({ args: {}, handler: async () => ({ label: process.env["LABEL"] ?? null, shelfLabel: process.env["SHELF_LABEL"] ?? null }) });
export const jobs = query({ args: {}, handler: async (ctx) => (await ctx.db.system.query("_scheduled_functions").collect()).map(({ _id, name, state }) => ({ _id, name, state: state.kind })) });
export const files = query({ args: {}, handler: async (ctx) => (await ctx.db.system.query("_storage").collect()).length });
export const ownHandles = query({
  args: {},
  handler: async () => ({
    note: await createFunctionHandle(internal.events.note),
    fail: await createFunctionHandle(internal.events.fail),
    count: await createFunctionHandle(api.events.count),
    act: await createFunctionHandle(internal.events.act),
  }),
});
export const addTwice = mutation({
  args: { title: v.string(), pages: v.number() },
  handler: async (ctx, args) => {
    const pages: number[] = [];
    for (let n = 0; n < 2; n++) {
      await ctx.runMutation(components.first.books.add, args);
      pages.push((await ctx.runQuery(components.first.books.totals, {})).pages);
    }
    return pages;
  },
});
