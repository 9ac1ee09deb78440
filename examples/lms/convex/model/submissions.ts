/** Submissions and the grades beside them. */
import type { Doc, Id } from "../_generated/dataModel";
import type { QueryCtx } from "../_generated/server";
import { PAGE_ITEMS_MAX } from "./limits";

export async function submissionOf(ctx: QueryCtx, assignmentId: Id<"assignments">, userId: Id<"users">): Promise<Doc<"submissions"> | null> {
  return await ctx.db
    .query("submissions")
    .withIndex("by_assignment_user", (q) => q.eq("assignmentId", assignmentId).eq("userId", userId))
    .unique();
}

export async function gradeOf(ctx: QueryCtx, submissionId: Id<"submissions">): Promise<Doc<"grades"> | null> {
  return await ctx.db
    .query("grades")
    .withIndex("by_submission", (q) => q.eq("submissionId", submissionId))
    .unique();
}

/** Submissions without a grade, as far as it is worth counting them. */
export async function waitingCount(ctx: QueryCtx, assignmentId: Id<"assignments">): Promise<number> {
  const waiting = await ctx.db
    .query("submissions")
    .withIndex("by_assignment_graded", (q) => q.eq("assignmentId", assignmentId).eq("isGraded", false))
    .take(PAGE_ITEMS_MAX);
  return waiting.length;
}

/** As pages show it, with an address of the file that is good for whoever has it. */
export async function shownSubmission(ctx: QueryCtx, { _id, text, file, submittedAt, isLate }: Doc<"submissions">) {
  const grade = await gradeOf(ctx, _id);
  return {
    _id,
    text,
    submittedAt,
    isLate,
    file: file === null ? null : { name: file.name, bytes: file.bytes, url: await ctx.storage.getUrl(file.storageId) },
    grade: grade === null ? null : { points: grade.points, feedback: grade.feedback, gradedAt: grade.gradedAt },
  };
}
