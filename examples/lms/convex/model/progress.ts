/** What learners have finished, and the count of it that their enrolments carry. */
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { enrolmentOf } from "./access";

export async function hasFinished(ctx: QueryCtx, userId: Id<"users">, lessonId: Id<"lessons">): Promise<boolean> {
  return (await progressOf(ctx, userId, lessonId)) !== null;
}

/** In one transaction with its count. The same again writes nothing. */
export async function setFinished(ctx: MutationCtx, enrolment: Doc<"enrolments">, lessonId: Id<"lessons">, isFinished: boolean): Promise<void> {
  const { userId, courseId, finishedCount } = enrolment;
  const known = await progressOf(ctx, userId, lessonId);
  if ((known !== null) === isFinished) return;
  if (known === null) await ctx.db.insert("progress", { userId, courseId, lessonId });
  else await ctx.db.delete(known._id);
  await ctx.db.patch(enrolment._id, { finishedCount: finishedCount + (isFinished ? 1 : -1) });
}

/** Of a lesson that was removed, at most `countMax` of it. Resolves with how many were. */
export async function removeProgressOf(ctx: MutationCtx, lessonId: Id<"lessons">, countMax: number): Promise<number> {
  const finished = await ctx.db
    .query("progress")
    .withIndex("by_lesson", (q) => q.eq("lessonId", lessonId))
    .take(countMax);
  for (const { _id, userId, courseId } of finished) {
    await ctx.db.delete(_id);
    const enrolment = await enrolmentOf(ctx, courseId, userId);
    if (enrolment !== null) await ctx.db.patch(enrolment._id, { finishedCount: enrolment.finishedCount - 1 });
  }
  return finished.length;
}

async function progressOf(ctx: QueryCtx, userId: Id<"users">, lessonId: Id<"lessons">): Promise<Doc<"progress"> | null> {
  return await ctx.db
    .query("progress")
    .withIndex("by_user_lesson", (q) => q.eq("userId", userId).eq("lessonId", lessonId))
    .unique();
}
