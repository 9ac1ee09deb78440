/** The badge engine: metrics of each student, and the badges that follow from them. An award is for ever. */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import type { Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import type { badgeMetrics } from "../schema";

export const badge = v.union(
  v.literal("first_step"),
  v.literal("ten_answers"),
  v.literal("streak_of_five"),
  v.literal("curious"),
  v.literal("module_done"),
  v.literal("quiz_handed_in"),
  v.literal("flawless_quiz"),
);

export type Badge = Infer<typeof badge>;
export type BadgeMetrics = Infer<typeof badgeMetrics>;

const RULES: Readonly<Record<Badge, (metrics: BadgeMetrics) => boolean>> = {
  first_step: ({ answered }) => answered >= 1,
  ten_answers: ({ answered }) => answered >= 10,
  streak_of_five: ({ streakMax }) => streakMax >= 5,
  curious: ({ flagged }) => flagged >= 3,
  module_done: ({ modulesCompleted }) => modulesCompleted >= 1,
  quiz_handed_in: ({ quizzesSubmitted }) => quizzesSubmitted >= 1,
  flawless_quiz: ({ quizzesPerfect }) => quizzesPerfect >= 1,
};

export const BADGES = Object.keys(RULES) as Badge[];

const NOTHING_YET: BadgeMetrics = { answered: 0, correct: 0, flagged: 0, streak: 0, streakMax: 0, modulesCompleted: 0, quizzesSubmitted: 0, quizzesPerfect: 0 };

/** Brings a student's metrics up to date and awards what they have newly earned. @returns the new badges */
export async function runBadgeEngine(ctx: MutationCtx, userId: Id<"users">, change: (metrics: BadgeMetrics) => BadgeMetrics): Promise<Badge[]> {
  const kept = await ctx.db
    .query("userBadgeMetrics")
    .withIndex("by_user", (q) => q.eq("userId", userId))
    .unique();
  const metrics = change(kept?.metrics ?? NOTHING_YET);
  if (kept === null) await ctx.db.insert("userBadgeMetrics", { userId, metrics });
  else await ctx.db.patch(kept._id, { metrics });
  return await award(ctx, userId, metrics);
}

async function award(ctx: MutationCtx, userId: Id<"users">, metrics: BadgeMetrics): Promise<Badge[]> {
  const earned = BADGES.filter((badge) => RULES[badge](metrics));
  if (earned.length === 0) return [];
  const awarded = await awardsOf(ctx, userId);
  const missing = earned.filter((badge) => !awarded.some((award) => award.badge === badge));
  for (const badge of missing) await ctx.db.insert("userBadgeAwards", { userId, badge, awardedAt: Date.now() });
  return missing;
}

export async function awardsOf(ctx: QueryCtx, userId: Id<"users">) {
  return await ctx.db
    .query("userBadgeAwards")
    .withIndex("by_user_badge", (q) => q.eq("userId", userId))
    .take(BADGES.length);
}

/** The metrics after an answer: @param answered 1 for the first answer to a question, 0 for another one */
export function withAnswer(metrics: BadgeMetrics, answered: number, correct: number, isCorrect: boolean): BadgeMetrics {
  const streak = isCorrect ? metrics.streak + 1 : 0;
  return { ...metrics, answered: metrics.answered + answered, correct: metrics.correct + correct, streak, streakMax: Math.max(metrics.streakMax, streak) };
}
