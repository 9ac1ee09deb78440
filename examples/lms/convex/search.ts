/**
 * Full-text search over lessons, by the deployment itself: no other service has to be kept in step. It is live, and finds in the next
 * query what a mutation has written, and nothing that the reader may not see:
 *
 *     in one course   one search, filtered by the index
 *     in all courses  one search over everything, of which others' lessons are left out; where these have crowded out the reader's own,
 *                     a search in each course, as far as it takes
 */
import { v } from "convex/values";
import type { Doc, Id } from "./_generated/dataModel";
import { query } from "./_generated/server";
import type { QueryCtx } from "./_generated/server";
import { requireMember } from "./model/access";
import { lmsError } from "./model/errors";
import { COURSES_PER_TEACHER_MAX, ENROLMENTS_PER_LEARNER_MAX, HITS_MAX, HITS_PER_COURSE_MAX, MATCHES_LOOKED_AT_MAX, SEARCH_LENGTH_MAX } from "./model/limits";
import { requireUser } from "./model/people";
import type { User } from "./model/people";
import { excerptOf } from "./model/text";

/** In one course, or in all that the caller teaches or attends. */
export const lessons = query({
  args: { text: v.string(), courseId: v.optional(v.id("courses")) },
  handler: async (ctx, { text, courseId }) => {
    if (text.length > SEARCH_LENGTH_MAX) throw lmsError("INVALID", `A search has at most ${SEARCH_LENGTH_MAX} characters.`);
    if (courseId !== undefined) {
      const { course, standing } = await requireMember(ctx, courseId);
      const place = { course, isTeacher: standing === "teacher" };
      return (await matchesIn(ctx, place, text, HITS_MAX)).map((lesson) => hitOf(lesson, place, text));
    }
    return await hitsEverywhere(ctx, await placesOf(ctx, await requireUser(ctx)), text);
  },
});

async function hitsEverywhere(ctx: QueryCtx, places: readonly Place[], text: string): Promise<Hit[]> {
  const placeOf = new Map(places.map((place) => [place.course._id, place]));
  const matches = await ctx.db
    .query("lessons")
    .withSearchIndex("search_text", (q) => q.search("searchText", text))
    .take(MATCHES_LOOKED_AT_MAX);
  const hits = matches.flatMap((lesson) => {
    const place = placeOf.get(lesson.courseId);
    return place === undefined || (!lesson.isPublished && !place.isTeacher) ? [] : [hitOf(lesson, place, text)];
  });
  if (matches.length < MATCHES_LOOKED_AT_MAX || hits.length >= HITS_MAX) return hits.slice(0, HITS_MAX);
  const byCourse: Hit[] = [];
  for (const place of places) {
    byCourse.push(...(await matchesIn(ctx, place, text, HITS_PER_COURSE_MAX)).map((lesson) => hitOf(lesson, place, text)));
    if (byCourse.length >= HITS_MAX) break;
  }
  return byCourse.slice(0, HITS_MAX);
}

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

async function matchesIn(ctx: QueryCtx, { course, isTeacher }: Place, text: string, count: number): Promise<Doc<"lessons">[]> {
  return await ctx.db
    .query("lessons")
    .withSearchIndex("search_text", (q) => {
      const inCourse = q.search("searchText", text).eq("courseId", course._id);
      return isTeacher ? inCourse : inCourse.eq("isPublished", true);
    })
    .take(count);
}

function hitOf({ _id, title, body, isPublished }: Doc<"lessons">, { course }: Place, text: string): Hit {
  return { _id, title, excerpt: excerptOf(body, text), isPublished, courseId: course._id, courseTitle: course.title };
}
