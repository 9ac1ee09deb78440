/** Every method of `ctx.db` in every form. */
import { v } from "convex/values";
import type { Id } from "./_generated/dataModel";
import { mutation, query, type MutationCtx } from "./_generated/server";

/** `db.table()` is part of the package but not of its published types yet. */
interface TableWriter {
  get(id: string): Promise<unknown>;
  query(): { collect(): Promise<unknown[]> };
  insert(value: object): Promise<string>;
  patch(id: string, value: object): Promise<void>;
  replace(id: string, value: object): Promise<void>;
  delete(id: string): Promise<void>;
}

function table(ctx: { db: unknown }, name: string): TableWriter {
  return (ctx.db as { table(name: string): TableWriter }).table(name);
}

const fields = v.object({
  group: v.string(),
  rank: v.number(),
  label: v.optional(v.union(v.string(), v.null())),
  nested: v.optional(v.object({ a: v.object({ b: v.number() }) })),
  tags: v.optional(v.array(v.string())),
});

export const insert = mutation({ args: { item: fields }, handler: async (ctx, { item }) => await ctx.db.insert("items", item) });
export const insertLoose = mutation({ args: { document: v.any() }, handler: async (ctx, { document }) => await ctx.db.insert("loose", document) });
export const insertInto = mutation({ args: { table: v.string(), document: v.any() }, handler: async (ctx, args) => await ctx.db.insert(args.table as "loose", args.document) });
export const insertOther = mutation({ args: { title: v.string() }, handler: async (ctx, args) => await ctx.db.insert("others", args) });
export const get = query({ args: { id: v.string() }, handler: async (ctx, { id }) => await ctx.db.get(id as Id<"items">) });
export const getFrom = query({ args: { table: v.string(), id: v.string() }, handler: async (ctx, { table, id }) => await ctx.db.get(table as "items", id as Id<"items">) });
export const getThroughTable = query({ args: { table: v.string(), id: v.string() }, handler: async (ctx, args) => await table(ctx, args.table).get(args.id) });
export const getNothing = query({ args: {}, handler: async (ctx) => await ctx.db.get(undefined as unknown as Id<"items">) });
export const getNumber = query({ args: {}, handler: async (ctx) => await ctx.db.get(7 as unknown as Id<"items">) });
export const all = query({ args: { table: v.string() }, handler: async (ctx, args) => await ctx.db.query(args.table as "items").collect() });
export const normalize = query({ args: { table: v.string(), id: v.string() }, handler: async (ctx, { table, id }) => ctx.db.normalizeId(table as "items", id) });
export const systemGet = query({ args: { id: v.string() }, handler: async (ctx, { id }) => await ctx.db.system.get(id as Id<"_storage">) });
export const systemQuery = query({ args: { table: v.string() }, handler: async (ctx, { table }) => await ctx.db.system.query(table as "_storage").collect() });

const FORMS = v.union(v.literal("id"), v.literal("name and id"), v.literal("table"));

export const patch = mutation({
  args: { form: FORMS, table: v.optional(v.string()), id: v.string(), value: v.any(), unset: v.optional(v.array(v.string())) },
  handler: async (ctx, { form, table: name = "items", id, value, unset = [] }) => {
    const change = { ...value, ...Object.fromEntries(unset.map((field) => [field, undefined])) };
    if (form === "id") await ctx.db.patch(id as Id<"items">, change);
    else if (form === "name and id") await ctx.db.patch(name as "items", id as Id<"items">, change);
    else await table(ctx, name).patch(id, change);
    return await ctx.db.get(id as Id<"items">);
  },
});

export const replace = mutation({
  args: { form: FORMS, table: v.optional(v.string()), id: v.string(), value: v.any() },
  handler: async (ctx, { form, table: name = "items", id, value }) => {
    if (form === "id") await ctx.db.replace(id as Id<"items">, value);
    else if (form === "name and id") await ctx.db.replace(name as "items", id as Id<"items">, value);
    else await table(ctx, name).replace(id, value);
    return await ctx.db.get(id as Id<"items">);
  },
});

export const remove = mutation({
  args: { form: FORMS, table: v.optional(v.string()), id: v.string() },
  handler: async (ctx, { form, table: name = "items", id }) => {
    if (form === "id") await ctx.db.delete(id as Id<"items">);
    else if (form === "name and id") await ctx.db.delete(name as "items", id as Id<"items">);
    else await table(ctx, name).delete(id);
    return await ctx.db.get(id as Id<"items">);
  },
});

/** Everything through `db.table()`, within one transaction. */
export const throughTable = mutation({
  args: {},
  handler: async (ctx) => {
    const others = table(ctx, "others");
    const id = await others.insert({ title: "one" });
    await others.patch(id, { title: "two" });
    const patched = await others.get(id);
    await others.replace(id, { title: "three" });
    const replaced = await others.query().collect();
    await others.delete(id);
    return { patched, replaced, left: await others.get(id) };
  },
});

/** What a transaction sees of itself, in a query that is being read while it writes. */
export const readOwnWrites = mutation({
  args: { group: v.string() },
  handler: async (ctx, { group }) => {
    const id = await ctx.db.insert("items", { group, rank: 1 });
    const ranks = async (): Promise<number[]> => (await inGroup(ctx, group)).map((item) => item.rank);
    const seen = [await ranks()];
    await ctx.db.patch(id, { rank: 5 });
    await ctx.db.insert("items", { group, rank: 3 });
    seen.push(await ranks());
    await ctx.db.delete(id);
    seen.push(await ranks());
    return seen;
  },
});

async function inGroup(ctx: MutationCtx, group: string) {
  return await ctx.db
    .query("items")
    .withIndex("by_group_rank", (q) => q.eq("group", group))
    .collect();
}

export const insertMany = mutation({
  args: { items: v.array(fields) },
  handler: async (ctx, { items }) => {
    const ids = [];
    for (const item of items) ids.push(await ctx.db.insert("items", item));
    return ids;
  },
});

/** Started together, awaited together. */
export const insertTogether = mutation({
  args: { group: v.string(), count: v.number() },
  handler: async (ctx, { group, count }) => await Promise.all(Array.from({ length: count }, (_, rank) => ctx.db.insert("items", { group, rank }))),
});

/** A document handed out is a copy: changing it changes nothing that is stored. */
export const changeWhatWasRead = mutation({
  args: { id: v.id("items") },
  handler: async (ctx, { id }) => {
    const first = (await ctx.db.get(id))!;
    first.rank = 999;
    first.tags?.push("changed");
    return await ctx.db.get(id);
  },
});

export const insertThenThrow = mutation({
  args: { group: v.string() },
  handler: async (ctx, { group }): Promise<null> => {
    await ctx.db.insert("items", { group, rank: 1 });
    throw new Error("after the insert");
  },
});

/** An error of the database that is caught leaves the transaction usable. */
export const catchAndGoOn = mutation({
  args: { group: v.string(), id: v.string() },
  handler: async (ctx, { group, id }) => {
    let caught: unknown = null;
    try {
      await ctx.db.patch(id as Id<"items">, { rank: 2 });
    } catch (error) {
      caught = error;
    }
    await ctx.db.insert("items", { group, rank: 1 });
    return { isError: caught instanceof Error, message: (caught as Error).message };
  },
});

export const writeInQuery = query({ args: {}, handler: async (ctx) => typeof (ctx.db as unknown as Record<string, unknown>)["insert"] });
