/** Values of every type, in and out, and stored between. */
import { v } from "convex/values";
import type { Id } from "./_generated/dataModel";
import { mutation, query } from "./_generated/server";

export const echo = query({ args: { value: v.any() }, handler: async (_ctx, { value }) => value });
export const echoBack = mutation({ args: { value: v.any() }, handler: async (_ctx, { value }) => value });

/** What the function itself sees. */
export const describe = query({
  args: { value: v.any() },
  handler: async (_ctx, { value }) => ({
    type: typeof value,
    isArrayBuffer: value instanceof ArrayBuffer,
    isArray: Array.isArray(value) && value instanceof Array,
    isObject: value instanceof Object,
    isNegativeZero: Object.is(value, -0),
    text: String(value),
  }),
});

export const store = mutation({ args: { key: v.string(), value: v.any() }, handler: async (ctx, args) => await ctx.db.insert("values", args) });
export const storeAbsent = mutation({ args: { key: v.string() }, handler: async (ctx, { key }) => await ctx.db.insert("values", { key }) });
export const load = query({ args: { id: v.string() }, handler: async (ctx, { id }) => (await ctx.db.get(id as Id<"values">))?.value });

export const sorted = query({
  args: { key: v.string() },
  handler: async (ctx, { key }) => {
    const stored = await ctx.db
      .query("values")
      .withIndex("by_key_value", (q) => q.eq("key", key))
      .collect();
    return stored.map((document) => ("value" in document ? { value: document.value } : {}));
  },
});

export const equalTo = query({
  args: { key: v.string(), value: v.any() },
  handler: async (ctx, { key, value }) => {
    const range = ctx.db.query("values").withIndex("by_key_value", (q) => q.eq("key", key).eq("value", value));
    return (await range.collect()).length;
  },
});

/** Returned values that need care, by name. */
export const returned = query({
  args: { name: v.string() },
  handler: async (_ctx, { name }): Promise<unknown> => {
    switch (name) {
      case "undefined":
        return undefined;
      case "undefined field":
        return { a: 1, b: undefined };
      case "undefined element":
        return [1, undefined];
      case "date":
        return new Date(0);
      case "map":
        return new Map([["a", 1]]);
      case "set":
        return { inside: new Set([1]) };
      case "class":
        return new (class Point {
          x = 1;
        })();
      case "function":
        return { call: () => 1 };
      case "symbol":
        return Symbol("s");
      case "typed array":
        return new Uint8Array([1]);
      case "big":
        return 2n ** 63n;
      case "null prototype":
        return Object.assign(Object.create(null), { a: 1 });
      case "cycle": {
        const cycle: Record<string, unknown> = {};
        cycle["self"] = cycle;
        return cycle;
      }
      default:
        throw new Error(`No value ${name}`);
    }
  },
});
