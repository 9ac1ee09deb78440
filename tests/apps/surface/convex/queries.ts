/** Reading with `ctx.db.query`: sources, ranges, filters, order and every way to consume one. */
import { v } from "convex/values";
import { query } from "./_generated/server";

/** Builders and queries as they are at run time; which calls are legal is what is being tested. */
interface Builder {
  [method: string]: (...args: unknown[]) => unknown;
}

interface AnyQuery extends AsyncIterable<{ rank: number }> {
  withIndex(name: string, range?: (q: Builder) => unknown): AnyQuery;
  order(order: string): AnyQuery;
  filter(predicate: (q: Builder) => unknown): AnyQuery;
  collect(): Promise<unknown[]>;
  first(): Promise<unknown>;
  unique(): Promise<unknown>;
  take(n: number): Promise<unknown[]>;
  paginate(options: object): Promise<{ page: unknown[]; continueCursor: string; isDone: boolean }>;
}

function start(ctx: { db: unknown }, table: string): AnyQuery {
  return (ctx.db as { query(table: string): AnyQuery }).query(table);
}

/** `{absent: true}` stands for undefined, which arguments cannot hold. */
function operand(value: unknown): unknown {
  return typeof value === "object" && value !== null && "absent" in value ? undefined : value;
}

/** `["eq", ["field", "rank"], 3]` becomes `q.eq(q.field("rank"), 3)`; `["literal", x]` is x itself. */
function expression(q: Builder, tree: unknown): unknown {
  if (!Array.isArray(tree)) return operand(tree);
  const [name, ...rest] = tree as [string, ...unknown[]];
  if (name === "literal") return rest[0];
  if (name === "field") return q["field"]!(rest[0]);
  return q[name]!(...rest.map((part) => expression(q, part)));
}

const steps = v.array(v.object({ op: v.string(), field: v.string(), value: v.any() }));

const source = {
  table: v.optional(v.string()),
  index: v.optional(v.string()),
  range: v.optional(steps),
  order: v.optional(v.string()),
  filters: v.optional(v.array(v.any())),
};

interface Source {
  table?: string;
  index?: string;
  range?: { op: string; field: string; value: unknown }[];
  order?: string;
  filters?: unknown[];
}

function prepare(ctx: { db: unknown }, { table = "items", index, range, order, filters = [] }: Source): AnyQuery {
  let prepared = start(ctx, table);
  if (index !== undefined) {
    const build = (q: Builder): unknown => range!.reduce<Builder>((built, { op, field, value }) => built[op]!(field, operand(value)) as Builder, q);
    prepared = range === undefined ? prepared.withIndex(index) : prepared.withIndex(index, build);
  }
  if (order !== undefined) prepared = prepared.order(order);
  for (const filter of filters) prepared = prepared.filter((q) => expression(q, filter));
  return prepared;
}

export const collect = query({ args: source, handler: async (ctx, args) => await prepare(ctx, args).collect() });
export const first = query({ args: source, handler: async (ctx, args) => await prepare(ctx, args).first() });
export const unique = query({ args: source, handler: async (ctx, args) => await prepare(ctx, args).unique() });
export const take = query({ args: { ...source, n: v.number() }, handler: async (ctx, { n, ...args }) => await prepare(ctx, args).take(n) });
export const paginate = query({ args: { ...source, options: v.any() }, handler: async (ctx, { options, ...args }) => await prepare(ctx, args).paginate(options) });

/** Stops in the middle. */
export const iterate = query({
  args: { ...source, atMost: v.number() },
  handler: async (ctx, { atMost, ...args }) => {
    const ranks: number[] = [];
    for await (const { rank } of prepare(ctx, args)) {
      ranks.push(rank);
      if (ranks.length === atMost) break;
    }
    return ranks;
  },
});

/** More than one page in one function. */
export const pages = query({
  args: { ...source, numItems: v.number() },
  handler: async (ctx, { numItems, ...args }) => {
    const pages: unknown[][] = [];
    let cursor: string | null = null;
    for (;;) {
      const { page, continueCursor, isDone } = await prepare(ctx, args).paginate({ numItems, cursor });
      pages.push(page);
      if (isDone) return pages;
      cursor = continueCursor;
    }
  },
});

/** Uses that the package refuses, by name; answers the texts of the errors, behind a mark where one is no Error here. */
export const misuse = query({
  args: {},
  handler: async (ctx) => {
    const range = (): AnyQuery => start(ctx, "items").withIndex("by_rank");
    const attempts: Record<string, () => unknown> = {
      chainedTwice: () => {
        const prepared = range();
        prepared.order("asc");
        return prepared.order("desc");
      },
      collectedTwice: async () => {
        const prepared = range();
        await prepared.collect();
        return await prepared.collect();
      },
      collectedAfterChaining: async () => {
        const prepared = range();
        prepared.order("asc");
        return await prepared.collect();
      },
      orderedTwice: () => range().order("asc").order("asc"),
      negativeTake: () => range().take(-1),
      fractionalTake: () => range().take(1.5),
      missingTake: () => range().take(undefined as unknown as number),
      rangeUsedTwice: () =>
        start(ctx, "items").withIndex("by_group_rank", (q) => {
          q["eq"]!("group", "a");
          return q["eq"]!("group", "b");
        }),
      missingIndexName: () => start(ctx, "items").withIndex(undefined as unknown as string),
      missingTable: () => start(ctx, undefined as unknown as string),
      negativePage: () => range().paginate({ numItems: -1, cursor: null }),
      systemTable: () => start(ctx, "_storage"),
      noValue: () => range().filter((q) => q["eq"]!(q["field"]!("rank"), new Date(0))),
      noValueInRange: () => start(ctx, "items").withIndex("by_rank", (q) => q["eq"]!("rank", new Date(0))),
    };
    const texts: Record<string, string> = {};
    for (const [name, attempt] of Object.entries(attempts)) {
      try {
        await attempt();
        texts[name] = "accepted";
      } catch (error) {
        texts[name] = (error instanceof Error ? "" : "foreign: ") + (error as Error).message;
      }
    }
    return texts;
  },
});

/** What queries hand out is of the function's own realm. */
export const realms = query({
  args: {},
  handler: async (ctx) => {
    const prepared = start(ctx, "items");
    const collected = await prepared.collect();
    const page = await start(ctx, "items").paginate({ numItems: 1, cursor: null });
    const promise = start(ctx, "items").first();
    return {
      array: collected instanceof Array,
      document: collected[0] instanceof Object,
      page: page instanceof Object && page.page instanceof Array,
      promise: promise instanceof Promise,
      first: (await promise) instanceof Object,
    };
  },
});

export const returnsQuery = query({ args: {}, handler: async (ctx) => ctx.db.query("items") as unknown as null });
