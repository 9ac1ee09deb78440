import { v } from "convex/values";
import { action } from "./_generated/server";

export const store = action({
  args: { text: v.string() },
  handler: async (ctx, { text }) => {
    const id = await ctx.storage.store(new Blob([text]));
    return { id, url: await ctx.storage.getUrl(id) };
  },
});
