/** A dashboard over rows that change all the time. */
import { mutationGeneric, queryGeneric, type DataModelFromSchemaDefinition, type MutationBuilder, type QueryBuilder } from "convex/server";
import { v } from "convex/values";
import type schema from "./schema.js";

type DataModel = DataModelFromSchemaDefinition<typeof schema>;

const mutation = mutationGeneric as MutationBuilder<DataModel, "public">;
const query = queryGeneric as QueryBuilder<DataModel, "public">;

const ROWS_MAX = 1_000;

export const open = mutation({
  args: { rows: v.number() },
  handler: async (ctx, { rows }) => {
    const board = await ctx.db.insert("boards", {});
    const ids = [];
    for (let i = 0; i < Math.min(rows, ROWS_MAX); i++) ids.push(await ctx.db.insert("boardRows", { board, label: `row ${i}`, value: 0 }));
    return { board, rows: ids };
  },
});

export const write = mutation({
  args: { id: v.id("boardRows"), value: v.number() },
  handler: async (ctx, { id, value }) => {
    await ctx.db.patch(id, { value });
  },
});

/** "newest" is the highest value: those who write count upwards. */
export const show = query({
  args: { board: v.id("boards") },
  handler: async (ctx, { board }) => {
    const rows = await ctx.db.query("boardRows").withIndex("by_board", (q) => q.eq("board", board)).take(ROWS_MAX);
    let newest = 0;
    let total = 0;
    for (const { value } of rows) {
      newest = Math.max(newest, value);
      total += value;
    }
    return { newest, rows: rows.length, total };
  },
});
