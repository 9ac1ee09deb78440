/** Assignments of a course, as lists and pages show them. */
import { v } from "convex/values";
import { mutation, query } from "./_generated/server";
import { requireAssignment, requireMember, requireTeacherOf } from "./model/access";
import { lmsError } from "./model/errors";
import { ASSIGNMENTS_PER_COURSE_MAX, INSTRUCTIONS_LENGTH_MAX, POINTS_MAX, TITLE_LENGTH_MAX } from "./model/limits";
import { gradeOf, submissionOf, waitingCount } from "./model/submissions";
import { requireInteger, requireLine, requireText } from "./model/text";

/** With what the caller has to do about each: a learner's own state, or how many submissions wait for the teacher. */
export const list = query({
  args: { courseId: v.id("courses") },
  handler: async (ctx, { courseId }) => {
    const { user, standing } = await requireMember(ctx, courseId);
    const assignments = await ctx.db
      .query("assignments")
      .withIndex("by_course", (q) => q.eq("courseId", courseId))
      .take(ASSIGNMENTS_PER_COURSE_MAX);
    return await Promise.all(
      assignments.map(async ({ _id, title, dueAt, pointsMax }) => {
        const submission = standing === "learner" ? await submissionOf(ctx, _id, user._id) : null;
        const grade = submission === null ? null : await gradeOf(ctx, submission._id);
        return { _id, title, dueAt, pointsMax, isSubmitted: submission !== null, points: grade?.points ?? null, waiting: standing === "teacher" ? await waitingCount(ctx, _id) : null };
      }),
    );
  },
});

export const get = query({
  args: { assignmentId: v.id("assignments") },
  handler: async (ctx, { assignmentId }) => {
    const { assignment, course, standing } = await requireAssignment(ctx, assignmentId);
    const { _id, courseId, title, instructions, pointsMax, dueAt } = assignment;
    return { _id, courseId, courseTitle: course.title, title, instructions, pointsMax, dueAt, standing };
  },
});

export const create = mutation({
  args: { courseId: v.id("courses"), title: v.string(), instructions: v.string(), pointsMax: v.number(), dueAt: v.union(v.number(), v.null()) },
  handler: async (ctx, { courseId, title, instructions, pointsMax, dueAt }) => {
    await requireTeacherOf(ctx, courseId);
    const assignments = await ctx.db
      .query("assignments")
      .withIndex("by_course", (q) => q.eq("courseId", courseId))
      .take(ASSIGNMENTS_PER_COURSE_MAX);
    if (assignments.length === ASSIGNMENTS_PER_COURSE_MAX) throw lmsError("LIMIT_REACHED", `A course has at most ${ASSIGNMENTS_PER_COURSE_MAX} assignments.`);
    if (dueAt !== null && !Number.isFinite(dueAt)) throw lmsError("INVALID", "The time when it is due is no time.");
    return await ctx.db.insert("assignments", {
      courseId,
      title: requireLine("A title", title, TITLE_LENGTH_MAX),
      instructions: requireText("The instructions", instructions, INSTRUCTIONS_LENGTH_MAX),
      pointsMax: requireInteger("The most points", pointsMax, 1, POINTS_MAX),
      dueAt,
    });
  },
});
