/** What apps may write with the types of `rivulet/convex`: checked by `npm run typecheck`. */
import { defineSchema, defineTable, type DataModelFromSchemaDefinition, type GenericQueryCtx } from "convex/server";
import { v } from "convex/values";
import { expect, test } from "vitest";

const schema = defineSchema({ posts: defineTable({ body: v.string(), channel: v.string() }).searchIndex("search_body", { searchField: "body", filterFields: ["channel"] }) });

type Context = GenericQueryCtx<DataModelFromSchemaDefinition<typeof schema>>;

/** The text that the function is stands for what it is allowed to say. */
const tolerant = (ctx: Context): Promise<unknown[]> => ctx.db.query("posts").withSearchIndex("search_body", (q) => q.search("body", "helo", { typoTolerance: 1 }).eq("channel", "c")).collect();
const tooTolerant = (ctx: Context): Promise<unknown[]> =>
  ctx.db
    .query("posts")
    // @ts-expect-error 3 is no tolerance
    .withSearchIndex("search_body", (q) => q.search("body", "helo", { typoTolerance: 3 }))
    .collect();
const wrongField = (ctx: Context): Promise<unknown[]> =>
  ctx.db
    .query("posts")
    // @ts-expect-error the search field is "body"
    .withSearchIndex("search_body", (q) => q.search("channel", "helo", { typoTolerance: 1 }))
    .collect();

test("SE-4.4 `typoTolerance` is a third argument of the builder's own search, fields and values checked", () => {
  expect(Object.keys(schema.tables)).toEqual(["posts"]);
  const asked: unknown[] = [];
  const builder = { search: (...args: unknown[]) => (asked.push(args), builder), eq: () => builder };
  const query = { withSearchIndex: (_name: string, filter: (q: typeof builder) => unknown) => (filter(builder), { collect: () => Promise.resolve([]) }) };
  const ctx = { db: { query: () => query } } as unknown as Context;
  for (const ask of [tolerant, tooTolerant, wrongField]) void ask(ctx);
  expect(asked).toEqual([
    ["body", "helo", { typoTolerance: 1 }],
    ["body", "helo", { typoTolerance: 3 }],
    ["channel", "helo", { typoTolerance: 1 }],
  ]);
});
