/** Lessons: the outline of a course, reading one, and what a teacher does with them. */
import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { internal } from "./_generated/api";
import type { Doc, Id } from "./_generated/dataModel";
import { internalMutation, mutation, query } from "./_generated/server";
import type { MutationCtx, QueryCtx } from "./_generated/server";
import { accessTo, requireLesson, requireTeacherOf } from "./model/access";
import { lmsError } from "./model/errors";
import { LESSON_LENGTH_MAX, LESSONS_PER_COURSE_MAX, SWEPT_AT_ONCE, TITLE_LENGTH_MAX } from "./model/limits";
import { boundedPage } from "./model/pages";
import { hasFinished, removeProgressOf } from "./model/progress";
import { requireLine, requireText, searchTextOf } from "./model/text";

/** Titles in their order; drafts only for the teacher. */
export const outline = query({
  args: { courseId: v.id("courses"), paginationOpts: paginationOptsValidator },
  handler: async (ctx, { courseId, paginationOpts }) => {
    const { user, standing } = await accessTo(ctx, courseId);
    const lessons = await lessonsSeenBy(ctx, courseId, standing === "teacher").paginate(boundedPage(paginationOpts));
    const learnerId = standing === "learner" ? user?._id : undefined;
    return {
      ...lessons,
      page: await Promise.all(
        lessons.page.map(async ({ _id, title, isPublished }) => ({ _id, title, isPublished, isFinished: learnerId !== undefined && (await hasFinished(ctx, learnerId, _id)) })),
      ),
    };
  },
});

export const get = query({
  args: { lessonId: v.id("lessons") },
  handler: async (ctx, { lessonId }) => {
    const { lesson, course, user, standing } = await requireLesson(ctx, lessonId);
    const { _id, courseId, title, body, isPublished, order } = lesson;
    const isTeacher = standing === "teacher";
    const [previous, next] = [await neighbour(ctx, courseId, order, "desc", isTeacher), await neighbour(ctx, courseId, order, "asc", isTeacher)];
    return { _id, courseId, courseTitle: course.title, title, body, isPublished, standing, isFinished: !isTeacher && (await hasFinished(ctx, user._id, _id)), previous, next };
  },
});

const content = { title: v.string(), body: v.string(), isPublished: v.boolean() };

export const create = mutation({
  args: { courseId: v.id("courses"), ...content },
  handler: async (ctx, { courseId, ...written }) => {
    const { course } = await requireTeacherOf(ctx, courseId);
    if (course.lessonCount + course.draftCount >= LESSONS_PER_COURSE_MAX) throw lmsError("LIMIT_REACHED", `A course has at most ${LESSONS_PER_COURSE_MAX} lessons. Begin another course.`);
    await ctx.db.patch(courseId, { nextOrder: course.nextOrder + 1 });
    await countLesson(ctx, courseId, null, written.isPublished);
    return await ctx.db.insert("lessons", { courseId, order: course.nextOrder, ...lessonFrom(written) });
  },
});

export const update = mutation({
  args: { lessonId: v.id("lessons"), ...content },
  handler: async (ctx, { lessonId, ...written }) => {
    const lesson = await requireOwnLesson(ctx, lessonId);
    await ctx.db.patch(lessonId, lessonFrom(written));
    await countLesson(ctx, lesson.courseId, lesson.isPublished, written.isPublished);
  },
});

/** Comments and the progress of learners go with it, soon after. */
export const remove = mutation({
  args: { lessonId: v.id("lessons") },
  handler: async (ctx, { lessonId }) => {
    const lesson = await requireOwnLesson(ctx, lessonId);
    await ctx.db.delete(lessonId);
    await countLesson(ctx, lesson.courseId, lesson.isPublished, null);
    await ctx.scheduler.runAfter(0, internal.lessons.sweep, { lessonId });
  },
});

/** Removes what belonged to a lesson that is gone, some at a time. */
export const sweep = internalMutation({
  args: { lessonId: v.id("lessons") },
  handler: async (ctx, { lessonId }) => {
    const comments = await ctx.db
      .query("comments")
      .withIndex("by_lesson", (q) => q.eq("lessonId", lessonId))
      .take(SWEPT_AT_ONCE);
    for (const { _id } of comments) await ctx.db.delete(_id);
    const removed = await removeProgressOf(ctx, lessonId, SWEPT_AT_ONCE);
    if (comments.length + removed >= SWEPT_AT_ONCE) await ctx.scheduler.runAfter(0, internal.lessons.sweep, { lessonId });
  },
});

function lessonFrom({ title: writtenTitle, body: writtenBody, isPublished }: { title: string; body: string; isPublished: boolean }) {
  const [title, body] = [requireLine("A title", writtenTitle, TITLE_LENGTH_MAX), requireText("A lesson", writtenBody, LESSON_LENGTH_MAX)];
  return { title, body, isPublished, searchText: searchTextOf(title, body) };
}

async function requireOwnLesson(ctx: QueryCtx, lessonId: Id<"lessons">): Promise<Doc<"lessons">> {
  const { lesson } = await requireLesson(ctx, lessonId);
  await requireTeacherOf(ctx, lesson.courseId);
  return lesson;
}

/** Whether a lesson was published before and is now; null where there was none, or is none any more. */
async function countLesson(ctx: MutationCtx, courseId: Id<"courses">, was: boolean | null, is: boolean | null): Promise<void> {
  const { lessonCount, draftCount } = (await ctx.db.get(courseId))!;
  const change = (state: boolean) => Number(is === state) - Number(was === state);
  await ctx.db.patch(courseId, { lessonCount: lessonCount + change(true), draftCount: draftCount + change(false) });
}

function lessonsSeenBy(ctx: QueryCtx, courseId: Id<"courses">, isTeacher: boolean) {
  const lessons = ctx.db.query("lessons");
  if (isTeacher) return lessons.withIndex("by_course_order", (q) => q.eq("courseId", courseId));
  return lessons.withIndex("by_course_published_order", (q) => q.eq("courseId", courseId).eq("isPublished", true));
}

async function neighbour(ctx: QueryCtx, courseId: Id<"courses">, order: number, direction: "asc" | "desc", isTeacher: boolean): Promise<{ _id: Id<"lessons">; title: string } | null> {
  const lessons = ctx.db.query("lessons");
  const beyond = isTeacher
    ? lessons.withIndex("by_course_order", (q) => (direction === "asc" ? q.eq("courseId", courseId).gt("order", order) : q.eq("courseId", courseId).lt("order", order)))
    : lessons.withIndex("by_course_published_order", (q) =>
        direction === "asc" ? q.eq("courseId", courseId).eq("isPublished", true).gt("order", order) : q.eq("courseId", courseId).eq("isPublished", true).lt("order", order),
      );
  const found = await beyond.order(direction).first();
  return found === null ? null : { _id: found._id, title: found.title };
}
