/** Documents of the component, and what its functions see of where they are. */
import { paginationOptsValidator } from "convex/server";
import { ConvexError, v } from "convex/values";
import { api, components, internal } from "./_generated/api.js";
import { action, env, internalMutation, internalQuery, mutation, query } from "./_generated/server.js";

const book = { title: v.string(), pages: v.number() };

export const add = mutation({
  args: book,
  returns: v.id("books"),
  handler: async (ctx, args) => {
    await ctx.runMutation(components.tally.counts.increase, { name: "pages", by: args.pages });
    return await ctx.db.insert("books", args);
  },
});

export const get = query({ args: { id: v.id("books") }, handler: (ctx, { id }) => ctx.db.get(id) });
export const getText = query({ args: { id: v.string() }, handler: (ctx, { id }) => ctx.db.get(id as never) });
export const normalize = query({ args: { id: v.string() }, handler: async (ctx, { id }) => ctx.db.normalizeId("books", id) });
export const remove = mutation({ args: { id: v.id("books") }, handler: (ctx, { id }) => ctx.db.delete(id) });
export const list = query({ args: {}, handler: async (ctx) => (await ctx.db.query("books").withIndex("by_title").collect()).map(({ title }) => title) });
export const page = query({ args: { paginationOpts: paginationOptsValidator }, handler: (ctx, { paginationOpts }) => ctx.db.query("books").withIndex("by_title").paginate(paginationOpts) });
export const totals = query({
  args: {},
  handler: async (ctx) => ({
    books: (await ctx.db.query("books").collect()).length,
    pages: await ctx.runQuery(components.tally.counts.get, { name: "pages" }),
    spare: await ctx.runQuery(components.spare.counts.get, { name: "pages" }),
  }),
});

/** Writes here and in the child, then fails. */
export const addAndThrow = mutation({
  args: { ...book, how: v.union(v.literal("Error"), v.literal("ConvexError")) },
  handler: async (ctx, { how, ...args }) => {
    await ctx.runMutation(api.books.add, args);
    throw how === "Error" ? new Error(`no room for ${args.title}`) : new ConvexError({ title: args.title, reason: "no room" });
  },
});

/** The child's failure, caught here: what this function wrote stays, what the child wrote does not. */
export const addDespiteTally = mutation({
  args: book,
  handler: async (ctx, args) => {
    await ctx.db.insert("books", args);
    try {
      await ctx.runMutation(components.tally.counts.increase, { name: "pages", by: args.pages });
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  },
});

export const secretAdd = internalMutation({ args: book, handler: (ctx, args) => ctx.db.insert("books", args) });
export const secretList = internalQuery({ args: {}, handler: async (ctx) => (await ctx.db.query("books").collect()).length });
export const addBySecret = mutation({ args: book, handler: async (ctx, args): Promise<string> => await ctx.runMutation(internal.books.secretAdd, args) });

export const identity = query({ args: {}, handler: async (ctx) => await ctx.auth.getUserIdentity() });
export const identityInAction = action({ args: {}, handler: async (ctx) => await ctx.auth.getUserIdentity() });

const seen = () => ({
  label: env.LABEL,
  hint: env.HINT ?? null,
  ofTheApp: process.env["SHELF_LABEL"] ?? null,
  undeclared: process.env["UNDECLARED"] ?? null,
  site: process.env["CONVEX_SITE_URL"] ?? null,
  byGlobal: (globalThis as unknown as { process: { env: Record<string, string> } }).process.env["LABEL"] ?? null,
});
export const environment = query({ args: {}, handler: async (ctx) => ({ ...seen(), tally: await ctx.runQuery(components.tally.counts.unit, {}), spare: await ctx.runQuery(components.spare.counts.unit, {}) }) });
export const environmentInAction = action({ args: {}, handler: async () => seen() });

export const metadata = query({ args: {}, handler: async (ctx) => await ctx.meta.getFunctionMetadata() });

/** State of a module belongs to one mounted component. */
let calls = 0;
export const moduleState = mutation({ args: {}, handler: async () => ++calls });

export const tablesOfOthers = query({ args: { table: v.string() }, handler: async (ctx, { table }) => (await ctx.db.query(table as "books").collect()).length });
