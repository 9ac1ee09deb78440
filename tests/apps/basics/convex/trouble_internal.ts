import { v } from "convex/values";
import { internalMutation } from "./_generated/server";

export const writeThenThrow = internalMutation({
  args: { channel: v.string() },
  handler: async (ctx, { channel }): Promise<null> => {
    await ctx.db.insert("messages", { channel, body: "undone" });
    throw new Error("sub-mutation failed");
  },
});
