import { internalQuery, mutation, query } from "./_generated/server";

export const whoami = query({ args: {}, handler: async (ctx) => await ctx.auth.getUserIdentity() });
export const nobody = query({ args: {}, handler: async () => "the same for all" });
export const secret = internalQuery({ args: {}, handler: async () => "internal" });

export const record = mutation({
  args: {},
  handler: async (ctx) => {
    const identity = await ctx.auth.getUserIdentity();
    const id = await ctx.db.insert("others", { title: identity?.tokenIdentifier ?? "nobody" });
    return (await ctx.db.get(id))!.title;
  },
});
