/**
 * Who is there. People enter with a name and are believed: this app shows live data under load, not how to sign in (the exam platform
 * and the CRM beside it do). An app of your own puts `ctx.auth` in front of each mutation.
 */
import { v } from "convex/values";
import { mutation, query } from "./_generated/server";
import { studyError } from "./model/errors";
import { NAME_LENGTH_MAX } from "./model/limits";
import { addUser } from "./model/people";
import { progressStats, role } from "./schema";

/** Into the first cohort: as a newcomer, or as whoever has this name already. */
export const enter = mutation({
  args: { name: v.string(), role },
  returns: v.id("users"),
  handler: async (ctx, { name: written, role }) => {
    const name = written.trim().replace(/\s+/g, " ");
    if (name === "" || name.length > NAME_LENGTH_MAX) throw studyError("INVALID", `A name has from 1 to ${NAME_LENGTH_MAX} characters.`);
    const cohort = await ctx.db.query("cohort").first();
    if (cohort === null) throw studyError("NOT_FOUND", "There is no cohort yet. Run `npx convex run demo:seed` to have one.");
    const known = await ctx.db
      .query("users")
      .withIndex("by_cohort_role_name", (q) => q.eq("cohortId", cohort._id).eq("role", role).eq("name", name))
      .first();
    return known?._id ?? (await addUser(ctx, cohort._id, name, role));
  },
});

/** Null when the id is nobody's: after a wipe, say, in a browser that still remembers it. */
export const me = query({
  args: { userId: v.string() },
  returns: v.union(v.null(), v.object({ _id: v.id("users"), cohortId: v.id("cohort"), name: v.string(), role, progressStats })),
  handler: async (ctx, { userId }) => {
    const id = ctx.db.normalizeId("users", userId);
    const user = id === null ? null : await ctx.db.get(id);
    if (user === null) return null;
    const { _id, cohortId, name, role, progressStats } = user;
    return { _id, cohortId, name, role, progressStats };
  },
});
