"use node";
/** Packages of npm: two that the server installs, one that is bundled. */
import debug from "debug";
import equal from "fast-deep-equal";
import ms from "ms";
import { v } from "convex/values";
import { action } from "./_generated/server";

export const all = action({
  args: { text: v.string() },
  returns: v.object({ ms: v.number(), where: v.array(v.string()), equal: v.boolean(), enabled: v.boolean() }),
  handler: async (_ctx, { text }) => ({
    ms: ms(text as "1h"),
    where: [require.resolve("ms"), require.resolve("debug")],
    equal: equal({ a: [1] }, { a: [1] }),
    enabled: debug.enabled("app"),
  }),
});
