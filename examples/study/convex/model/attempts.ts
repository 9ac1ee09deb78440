/**
 * The life of a quiz attempt. Each way out is taken once: what is over stays as it is.
 *
 *     in_progress ──┬── submit ─────────────────────────▶ submitted
 *                   ├── the time is over ────────────────▶ timed_out
 *                   └── given up, or another one started ▶ abandoned
 */
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { runBadgeEngine } from "./badges";
import type { Badge } from "./badges";
import { studyError } from "./errors";
import { QUESTIONS_PER_MODULE_MAX } from "./limits";
import { shuffled } from "./shuffle";

export type Attempt = Doc<"quizAttempts">;
export type Ending = Exclude<Attempt["status"], "in_progress">;

/** @throws when it is over, whoever says so first: its status or the clock */
export async function requireInProgress(ctx: QueryCtx, attemptId: Id<"quizAttempts">): Promise<Attempt> {
  const attempt = await ctx.db.get(attemptId);
  if (attempt === null) throw studyError("NOT_FOUND", "There is no such quiz any more. Start another one.");
  if (attempt.status !== "in_progress") throw studyError("NOT_IN_PROGRESS", "This quiz is over. Start another one.");
  if (Date.now() >= attempt.endsAt) throw studyError("TIME_OVER", "The time for this quiz is over.");
  return attempt;
}

/** Of the attempt's module, in the order that follows from its seed. */
export async function questionsOf(ctx: QueryCtx, attempt: Attempt): Promise<Doc<"question">[]> {
  const questions = await ctx.db
    .query("question")
    .withIndex("by_moduleId_order", (q) => q.eq("moduleId", attempt.moduleId))
    .take(QUESTIONS_PER_MODULE_MAX);
  return shuffled(questions, attempt.seed);
}

/** Ends an attempt that is in progress. What was answered until then counts, unless it was given up. @returns the new badges */
export async function finish(ctx: MutationCtx, attempt: Attempt, status: Ending): Promise<Badge[]> {
  const questions = await questionsOf(ctx, attempt);
  const isRight = ({ _id, answer }: Doc<"question">) => attempt.answers.some(({ questionId, option }) => questionId === _id && option === answer);
  const score = status === "abandoned" ? null : questions.filter(isRight).length;
  if (attempt.timeOutJobId !== null && status !== "timed_out") await ctx.scheduler.cancel(attempt.timeOutJobId);
  await ctx.db.patch(attempt._id, { status, score, finishedAt: Date.now(), timeOutJobId: null });
  if (status !== "submitted") return [];
  const isPerfect = score === attempt.questionCount;
  return await runBadgeEngine(ctx, attempt.userId, (metrics) => ({
    ...metrics,
    quizzesSubmitted: metrics.quizzesSubmitted + 1,
    quizzesPerfect: metrics.quizzesPerfect + Number(isPerfect),
  }));
}

export async function findInProgress(ctx: QueryCtx, userId: Id<"users">): Promise<Attempt | null> {
  return await ctx.db
    .query("quizAttempts")
    .withIndex("by_user_status", (q) => q.eq("userId", userId).eq("status", "in_progress"))
    .unique();
}
