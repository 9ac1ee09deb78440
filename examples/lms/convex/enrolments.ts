/** Who attends which course. */
import { v } from "convex/values";
import { mutation } from "./_generated/server";
import { accessTo, requireLearnerOf } from "./model/access";
import { lmsError } from "./model/errors";
import { ENROLMENTS_PER_LEARNER_MAX } from "./model/limits";
import { requireRole } from "./model/people";

/** Whoever is enrolled already stays so. */
export const enrol = mutation({
  args: { courseId: v.id("courses") },
  handler: async (ctx, { courseId }) => {
    const learner = await requireRole(ctx, "learner");
    const { enrolment } = await accessTo(ctx, courseId);
    if (enrolment !== null) return enrolment._id;
    const enrolments = await ctx.db
      .query("enrolments")
      .withIndex("by_user", (q) => q.eq("userId", learner._id))
      .take(ENROLMENTS_PER_LEARNER_MAX);
    if (enrolments.length === ENROLMENTS_PER_LEARNER_MAX) throw lmsError("LIMIT_REACHED", `A learner attends at most ${ENROLMENTS_PER_LEARNER_MAX} courses. Leave one first.`);
    // Lessons that they had finished before they left are finished still.
    const finished = await ctx.db
      .query("progress")
      .withIndex("by_user_course", (q) => q.eq("userId", learner._id).eq("courseId", courseId))
      .collect();
    return await ctx.db.insert("enrolments", { courseId, userId: learner._id, finishedCount: finished.length });
  },
});

/** Progress, submissions and grades stay. */
export const leave = mutation({
  args: { courseId: v.id("courses") },
  handler: async (ctx, { courseId }) => {
    const { enrolment } = await requireLearnerOf(ctx, courseId);
    await ctx.db.delete(enrolment._id);
  },
});
