"use node";
import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { actionGeneric, makeFunctionReference } from "convex/server";
import { v } from "convex/values";

const add = makeFunctionReference<"mutation", { size: number }>("sizes:add");

/** What many actions do: memory for a while, some computing, a call of the deployment. */
export const compress = actionGeneric({
  args: { megabytes: v.number() },
  returns: v.number(),
  handler: async (ctx, { megabytes }): Promise<number> => {
    const bytes = randomBytes(megabytes * 1024 * 1024);
    const copies = Array.from({ length: 10_000 }, (_, i) => ({ i, text: `entry ${i}` }));
    const size = gzipSync(bytes, { level: 1 }).length + copies.length;
    await ctx.runMutation(add, { size });
    return size;
  },
});
