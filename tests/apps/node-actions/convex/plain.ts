/** The default runtime, beside Node. */
import { v } from "convex/values";
import { internal } from "./_generated/api";
import { action } from "./_generated/server";

export const echo = action({ args: { value: v.any() }, handler: async (_ctx, { value }) => value });
export const callsNode = action({ args: {}, handler: async (ctx): Promise<string> => await ctx.runAction(internal.acts.hidden, {}) });
