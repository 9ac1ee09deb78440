/**
 * Full-text search over lessons, by the deployment itself: no other service has to be kept in step. It is live, and finds in the next
 * query what a mutation has written. What the reader may not see is left out by the index, not afterwards: another's drafts take no place.
 */
import { v } from "convex/values";
import type { Doc, Id } from "./_generated/dataModel";
import { query } from "./_generated/server";
import type { QueryCtx } from "./_generated/server";
import { requireMember } from "./model/access";
import { lmsError } from "./model/errors";
import { COURSES_PER_TEACHER_MAX, ENROLMENTS_PER_LEARNER_MAX, HITS_IN_A_COURSE_MAX, HITS_PER_COURSE_MAX, SEARCH_LENGTH_MAX } from "./model/limits";
import { requireUser } from "./model/people";
import type { User } from "./model/people";
import { excerptOf } from "./model/text";

/** In one course, or in all that the caller teaches or attends: the best of each. */
export const lessons = query({
  args: { text: v.string(), courseId: v.optional(v.id("courses")) },
  handler: async (ctx, { text, courseId }) => {
    if (text.length > SEARCH_LENGTH_MAX) throw lmsError("INVALID", `A search has at most ${SEARCH_LENGTH_MAX} characters.`);
    if (courseId !== undefined) {
      const { course, standing } = await requireMember(ctx, courseId);
      return await hitsIn(ctx, course, standing === "teacher", text, HITS_IN_A_COURSE_MAX);
    }
    const places = await placesOf(ctx, await requireUser(ctx));
    const hits = await Promise.all(places.map(({ course, isTeacher }) => hitsIn(ctx, course, isTeacher, text, HITS_PER_COURSE_MAX)));
    return hits.flat();
  },
});

interface Place {
  readonly course: Doc<"courses">;
  readonly isTeacher: boolean;
}

async function placesOf(ctx: QueryCtx, user: User): Promise<Place[]> {
  const taught = await ctx.db
    .query("courses")
    .withIndex("by_teacher", (q) => q.eq("teacherId", user._id))
    .take(COURSES_PER_TEACHER_MAX);
  const enrolments = await ctx.db
    .query("enrolments")
    .withIndex("by_user", (q) => q.eq("userId", user._id))
    .take(ENROLMENTS_PER_LEARNER_MAX);
  const attended = await Promise.all(enrolments.map(({ courseId }) => ctx.db.get(courseId)));
  return [...taught.map((course) => ({ course, isTeacher: true })), ...attended.flatMap((course) => (course?.isPublished ? [{ course, isTeacher: false }] : []))];
}

interface Hit {
  readonly _id: Id<"lessons">;
  readonly title: string;
  readonly excerpt: string;
  readonly isPublished: boolean;
  readonly courseId: Id<"courses">;
  readonly courseTitle: string;
}

async function hitsIn(ctx: QueryCtx, { _id: courseId, title: courseTitle }: Doc<"courses">, isTeacher: boolean, text: string, count: number): Promise<Hit[]> {
  const found = await ctx.db
    .query("lessons")
    .withSearchIndex("search_text", (q) => {
      const inCourse = q.search("searchText", text).eq("courseId", courseId);
      return isTeacher ? inCourse : inCourse.eq("isPublished", true);
    })
    .take(count);
  return found.map(({ _id, title, body, isPublished }) => ({ _id, title, excerpt: excerptOf(body, text), isPublished, courseId, courseTitle }));
}
