/**
 * The tables. Sums are kept beside what they sum up, in the transaction that changes it (`model/saving.ts`), so that a screen reads one
 * document where it would have read thousands:
 *
 *     userProgress  ──▶  question.flagCount, users.progressStats, cohort.stats, userBadgeMetrics  ──▶  userBadgeAwards
 *
 * What many watch is apart from what each save writes: names, classes and modules never change with a save, so the screens that
 * show them are not run again by one.
 */
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { badge } from "./model/badges";

/** Of a student, and of a whole cohort. */
export const progressStats = v.object({
  answered: v.number(),
  correct: v.number(),
  flagged: v.number(),
});

export const role = v.union(v.literal("student"), v.literal("admin"));

export const badgeMetrics = v.object({
  answered: v.number(),
  correct: v.number(),
  flagged: v.number(),
  /** Right answers in a row, up to the last one. */
  streak: v.number(),
  streakMax: v.number(),
  modulesCompleted: v.number(),
  quizzesSubmitted: v.number(),
  quizzesPerfect: v.number(),
});

export const quizStatus = v.union(v.literal("in_progress"), v.literal("submitted"), v.literal("timed_out"), v.literal("abandoned"));

export const jobStep = v.union(
  v.literal("waiting"),
  v.literal("reading"),
  v.literal("extracting"),
  v.literal("chunking"),
  v.literal("done"),
  v.literal("failed"),
);

export default defineSchema({
  cohort: defineTable({ name: v.string(), stats: progressStats.extend({ students: v.number() }) }),

  users: defineTable({
    cohortId: v.id("cohort"),
    name: v.string(),
    role,
    /** Students count from 1, in the order in which they joined, without a gap; admins have none. */
    rosterNumber: v.union(v.number(), v.null()),
    progressStats,
  })
    .index("by_cohort_rosterNumber", ["cohortId", "rosterNumber"])
    .index("by_cohort_role_name", ["cohortId", "role", "name"]),

  class: defineTable({ cohortId: v.id("cohort"), name: v.string(), order: v.number() }).index("by_cohortId_order", ["cohortId", "order"]),

  module: defineTable({ classId: v.id("class"), title: v.string(), order: v.number(), questionCount: v.number() }).index("by_classId_order", ["classId", "order"]),

  question: defineTable({
    moduleId: v.id("module"),
    order: v.number(),
    prompt: v.string(),
    options: v.array(v.string()),
    /** The place of the right one among the options, from 0. */
    answer: v.number(),
    explanation: v.string(),
    /** How many students have flagged it. */
    flagCount: v.number(),
  })
    .index("by_moduleId_order", ["moduleId", "order"])
    .index("by_moduleId_flagCount", ["moduleId", "flagCount"]),

  userProgress: defineTable({
    userId: v.id("users"),
    questionId: v.id("question"),
    moduleId: v.id("module"),
    classId: v.id("class"),
    selectedOption: v.union(v.number(), v.null()),
    isCorrect: v.boolean(),
    isFlagged: v.boolean(),
  })
    .index("by_user_question", ["userId", "questionId"])
    .index("by_user_module", ["userId", "moduleId"])
    .index("by_user_class", ["userId", "classId"]),

  userBadgeMetrics: defineTable({ userId: v.id("users"), metrics: badgeMetrics }).index("by_user", ["userId"]),

  userBadgeAwards: defineTable({ userId: v.id("users"), badge, awardedAt: v.number() }).index("by_user_badge", ["userId", "badge"]),

  quizAttempts: defineTable({
    userId: v.id("users"),
    cohortId: v.id("cohort"),
    moduleId: v.id("module"),
    /** As they were at the start: the list of active quizzes reads neither students, who change with every save, nor modules. */
    userName: v.string(),
    moduleTitle: v.string(),
    questionCount: v.number(),
    /** The order of the questions follows from it (`model/shuffle.ts`). */
    seed: v.number(),
    status: quizStatus,
    answers: v.array(v.object({ questionId: v.id("question"), option: v.number() })),
    startedAt: v.number(),
    endsAt: v.number(),
    finishedAt: v.union(v.number(), v.null()),
    /** Right answers; null while it is in progress, and when it was abandoned. */
    score: v.union(v.number(), v.null()),
    /** The function that ends it when its time is over. */
    timeOutJobId: v.union(v.id("_scheduled_functions"), v.null()),
  })
    .index("by_user_status", ["userId", "status"])
    .index("by_cohort_status", ["cohortId", "status"]),

  pdfProcessingJobs: defineTable({
    cohortId: v.id("cohort"),
    fileName: v.string(),
    storageId: v.id("_storage"),
    bytes: v.number(),
    step: jobStep,
    /** Counts the runs; one that is not the newest has nothing to say any more. */
    run: v.number(),
    chunkCount: v.union(v.number(), v.null()),
    chunksWritten: v.number(),
    /** Why it failed. */
    problem: v.union(v.string(), v.null()),
    /** When the run last said something. */
    touchedAt: v.number(),
  }).index("by_cohort", ["cohortId"]),

  chunkContent: defineTable({ jobId: v.id("pdfProcessingJobs"), order: v.number(), heading: v.union(v.string(), v.null()), text: v.string() }).index("by_job_order", ["jobId", "order"]),
});
