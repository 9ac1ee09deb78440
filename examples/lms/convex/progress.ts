/** A learner's own progress. */
import { v } from "convex/values";
import { mutation } from "./_generated/server";
import { requireLearnerOf, requireLesson } from "./model/access";
import { setFinished } from "./model/progress";

export const save = mutation({
  args: { lessonId: v.id("lessons"), isFinished: v.boolean() },
  handler: async (ctx, { lessonId, isFinished }) => {
    const { lesson } = await requireLesson(ctx, lessonId);
    const { enrolment } = await requireLearnerOf(ctx, lesson.courseId);
    await setFinished(ctx, enrolment, lessonId, isFinished);
  },
});
