/** Functions with validators of arguments and results. */
import { v } from "convex/values";
import { mutation, query } from "./_generated/server";

export const everything = query({
  args: {
    text: v.string(),
    number: v.number(),
    int: v.optional(v.int64()),
    flag: v.optional(v.boolean()),
    nothing: v.optional(v.null()),
    bytes: v.optional(v.bytes()),
    item: v.optional(v.id("items")),
    color: v.optional(v.union(v.literal("red"), v.literal("green"))),
    list: v.optional(v.array(v.object({ name: v.string() }))),
    record: v.optional(v.record(v.string(), v.number())),
    deep: v.optional(v.object({ inner: v.object({ value: v.union(v.string(), v.null()) }) })),
    any: v.optional(v.any()),
  },
  handler: async (_ctx, args) => Object.keys(args).sort(),
});

/** The validator of the arguments may be an object validator, or a union of them. */
export const objectValidator = query({ args: v.object({ a: v.number() }), handler: async (_ctx, { a }) => a });
export const unionValidator = query({
  args: v.union(v.object({ kind: v.literal("a"), a: v.number() }), v.object({ kind: v.literal("b"), b: v.string() })),
  handler: async (_ctx, args) => args.kind,
});
export const noArguments = query({ args: {}, handler: async () => "none" });

export const returnsNumber = query({ args: { value: v.any() }, returns: v.number(), handler: async (_ctx, { value }) => value });
export const returnsNull = query({ args: {}, returns: v.null(), handler: async () => undefined as unknown as null });
export const returnsObject = query({ args: { value: v.any() }, returns: v.object({ a: v.number() }), handler: async (_ctx, { value }) => value });
/** A plain object of validators stands for an object validator here too. */
export const returnsFields = query({ args: { value: v.any() }, returns: { a: v.number() }, handler: async (_ctx, { value }) => value });

export const writeThenReturnWrong = mutation({
  args: { group: v.string() },
  returns: v.number(),
  handler: async (ctx, { group }) => {
    await ctx.db.insert("items", { group, rank: 1 });
    return "no number" as unknown as number;
  },
});
