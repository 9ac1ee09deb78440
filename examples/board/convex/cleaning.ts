/** Removes notes whose deletion can no longer be undone. */
import { v } from "convex/values";
import { internal } from "./_generated/api";
import { internalMutation } from "./_generated/server";
import { DELETED_KEPT_MS, PURGED_AT_ONCE } from "./model/limits";

export const purgeNotes = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const notes = await ctx.db
      .query("notes")
      .withIndex("by_deletedAt", (q) => q.gt("deletedAt", 0).lt("deletedAt", Date.now() - DELETED_KEPT_MS))
      .take(PURGED_AT_ONCE);
    for (const { _id } of notes) await ctx.db.delete(_id);
    if (notes.length === PURGED_AT_ONCE) await ctx.scheduler.runAfter(0, internal.cleaning.purgeNotes, {});
    return null;
  },
});
