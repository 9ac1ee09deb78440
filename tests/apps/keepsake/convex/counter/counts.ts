import { mutationGeneric as mutation, queryGeneric as query } from "convex/server";

export const add = mutation({
  args: {},
  handler: async ({ db }) => {
    await db.insert("ticks", {});
  },
});

export const total = query({ args: {}, handler: async ({ db }) => (await db.query("ticks").collect()).length });
