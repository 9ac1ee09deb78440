/** The grades of a course, page by page, for `http.ts`. */
import { v } from "convex/values";
import { internalQuery } from "./_generated/server";
import { requireTeacherOf } from "./model/access";
import { nameOf } from "./model/courses";
import { lmsError } from "./model/errors";
import { GRADEBOOK_PAGE } from "./model/limits";

/** `cursor` is null at the beginning, and at the end. */
export const rows = internalQuery({
  args: { course: v.string(), cursor: v.union(v.string(), v.null()) },
  handler: async (ctx, { course, cursor }) => {
    const courseId = ctx.db.normalizeId("courses", course);
    if (courseId === null) throw lmsError("INVALID", "`course` has to be the id of a course.");
    await requireTeacherOf(ctx, courseId);
    const grades = await ctx.db
      .query("grades")
      .withIndex("by_course", (q) => q.eq("courseId", courseId))
      .paginate({ cursor, numItems: GRADEBOOK_PAGE });
    const rows = await Promise.all(
      grades.page.map(async ({ userId, assignmentId, submissionId, points, feedback, gradedAt }) => {
        const [assignment, submission] = [await ctx.db.get(assignmentId), await ctx.db.get(submissionId)];
        return [await nameOf(ctx, userId), assignment?.title ?? "", String(points), String(assignment?.pointsMax ?? ""), submission?.isLate ? "late" : "", timeText(submission?.submittedAt), timeText(gradedAt), feedback];
      }),
    );
    return { rows, cursor: grades.isDone ? null : grades.continueCursor };
  },
});

const timeText = (time: number | undefined): string => (time === undefined ? "" : new Date(time).toISOString());
