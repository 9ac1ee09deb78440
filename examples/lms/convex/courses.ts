/** Courses: the catalogue, which everybody sees, and what their teachers do with them. */
import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import { mutation, query } from "./_generated/server";
import { accessTo, requireTeacherOf } from "./model/access";
import { courseCard, nameOf } from "./model/courses";
import { lmsError } from "./model/errors";
import { COURSES_PER_TEACHER_MAX, ENROLMENTS_PER_LEARNER_MAX, SUMMARY_LENGTH_MAX, TITLE_LENGTH_MAX } from "./model/limits";
import { boundedPage } from "./model/pages";
import { findUser, requireRole } from "./model/people";
import { requireLine, requireText } from "./model/text";

/** All published courses, the newest first. Asks nobody who they are, so everybody shares one run. */
export const catalogue = query({
  args: { paginationOpts: paginationOptsValidator },
  handler: async (ctx, { paginationOpts }) => {
    const courses = await ctx.db
      .query("courses")
      .withIndex("by_published", (q) => q.eq("isPublished", true))
      .order("desc")
      .paginate(boundedPage(paginationOpts));
    return { ...courses, page: await Promise.all(courses.page.map((course) => courseCard(ctx, course))) };
  },
});

/** What the caller teaches, and what they are enrolled in. Visitors have none. */
export const mine = query({
  handler: async (ctx) => {
    const user = await findUser(ctx);
    if (user === null) return [];
    const taught = await ctx.db
      .query("courses")
      .withIndex("by_teacher", (q) => q.eq("teacherId", user._id))
      .order("desc")
      .take(COURSES_PER_TEACHER_MAX);
    const enrolments = await ctx.db
      .query("enrolments")
      .withIndex("by_user", (q) => q.eq("userId", user._id))
      .order("desc")
      .take(ENROLMENTS_PER_LEARNER_MAX);
    const attended = await Promise.all(enrolments.map(async ({ courseId, finishedCount }) => ({ course: await ctx.db.get(courseId), finishedCount })));
    return [
      ...(await Promise.all(taught.map(async (course) => ({ ...(await courseCard(ctx, course)), standing: "teacher" as const, finishedCount: null })))),
      ...(await Promise.all(attended.flatMap(({ course, finishedCount }) => (course === null || !course.isPublished ? [] : [courseCard(ctx, course).then((card) => ({ ...card, standing: "learner" as const, finishedCount }))])))),
    ];
  },
});

/** A course as the caller may see it. */
export const get = query({
  args: { courseId: v.id("courses") },
  handler: async (ctx, { courseId }) => {
    const { course, standing, enrolment } = await accessTo(ctx, courseId);
    return { ...(await courseCard(ctx, course)), standing, finishedCount: enrolment?.finishedCount ?? null };
  },
});

export const create = mutation({
  args: { title: v.string(), summary: v.string() },
  handler: async (ctx, { title, summary }) => {
    const teacher = await requireRole(ctx, "teacher");
    const taught = await ctx.db
      .query("courses")
      .withIndex("by_teacher", (q) => q.eq("teacherId", teacher._id))
      .take(COURSES_PER_TEACHER_MAX);
    if (taught.length === COURSES_PER_TEACHER_MAX) throw lmsError("LIMIT_REACHED", `A teacher has at most ${COURSES_PER_TEACHER_MAX} courses.`);
    return await ctx.db.insert("courses", {
      teacherId: teacher._id,
      title: requireLine("A title", title, TITLE_LENGTH_MAX),
      summary: requireText("A summary", summary, SUMMARY_LENGTH_MAX),
      isPublished: false,
      lessonCount: 0,
      draftCount: 0,
      nextOrder: 0,
    });
  },
});

export const update = mutation({
  args: { courseId: v.id("courses"), title: v.string(), summary: v.string() },
  handler: async (ctx, { courseId, title, summary }) => {
    await requireTeacherOf(ctx, courseId);
    await ctx.db.patch(courseId, { title: requireLine("A title", title, TITLE_LENGTH_MAX), summary: requireText("A summary", summary, SUMMARY_LENGTH_MAX) });
  },
});

/** A course that is withdrawn is there for its teacher alone; what its learners have done stays. */
export const setPublished = mutation({
  args: { courseId: v.id("courses"), isPublished: v.boolean() },
  handler: async (ctx, { courseId, isPublished }) => {
    await requireTeacherOf(ctx, courseId);
    await ctx.db.patch(courseId, { isPublished });
  },
});

/** The learners of a course, for its teacher. */
export const learners = query({
  args: { courseId: v.id("courses"), paginationOpts: paginationOptsValidator },
  handler: async (ctx, { courseId, paginationOpts }) => {
    await requireTeacherOf(ctx, courseId);
    const enrolments = await ctx.db
      .query("enrolments")
      .withIndex("by_course_user", (q) => q.eq("courseId", courseId))
      .paginate(boundedPage(paginationOpts));
    return { ...enrolments, page: await Promise.all(enrolments.page.map(async ({ _id, _creationTime, userId, finishedCount }) => ({ _id, since: _creationTime, name: await nameOf(ctx, userId), finishedCount }))) };
  },
});
