import type { SearchFilter } from "convex/server";
import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { mutation, query, type QueryCtx } from "./_generated/server";

const message = v.object({
  body: v.optional(v.union(v.string(), v.number())),
  channel: v.string(),
  author: v.optional(v.string()),
  meta: v.optional(v.object({ title: v.optional(v.string()), kind: v.optional(v.any()) })),
});

export const add = mutation({
  args: { messages: v.array(message) },
  handler: async (ctx, { messages }) => {
    const ids = [];
    for (const fields of messages) ids.push(await ctx.db.insert("messages", fields));
    return ids;
  },
});

/** `count` messages with the same body. */
export const addCopies = mutation({
  args: { body: v.string(), channel: v.string(), count: v.number() },
  handler: async (ctx, { body, channel, count }) => {
    for (let i = 0; i < count; i++) await ctx.db.insert("messages", { body, channel });
  },
});

export const like = mutation({ args: { id: v.id("messages") }, handler: async (ctx, { id }) => ctx.db.patch(id, { likes: 1 }) });
export const edit = mutation({ args: { id: v.id("messages"), body: v.union(v.string(), v.number(), v.null()) }, handler: async (ctx, { id, body }) => ctx.db.patch(id, { body: body ?? undefined }) });
export const move = mutation({ args: { id: v.id("messages"), channel: v.string() }, handler: async (ctx, { id, channel }) => ctx.db.patch(id, { channel }) });
export const remove = mutation({ args: { id: v.id("messages") }, handler: async (ctx, { id }) => ctx.db.delete(id) });

const searchArgs = { text: v.string(), channel: v.optional(v.string()), count: v.optional(v.number()), typoTolerance: v.optional(v.number()) };
type SearchArgs = { text: string; channel?: string; count?: number; typoTolerance?: number };

interface SearchWithOptions {
  search(field: string, text: string, options?: { typoTolerance?: number }): SearchFilter & { eq(field: string, value: unknown): SearchFilter };
}

function run({ db }: Pick<QueryCtx, "db">, { text, channel, count, typoTolerance }: SearchArgs) {
  const found = db.query("messages").withSearchIndex("search_body", (q) => {
    const search = (q as unknown as SearchWithOptions).search("body", text, typoTolerance === undefined ? undefined : { typoTolerance });
    return channel === undefined ? search : search.eq("channel", channel);
  });
  return count === undefined ? found.collect() : found.take(count);
}

export const search = query({ args: searchArgs, handler: run });

/** With a number that every execution has anew. */
export const counted = query({ args: searchArgs, handler: async (ctx, args) => ({ bodies: (await run(ctx, args)).map(({ body }) => body), run: Math.random() }) });

export const byTitle = query({ args: { text: v.string() }, handler: (ctx, { text }) => ctx.db.query("messages").withSearchIndex("search_title", (q) => q.search("meta.title", text)).collect() });

/** The results of each way to consume a search. */
export const ways = query({
  args: { text: v.string() },
  handler: async (ctx, { text }) => {
    const begin = () => ctx.db.query("messages").withSearchIndex("search_body", (q) => q.search("body", text));
    const iterated = [];
    for await (const { body } of begin()) iterated.push(body);
    return {
      collect: (await begin().collect()).map(({ body }) => body),
      take: (await begin().take(2)).map(({ body }) => body),
      first: (await begin().first())?.body ?? null,
      filtered: (await begin().filter((q) => q.eq(q.field("author"), "ann")).collect()).map(({ body }) => body),
      filteredTake: (await begin().filter((q) => q.eq(q.field("author"), "ann")).take(1)).map(({ body }) => body),
      iterated,
      paginate: (await begin().paginate({ numItems: 1, cursor: null })).page.map(({ body }) => body),
    };
  },
});

export const unique = query({ args: { text: v.string() }, handler: (ctx, { text }) => ctx.db.query("messages").withSearchIndex("search_body", (q) => q.search("body", text)).unique() });

export const withoutAuthor = query({ args: { text: v.string() }, handler: (ctx, { text }) => ctx.db.query("messages").withSearchIndex("search_body", (q) => q.search("body", text).eq("author", undefined)).collect() });

export const ofKind = query({ args: { text: v.string(), kind: v.any(), channel: v.string() }, handler: (ctx, { text, kind, channel }) => ctx.db.query("messages").withSearchIndex("search_body", (q) => q.search("body", text).eq("meta.kind", kind).eq("channel", channel)).collect() });

export const pages = query({
  args: { paginationOpts: paginationOptsValidator, text: v.string(), channel: v.string() },
  handler: (ctx, { paginationOpts, text, channel }) => ctx.db.query("messages").withSearchIndex("search_body", (q) => q.search("body", text).eq("channel", channel)).paginate(paginationOpts),
});

/** What a mutation sees of its own writes, step by step. */
export const ownWrites = mutation({
  args: { channel: v.string() },
  handler: async (ctx, { channel }) => {
    const seen: unknown[] = [];
    const look = async () => seen.push((await run(ctx, { text: "penguin", channel })).map(({ body }) => body));
    await look();
    const id = await ctx.db.insert("messages", { channel, body: "a penguin" });
    const second = await ctx.db.insert("messages", { channel, body: "penguin penguin" });
    await look();
    await ctx.db.patch(id, { body: "a walrus" });
    await look();
    await ctx.db.delete(second);
    await look();
    return seen;
  },
});

/** Searches, computes for a while, and writes what it found. */
export const slowSummary = mutation({
  args: { text: v.string(), channel: v.string(), rounds: v.number() },
  handler: async (ctx, { text, channel, rounds }) => {
    const found = await run(ctx, { text, channel });
    let sum = 0;
    for (let i = 0; i < rounds; i++) sum += Math.sqrt(i);
    await ctx.db.insert("messages", { channel: `${channel} summary`, body: `${found.length} found`, likes: sum > 0 ? 1 : 0 });
    return found.length;
  },
});
