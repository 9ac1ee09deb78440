/** Wrong uses of search indexes, as no type checker would let them through. */
import { v } from "convex/values";
import { action, mutation, query } from "./_generated/server";
import { api } from "./_generated/api";

interface Builder {
  search(field?: unknown, text?: unknown, options?: unknown): Builder;
  eq(...args: unknown[]): Builder;
}
interface AnyQuery {
  withSearchIndex(name?: unknown, filter?: (q: Builder) => unknown): AnyQuery;
  withIndex(name: string): AnyQuery;
  order(order: string): AnyQuery;
  collect(): Promise<unknown[]>;
}

const PROBES: Record<string, (messages: AnyQuery) => AnyQuery> = {
  unknownIndex: (messages) => messages.withSearchIndex("nowhere", (q) => q.search("body", "x")),
  databaseIndex: (messages) => messages.withSearchIndex("by_channel", (q) => q.search("body", "x")),
  searchAsIndex: (messages) => messages.withIndex("search_body"),
  stagedIndex: (messages) => messages.withSearchIndex("staged_body", (q) => q.search("body", "x")),
  wrongField: (messages) => messages.withSearchIndex("search_body", (q) => q.search("channel", "x")),
  noFilterField: (messages) => messages.withSearchIndex("search_body", (q) => q.search("body", "x").eq("likes", 1)),
  filterTwice: (messages) => messages.withSearchIndex("search_body", (q) => q.search("body", "x").eq("channel", "a").eq("channel", "b")),
  noSearch: (messages) => messages.withSearchIndex("search_body", (q) => q.eq("channel", "a")),
  emptyBuilder: (messages) => messages.withSearchIndex("search_body", (q) => q),
  searchTwice: (messages) => messages.withSearchIndex("search_body", (q) => q.search("body", "x").search("body", "y")),
  textIsNumber: (messages) => messages.withSearchIndex("search_body", (q) => q.search("body", 7)),
  textIsMissing: (messages) => messages.withSearchIndex("search_body", (q) => q.search("body")),
  eqWithoutValue: (messages) => messages.withSearchIndex("search_body", (q) => q.search("body", "x").eq("channel")),
  noBuilder: (messages) => messages.withSearchIndex("search_body"),
  noName: (messages) => messages.withSearchIndex(),
  ordered: (messages) => messages.withSearchIndex("search_body", (q) => q.search("body", "x")).order("desc"),
  usedTwice: (messages) =>
    messages.withSearchIndex("search_body", (q) => {
      q.search("body", "x");
      return q.search("body", "y");
    }),
  words17: (messages) => messages.withSearchIndex("search_body", (q) => q.search("body", Array.from({ length: 17 }, (_, i) => `w${i}`).join(" "))),
  words16: (messages) => messages.withSearchIndex("search_body", (q) => q.search("body", Array.from({ length: 16 }, (_, i) => `w${i}`).join(" "))),
  sameWord17: (messages) => messages.withSearchIndex("search_body", (q) => q.search("body", "quagmire ".repeat(17))),
  longText: (messages) => messages.withSearchIndex("search_body", (q) => q.search("body", "y".repeat(100_000))),
  longSentence: (messages) => messages.withSearchIndex("search_body", (q) => q.search("body", "漢".repeat(30) + "字".repeat(30))),
  wrongTolerance: (messages) => messages.withSearchIndex("search_body", (q) => q.search("body", "x", { typoTolerance: 3 })),
  emptyText: (messages) => messages.withSearchIndex("search_body", (q) => q.search("body", "")),
  punctuation: (messages) => messages.withSearchIndex("search_body", (q) => q.search("body", "?! …")),
};

export const probe = query({
  args: { name: v.string() },
  handler: async (ctx, { name }) => await PROBES[name]!(ctx.db.query("messages") as unknown as AnyQuery).collect(),
});

declare const Convex: { syscall(op: string, args: string): string; asyncSyscall(op: string, args: string): Promise<string> };

/** The string interface that the package's own ctx is written on. */
export const syscall = query({
  args: { filters: v.any(), page: v.boolean() },
  handler: async (_ctx, { filters, page }): Promise<unknown> => {
    const search = { source: { type: "Search", indexName: "messages.search_body", filters: filters as unknown }, operators: [] };
    if (page) return JSON.parse(await Convex.asyncSyscall("1.0/queryPage", JSON.stringify({ query: search, cursor: null, pageSize: 5, version: "1.48.0" }))) as unknown;
    const { queryId } = JSON.parse(Convex.syscall("1.0/queryStream", JSON.stringify({ query: search, version: "1.48.0" }))) as { queryId: number };
    const found: unknown[] = [];
    for (;;) {
      const next = JSON.parse(await Convex.asyncSyscall("1.0/queryStreamNext", JSON.stringify({ queryId }))) as { value: { body: string }; done: boolean };
      if (next.done) return found;
      found.push(next.value.body);
    }
  },
});

export const throughAction = action({
  args: { text: v.string() },
  handler: async (ctx, { text }): Promise<unknown[]> => (await ctx.runQuery(api.messages.search, { text })).map(({ body }) => body),
});

/** A sub-mutation that fails leaves nothing to be found, one that succeeds does. */
export const subTransactions = mutation({
  args: { channel: v.string() },
  handler: async (ctx, { channel }): Promise<unknown[]> => {
    const seen: unknown[] = [];
    await ctx.runMutation(api.messages.add, { messages: [{ channel, body: "kept otter" }] });
    await ctx.runMutation(api.probes.addThenFail, { channel }).catch(() => undefined);
    seen.push((await ctx.runQuery(api.messages.search, { text: "otter", channel })).map(({ body }) => body));
    return seen;
  },
});

export const addThenFail = mutation({
  args: { channel: v.string() },
  handler: async (ctx, { channel }) => {
    await ctx.db.insert("messages", { channel, body: "lost otter" });
    throw new Error("on purpose");
  },
});
