/** What is said below a lesson, by its readers. */
import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { mutation, query } from "./_generated/server";
import { requireLesson } from "./model/access";
import { nameOf } from "./model/courses";
import { lmsError } from "./model/errors";
import { COMMENT_LENGTH_MAX } from "./model/limits";
import { boundedPage } from "./model/pages";
import { requireText } from "./model/text";

/** The newest first. */
export const list = query({
  args: { lessonId: v.id("lessons"), paginationOpts: paginationOptsValidator },
  handler: async (ctx, { lessonId, paginationOpts }) => {
    const { user, course, standing } = await requireLesson(ctx, lessonId);
    const comments = await ctx.db
      .query("comments")
      .withIndex("by_lesson", (q) => q.eq("lessonId", lessonId))
      .order("desc")
      .paginate(boundedPage(paginationOpts));
    return {
      ...comments,
      page: await Promise.all(
        comments.page.map(async ({ _id, _creationTime, userId, body }) => ({
          _id,
          _creationTime,
          body,
          author: await nameOf(ctx, userId),
          isByTeacher: userId === course.teacherId,
          isRemovable: userId === user._id || standing === "teacher",
        })),
      ),
    };
  },
});

export const add = mutation({
  args: { lessonId: v.id("lessons"), body: v.string() },
  handler: async (ctx, { lessonId, body }) => {
    const { user } = await requireLesson(ctx, lessonId);
    return await ctx.db.insert("comments", { lessonId, userId: user._id, body: requireText("A comment", body, COMMENT_LENGTH_MAX) });
  },
});

/** By who wrote it, and by the teacher. One that is gone already stays so. */
export const remove = mutation({
  args: { commentId: v.id("comments") },
  handler: async (ctx, { commentId }) => {
    const comment = await ctx.db.get(commentId);
    if (comment === null) return;
    const { user, standing } = await requireLesson(ctx, comment.lessonId);
    if (comment.userId !== user._id && standing !== "teacher") throw lmsError("NOT_ALLOWED", "Only who wrote a comment, and the teacher, may remove it.");
    await ctx.db.delete(commentId);
  },
});
