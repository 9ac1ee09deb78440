/**
 * The one place where progress is written, and everything that is kept beside it: the count of flags on the question, the sums of
 * the student and of the cohort, and the metrics of the badge engine. All in the caller's transaction: all of it, or nothing.
 */
import type { Doc } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import { runBadgeEngine, withAnswer } from "./badges";
import type { Badge } from "./badges";
import { studyError } from "./errors";
import { QUESTIONS_PER_MODULE_MAX } from "./limits";
import type { Student } from "./people";

export interface Change {
  readonly selectedOption?: number | undefined;
  readonly isFlagged?: boolean | undefined;
}

type Standing = Pick<Doc<"userProgress">, "selectedOption" | "isCorrect" | "isFlagged">;

/** By how much each sum moves: -1, 0 or 1. */
interface Delta {
  readonly answered: number;
  readonly correct: number;
  readonly flagged: number;
}

const UNTOUCHED: Standing = { selectedOption: null, isCorrect: false, isFlagged: false };

export interface Saved {
  /** Null while the question is not answered. */
  readonly isCorrect: boolean | null;
  readonly newBadges: Badge[];
}

/** A change that leaves everything as it is writes nothing, so it wakes nobody. */
export async function saveProgress(ctx: MutationCtx, student: Student, question: Doc<"question">, change: Change): Promise<Saved> {
  const record = await ctx.db
    .query("userProgress")
    .withIndex("by_user_question", (q) => q.eq("userId", student._id).eq("questionId", question._id))
    .unique();
  const before: Standing = record ?? UNTOUCHED;
  const after = changed(before, question, change);
  const delta = deltaOf(before, after);
  const isSameAnswer = after.selectedOption === before.selectedOption;
  const saved = (newBadges: Badge[]): Saved => ({ isCorrect: after.selectedOption === null ? null : after.isCorrect, newBadges });
  if (isSameAnswer && delta.flagged === 0) return saved([]);

  const module = await mustGetModule(ctx, question);
  if (record === null) await ctx.db.insert("userProgress", { userId: student._id, questionId: question._id, moduleId: module._id, classId: module.classId, ...after });
  else await ctx.db.patch(record._id, after);
  if (delta.flagged !== 0) await ctx.db.patch(question._id, { flagCount: question.flagCount + delta.flagged });
  await addToStats(ctx, student, delta);
  const modulesCompleted = delta.answered === 1 && (await isModuleDone(ctx, student, module)) ? 1 : 0;
  const newBadges = await runBadgeEngine(ctx, student._id, (metrics) => {
    const counted = { ...metrics, flagged: metrics.flagged + delta.flagged, modulesCompleted: metrics.modulesCompleted + modulesCompleted };
    return isSameAnswer ? counted : withAnswer(counted, delta.answered, delta.correct, after.isCorrect);
  });
  return saved(newBadges);
}

function changed(before: Standing, question: Doc<"question">, { selectedOption = before.selectedOption ?? undefined, isFlagged = before.isFlagged }: Change): Standing {
  if (selectedOption === undefined) return { ...before, isFlagged };
  requireOption(question, selectedOption);
  return { selectedOption, isCorrect: selectedOption === question.answer, isFlagged };
}

/** @throws when the question has no such option */
export function requireOption(question: Doc<"question">, option: number): void {
  if (Number.isInteger(option) && option >= 0 && option < question.options.length) return;
  throw studyError("INVALID", `This question has no option ${option}. Choose one from 0 to ${question.options.length - 1}.`);
}

function deltaOf(before: Standing, after: Standing): Delta {
  const answered = (standing: Standing) => Number(standing.selectedOption !== null);
  return {
    answered: answered(after) - answered(before),
    correct: Number(after.isCorrect) - Number(before.isCorrect),
    flagged: Number(after.isFlagged) - Number(before.isFlagged),
  };
}

async function addToStats(ctx: MutationCtx, student: Student, delta: Delta): Promise<void> {
  if (delta.answered === 0 && delta.correct === 0 && delta.flagged === 0) return;
  const cohort = await ctx.db.get(student.cohortId);
  if (cohort === null) throw studyError("NOT_FOUND", "Your cohort was removed. Ask whoever looks after it.");
  await ctx.db.patch(student._id, { progressStats: added(student.progressStats, delta) });
  await ctx.db.patch(cohort._id, { stats: { ...added(cohort.stats, delta), students: cohort.stats.students } });
}

function added(stats: Delta, delta: Delta) {
  return { answered: stats.answered + delta.answered, correct: stats.correct + delta.correct, flagged: stats.flagged + delta.flagged };
}

async function mustGetModule(ctx: MutationCtx, question: Doc<"question">): Promise<Doc<"module">> {
  const module = await ctx.db.get(question.moduleId);
  if (module === null) throw studyError("NOT_FOUND", "The module of this question was removed. Open another one.");
  return module;
}

async function isModuleDone(ctx: MutationCtx, student: Student, module: Doc<"module">): Promise<boolean> {
  const records = await ctx.db
    .query("userProgress")
    .withIndex("by_user_module", (q) => q.eq("userId", student._id).eq("moduleId", module._id))
    .take(QUESTIONS_PER_MODULE_MAX);
  return records.filter(({ selectedOption }) => selectedOption !== null).length === module.questionCount;
}
