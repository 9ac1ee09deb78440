import { Migrations, runToCompletion, type MigrationStatus } from "@convex-dev/migrations";
import { v } from "convex/values";
import { components, internal } from "./_generated/api";
import { action, internalMutation, mutation, query } from "./_generated/server";
import schema from "./schema";

export const migrations = new Migrations(components.migrations, { schema, internalMutation, migrationsLocationPrefix: "migrations:" });

export const setDefaultValue = migrations.define({
  table: "myTable",
  batchSize: 10,
  migrateOne: async (ctx, doc) => {
    if (doc.optionalField === undefined) await ctx.db.patch(doc._id, { optionalField: "default" });
  },
});

/** Shorthand: what is returned is patched. */
export const clearField = migrations.define({ table: "myTable", parallelize: true, migrateOne: () => ({ optionalField: undefined }) });

export const validateRequiredField = migrations.define({
  table: "myTable",
  customRange: (query) => query.withIndex("by_requiredField", (q) => q.eq("requiredField", "")),
  migrateOne: async (_ctx, doc) => {
    console.log("Needs fixup: " + doc._id);
    return { requiredField: "<unknown>" };
  },
});

export const convertUnionField = migrations.define({
  table: "myTable",
  migrateOne: async (ctx, doc) => {
    if (typeof doc.unionField === "number") await ctx.db.patch(doc._id, { unionField: doc.unionField.toString() });
  },
});

/** Touches each document once more: what ran twice is seen. One document a transaction. */
export const touch = migrations.define({ table: "myTable", batchSize: 1, migrateOne: (_ctx, doc) => ({ touched: (doc.touched ?? 0) + 1 }) });

/** Fails at documents named "bad" until the gate is open. */
export const failing = migrations.define({
  table: "myTable",
  batchSize: 5,
  migrateOne: async (ctx, doc) => {
    if (doc.requiredField === "bad" && (await ctx.db.query("gates").first()) === null) throw new Error("this document can't be migrated");
    return { touched: (doc.touched ?? 0) + 1 };
  },
});

export const run = migrations.runner();
export const runAll = migrations.runner([internal.migrations.setDefaultValue, internal.migrations.validateRequiredField, internal.migrations.convertUnionField]);

const byName = {
  setDefaultValue: internal.migrations.setDefaultValue,
  clearField: internal.migrations.clearField,
  validateRequiredField: internal.migrations.validateRequiredField,
  convertUnionField: internal.migrations.convertUnionField,
  touch: internal.migrations.touch,
  failing: internal.migrations.failing,
};
const migrationName = v.union(v.literal("setDefaultValue"), v.literal("clearField"), v.literal("validateRequiredField"), v.literal("convertUnionField"), v.literal("touch"), v.literal("failing"));

export const start = mutation({
  args: { name: migrationName, batchSize: v.optional(v.number()), reset: v.optional(v.boolean()), cursor: v.optional(v.union(v.string(), v.null())) },
  handler: async (ctx, { name, ...options }): Promise<MigrationStatus> => await migrations.runOne(ctx, byName[name], options),
});
export const startSerially = mutation({
  args: { names: v.array(migrationName) },
  handler: async (ctx, { names }) => (await migrations.runSerially(ctx, names.map((name) => byName[name]))) ?? null,
});
export const complete = action({
  args: { name: migrationName },
  handler: async (ctx, { name }): Promise<MigrationStatus> => await runToCompletion(ctx, components.migrations, byName[name]),
});
export const status = query({ args: { names: v.array(migrationName) }, handler: async (ctx, { names }): Promise<MigrationStatus[]> => await migrations.getStatus(ctx, { migrations: names }) });
export const statuses = query({ args: {}, handler: async (ctx): Promise<MigrationStatus[]> => await migrations.getStatus(ctx, { limit: 10 }) });
export const cancel = mutation({ args: { name: migrationName }, handler: async (ctx, { name }): Promise<MigrationStatus> => await migrations.cancel(ctx, name) });

export const seed = mutation({
  args: { count: v.number(), requiredField: v.string(), unionField: v.optional(v.number()) },
  handler: async (ctx, { count, ...fields }) => {
    for (let n = 0; n < count; n++) await ctx.db.insert("myTable", fields);
  },
});
export const documents = query({ args: {}, handler: async (ctx) => await ctx.db.query("myTable").collect() });
export const openGate = mutation({ args: {}, handler: async (ctx) => void (await ctx.db.insert("gates", { isOpen: true })) });
export const clear = mutation({
  args: {},
  handler: async (ctx) => {
    for (const table of ["myTable", "gates"] as const) for (const { _id } of await ctx.db.query(table).collect()) await ctx.db.delete(_id);
    await ctx.runMutation(components.migrations.lib.clearAll, {});
  },
});
