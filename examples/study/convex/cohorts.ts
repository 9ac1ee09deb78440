/**
 * What those who look after a cohort watch. No query here asks who is calling: two hundred admins who look at the same cohort share
 * one run of each.
 */
import { v } from "convex/values";
import { query } from "./_generated/server";
import { studyError } from "./model/errors";
import { STUDENTS_PER_PAGE_MAX } from "./model/limits";
import { progressStats } from "./schema";

/** One document, whatever the cohort has done. */
export const getCohortProgressStats = query({
  args: { cohortId: v.id("cohort") },
  returns: v.object({ name: v.string(), stats: progressStats.extend({ students: v.number() }) }),
  handler: async (ctx, { cohortId }) => {
    const cohort = await ctx.db.get(cohortId);
    if (cohort === null) throw studyError("NOT_FOUND", "There is no such cohort any more.");
    return { name: cohort.name, stats: cohort.stats };
  },
});

/**
 * The students from `offset` on, by their number on the roster. Numbers have no gaps, so an offset is a range of the index:
 * the students before it are not read, and their saves do not run this page again.
 */
export const getStudentsWithProgress = query({
  args: { cohortId: v.id("cohort"), limit: v.number(), offset: v.number() },
  returns: v.array(v.object({ _id: v.id("users"), name: v.string(), rosterNumber: v.union(v.number(), v.null()), progressStats })),
  handler: async (ctx, { cohortId, limit, offset }) => {
    if (!Number.isInteger(limit) || limit < 1 || limit > STUDENTS_PER_PAGE_MAX) throw studyError("INVALID", `A page has from 1 to ${STUDENTS_PER_PAGE_MAX} students, not ${limit}.`);
    if (!Number.isInteger(offset) || offset < 0) throw studyError("INVALID", `A page begins after 0 or more students, not ${offset}.`);
    const students = await ctx.db
      .query("users")
      .withIndex("by_cohort_rosterNumber", (q) => q.eq("cohortId", cohortId).gt("rosterNumber", offset).lte("rosterNumber", offset + limit))
      .take(limit);
    return students.map(({ _id, name, rosterNumber, progressStats }) => ({ _id, name, rosterNumber, progressStats }));
  },
});
