/** Courses to look at, for `npm run example -- lms` and whoever runs `npx convex run demo:seed`. Runs once: a second call changes nothing. */
import { v } from "convex/values";
import type { Id } from "./_generated/dataModel";
import { internalMutation } from "./_generated/server";
import type { MutationCtx } from "./_generated/server";
import { LEARNERS, LIBRARY, TEACHERS } from "./model/library";
import type { LibraryCourse } from "./model/library";
import { searchTextOf } from "./model/text";

const DAY_MS = 86_400_000;
const DUE_IN_DAYS = 7;

export const seed = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    if ((await ctx.db.query("courses").first()) !== null) return null;
    const teachers = new Map<string, Id<"users">>();
    for (const name of TEACHERS) teachers.set(name, await addUser(ctx, name, "teacher"));
    for (const name of LEARNERS) await addUser(ctx, name, "learner");
    for (const course of LIBRARY.toReversed()) await addCourse(ctx, teachers.get(course.teacher)!, course);
    return null;
  },
});

/** As they would have entered with tokens of the demo's issuer. */
async function addUser(ctx: MutationCtx, name: string, role: "teacher" | "learner"): Promise<Id<"users">> {
  return await ctx.db.insert("users", { tokenIdentifier: `${process.env.LMS_ISSUER!}|${name.toLowerCase()}`, name, role });
}

async function addCourse(ctx: MutationCtx, teacherId: Id<"users">, { title, summary, lessons, assignment }: LibraryCourse): Promise<void> {
  const courseId = await ctx.db.insert("courses", { teacherId, title, summary, isPublished: true, lessonCount: lessons.length, draftCount: 0, nextOrder: lessons.length });
  for (const [order, { title, body }] of lessons.entries()) {
    await ctx.db.insert("lessons", { courseId, order, title, body, isPublished: true, searchText: searchTextOf(title, body) });
  }
  await ctx.db.insert("assignments", { courseId, ...assignment, dueAt: Date.now() + DUE_IN_DAYS * DAY_MS });
}
