/** Documents to be read in every way, and to fill a database with. */
import { mutationGeneric, queryGeneric, type DataModelFromSchemaDefinition, type MutationBuilder, type QueryBuilder } from "convex/server";
import { v } from "convex/values";
import type schema from "./schema.js";

type DataModel = DataModelFromSchemaDefinition<typeof schema>;

const mutation = mutationGeneric as MutationBuilder<DataModel, "public">;
const query = queryGeneric as QueryBuilder<DataModel, "public">;

const AT_ONCE_MAX = 1_000;
/** Of every so many records, one is rare. */
const RARE_EVERY = 1_000;

/** Ids of records with keys from `from` on. */
export const addMany = mutation({
  args: { from: v.number(), count: v.number() },
  handler: async (ctx, { from, count }) => {
    const ids = [];
    for (let key = from; key < from + Math.min(count, AT_ONCE_MAX); key++) {
      ids.push(await ctx.db.insert("records", { key, kind: key % RARE_EVERY === 0 ? "rare" : "common", body: `the body of record ${key}` }));
    }
    return ids;
  },
});

export const getById = query({
  args: { id: v.id("records") },
  handler: (ctx, { id }) => ctx.db.get(id),
});

export const indexRange = query({
  args: { from: v.number(), to: v.number() },
  handler: (ctx, { from, to }) => ctx.db.query("records").withIndex("by_key", (q) => q.gte("key", from).lt("key", to)).collect(),
});

/** Looks at every record. */
export const filterScan = query({
  args: {},
  handler: (ctx) => ctx.db.query("records").filter((q) => q.eq(q.field("kind"), "rare")).collect(),
});

export const page = query({
  args: { from: v.number(), count: v.number() },
  handler: (ctx, { from, count }) => ctx.db.query("records").withIndex("by_key", (q) => q.gte("key", from)).paginate({ cursor: null, numItems: count }),
});
