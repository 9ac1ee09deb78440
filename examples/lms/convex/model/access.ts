/**
 * What somebody may see and do in a course:
 *
 *     visitor    the outline of published courses
 *     learner    besides, once enrolled: published lessons, comments, assignments, their own submissions and grades
 *     teacher    everything in their own courses, and nothing of others' but what visitors see
 */
import type { Doc, Id } from "../_generated/dataModel";
import type { QueryCtx } from "../_generated/server";
import { lmsError } from "./errors";
import { findUser, requireUser } from "./people";
import type { User } from "./people";

export type Standing = "visitor" | "learner" | "teacher";

export interface CourseAccess {
  readonly course: Doc<"courses">;
  readonly user: User | null;
  readonly standing: Standing;
  /** Of a learner. */
  readonly enrolment: Doc<"enrolments"> | null;
}

export interface MemberAccess extends CourseAccess {
  readonly user: User;
  readonly standing: Exclude<Standing, "visitor">;
}

/** Refuses what is not there, and in the same words what is not published yet. */
export async function accessTo(ctx: QueryCtx, courseId: Id<"courses">): Promise<CourseAccess> {
  const [course, user] = [await ctx.db.get(courseId), await findUser(ctx)];
  if (course !== null && user !== null && course.teacherId === user._id) return { course, user, standing: "teacher", enrolment: null };
  const enrolment = user === null ? null : await enrolmentOf(ctx, courseId, user._id);
  if (course === null || !course.isPublished) throw noSuchCourse();
  return { course, user, standing: enrolment === null ? "visitor" : "learner", enrolment };
}

/** The course's teacher, or somebody enrolled. */
export async function requireMember(ctx: QueryCtx, courseId: Id<"courses">): Promise<MemberAccess> {
  const user = await requireUser(ctx);
  const access = await accessTo(ctx, courseId);
  if (access.standing === "visitor") throw lmsError("NOT_ALLOWED", "You are not enrolled in this course. Enrol to read its lessons.");
  return { ...access, user, standing: access.standing };
}

export async function requireTeacherOf(ctx: QueryCtx, courseId: Id<"courses">): Promise<MemberAccess> {
  const access = await requireMember(ctx, courseId);
  if (access.standing !== "teacher") throw lmsError("NOT_ALLOWED", "Only the teacher of this course may do this.");
  return access;
}

export async function requireLearnerOf(ctx: QueryCtx, courseId: Id<"courses">): Promise<MemberAccess & { enrolment: Doc<"enrolments"> }> {
  const access = await requireMember(ctx, courseId);
  if (access.enrolment === null) throw lmsError("NOT_ALLOWED", "Only learners of this course may do this; you are its teacher.");
  return { ...access, enrolment: access.enrolment };
}

/** A lesson that the caller may read. */
export async function requireLesson(ctx: QueryCtx, lessonId: Id<"lessons">): Promise<MemberAccess & { lesson: Doc<"lessons"> }> {
  const lesson = await ctx.db.get(lessonId);
  if (lesson === null) throw noSuchLesson();
  const access = await requireMember(ctx, lesson.courseId);
  if (!lesson.isPublished && access.standing !== "teacher") throw noSuchLesson();
  return { ...access, lesson };
}

export async function requireAssignment(ctx: QueryCtx, assignmentId: Id<"assignments">): Promise<MemberAccess & { assignment: Doc<"assignments"> }> {
  const assignment = await ctx.db.get(assignmentId);
  if (assignment === null) throw lmsError("NOT_FOUND", "There is no such assignment any more.");
  return { ...(await requireMember(ctx, assignment.courseId)), assignment };
}

export async function enrolmentOf(ctx: QueryCtx, courseId: Id<"courses">, userId: Id<"users">): Promise<Doc<"enrolments"> | null> {
  return await ctx.db
    .query("enrolments")
    .withIndex("by_course_user", (q) => q.eq("courseId", courseId).eq("userId", userId))
    .unique();
}

const noSuchCourse = () => lmsError("NOT_FOUND", "There is no such course, or it is not published yet.");
const noSuchLesson = () => lmsError("NOT_FOUND", "There is no such lesson, or it is not published yet.");
