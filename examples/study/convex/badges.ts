/** What a student has earned. */
import { v } from "convex/values";
import { query } from "./_generated/server";
import { awardsOf, badge } from "./model/badges";

export const list = query({
  args: { userId: v.id("users") },
  returns: v.array(v.object({ badge, awardedAt: v.number() })),
  handler: async (ctx, { userId }) => (await awardsOf(ctx, userId)).map(({ badge, awardedAt }) => ({ badge, awardedAt })),
});

export const count = query({
  args: { userId: v.id("users") },
  returns: v.number(),
  handler: async (ctx, { userId }) => (await awardsOf(ctx, userId)).length,
});
