/** Writing documents, and searching them where the original does not: in queries and mutations. */
import { v } from "convex/values";
import { mutation, query } from "./_generated/server";

export const insert = mutation(async (ctx, { docs }: { docs: any[] }) => await Promise.all(docs.map((doc) => ctx.db.insert("docs", doc))));
export const patch = mutation(async (ctx, { id, fields }: { id: any; fields: any }) => await ctx.db.patch(id, fields));
export const remove = mutation(async (ctx, { id }: { id: any }) => await ctx.db.delete(id));
export const clear = mutation(async (ctx) => {
  for (const { _id } of await ctx.db.query("docs").collect()) await ctx.db.delete(_id);
});
export const insertWide = mutation(async (ctx, { docs }: { docs: any[] }) => await Promise.all(docs.map((doc) => ctx.db.insert("wide", doc))));

interface Search {
  readonly table?: string;
  readonly index?: string;
  readonly vector: any;
  readonly limit?: any;
  /** Field and value, any of which lets a document pass. */
  readonly filter?: [string, any][];
}

export async function searchBy(ctx: any, { table, index, vector, limit, filter }: Search): Promise<any[]> {
  const options = { vector, limit, ...(filter === undefined ? {} : { filter: (q: any) => q.or(...filter.map(([field, value]) => q.eq(field, value))) }) };
  return await ctx.vectorSearch(table ?? "docs", index ?? "by_vector", options);
}

export const search = query(async (ctx, args: Search) => await searchBy(ctx, args));

/** Titles with scores, as apps use it. */
export const titles = query({
  args: { vector: v.array(v.float64()), limit: v.optional(v.number()), kind: v.optional(v.string()) },
  handler: async (ctx: any, { vector, limit, kind }) => {
    const found = await ctx.vectorSearch("docs", "by_vector", { vector, ...(limit === undefined ? {} : { limit }), ...(kind === undefined ? {} : { filter: (q: any) => q.eq("kind", kind) }) });
    const docs = await Promise.all(found.map(({ _id }: any) => ctx.db.get(_id)));
    return docs.map((doc) => doc.title);
  },
});

/** Only whether anything is found: depends on no document's other fields. */
export const ids = query(async (ctx: any, { vector, limit }: { vector: number[]; limit: number }) => {
  const found = await ctx.vectorSearch("docs", "by_vector", { vector, limit });
  return found.map(({ _id }: any) => _id);
});

/** What a mutation finds before, between and after its own writes; fails at the end where it is told to. */
export const throughOwnWrites = mutation(async (ctx: any, { vector, fail }: { vector: number[]; fail: boolean }) => {
  const titles = async (): Promise<string[]> => await Promise.all((await ctx.vectorSearch("docs", "by_vector", { vector, limit: 1 })).map(async ({ _id }: any) => (await ctx.db.get(_id)).title));
  const before = await titles();
  const id = await ctx.db.insert("docs", { title: "own", vector });
  const inserted = await titles();
  await ctx.db.patch(id, { vector: vector.map((x) => -x) });
  const turned = await titles();
  await ctx.db.delete(id);
  const deleted = await titles();
  await ctx.db.insert("docs", { title: "left", vector });
  if (fail) throw new Error("undone");
  return [before, inserted, turned, deleted, await titles()];
});

/** Spends as long as a slow mutation does, then decides by a search; see the optimistic lane. */
export const insertUnlessNear = mutation(async (ctx: any, { vector, rounds }: { vector: number[]; rounds: number }) => {
  let sum = 0;
  for (let i = 0; i < rounds; i++) sum += i % 7;
  const [nearest] = await ctx.vectorSearch("docs", "by_vector", { vector, limit: 1 });
  if (nearest !== undefined && nearest._score > 0.99) return null;
  return await ctx.db.insert("docs", { title: `after ${sum > 0}`, vector });
});

export const count = query(async (ctx) => (await ctx.db.query("docs").collect()).length);

/** By way of the syscall, as a library would that brings a context of its own. */
export const searchBySyscall = query(async (_ctx, { vector }: { vector: number[] }) => {
  const { Convex } = globalThis as any;
  return JSON.parse(await Convex.asyncSyscall("1.0/actions/vectorSearch", JSON.stringify({ query: { indexName: "docs.by_vector", vector, expressions: null } })));
});

export const wideSearch = query(async (ctx: any, { vector, limit }: { vector: number[]; limit: number }) => {
  const found = await ctx.vectorSearch("wide", "by_embedding", { vector, limit });
  return await Promise.all(found.map(async ({ _id, _score }: any) => [(await ctx.db.get(_id)).label, _score]));
});
