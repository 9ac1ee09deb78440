/** Courses as lists show them. */
import type { Doc, Id } from "../_generated/dataModel";
import type { QueryCtx } from "../_generated/server";

export interface CourseCard {
  readonly _id: Id<"courses">;
  readonly title: string;
  readonly summary: string;
  readonly isPublished: boolean;
  readonly lessonCount: number;
  readonly teacherName: string;
}

export async function courseCard(ctx: QueryCtx, { _id, title, summary, isPublished, lessonCount, teacherId }: Doc<"courses">): Promise<CourseCard> {
  return { _id, title, summary, isPublished, lessonCount, teacherName: await nameOf(ctx, teacherId) };
}

export async function nameOf(ctx: QueryCtx, userId: Id<"users">): Promise<string> {
  return (await ctx.db.get(userId))?.name ?? "Somebody who left";
}
