/** Quizzes against the clock: starting, answering, handing in; and the live list of those under way. */
import { v } from "convex/values";
import { internal } from "./_generated/api";
import { internalMutation, mutation, query } from "./_generated/server";
import { findInProgress, finish, questionsOf, requireInProgress } from "./model/attempts";
import { badge } from "./model/badges";
import { studyError } from "./model/errors";
import { ACTIVE_QUIZZES_MAX, QUIZ_MS_PER_QUESTION } from "./model/limits";
import { requireStudent } from "./model/people";
import { requireOption } from "./model/saving";
import { isSeed, SEEDS } from "./model/shuffle";
import { quizStatus } from "./schema";

/** One at a time: what the student still has open is abandoned. @param seed for a known order; by default any */
export const startQuizAttempt = mutation({
  args: { userId: v.id("users"), moduleId: v.id("module"), seed: v.optional(v.number()) },
  returns: v.id("quizAttempts"),
  handler: async (ctx, { userId, moduleId, seed = Math.floor(Math.random() * SEEDS) }) => {
    const student = await requireStudent(ctx, userId);
    const module = await ctx.db.get(moduleId);
    if (module === null) throw studyError("NOT_FOUND", "This module was removed. Choose another one.");
    if (!isSeed(seed)) throw studyError("INVALID", `A seed is a whole number from 0 to ${SEEDS - 1}, not ${seed}.`);
    const open = await findInProgress(ctx, userId);
    if (open !== null) await finish(ctx, open, "abandoned");
    const startedAt = Date.now();
    const endsAt = startedAt + QUIZ_MS_PER_QUESTION * module.questionCount;
    const attemptId = await ctx.db.insert("quizAttempts", {
      userId,
      cohortId: student.cohortId,
      moduleId,
      userName: student.name,
      moduleTitle: module.title,
      questionCount: module.questionCount,
      seed,
      status: "in_progress",
      answers: [],
      startedAt,
      endsAt,
      finishedAt: null,
      score: null,
      timeOutJobId: null,
    });
    await ctx.db.patch(attemptId, { timeOutJobId: await ctx.scheduler.runAt(endsAt, internal.quizzes.timeOut, { attemptId }) });
    return attemptId;
  },
});

/** A second answer to a question takes the place of the first. */
export const recordAnswer = mutation({
  args: { attemptId: v.id("quizAttempts"), questionId: v.id("question"), option: v.number() },
  returns: v.null(),
  handler: async (ctx, { attemptId, questionId, option }) => {
    const attempt = await requireInProgress(ctx, attemptId);
    const question = await ctx.db.get(questionId);
    if (question === null || question.moduleId !== attempt.moduleId) throw studyError("INVALID", "This question is not part of the quiz.");
    requireOption(question, option);
    const others = attempt.answers.filter((answer) => answer.questionId !== questionId);
    await ctx.db.patch(attemptId, { answers: [...others, { questionId, option }] });
    return null;
  },
});

export const submitQuizAttempt = mutation({
  args: { attemptId: v.id("quizAttempts") },
  returns: v.object({ newBadges: v.array(badge) }),
  handler: async (ctx, { attemptId }) => ({ newBadges: await finish(ctx, await requireInProgress(ctx, attemptId), "submitted") }),
});

export const abandonQuizAttempt = mutation({
  args: { attemptId: v.id("quizAttempts") },
  returns: v.null(),
  handler: async (ctx, { attemptId }) => {
    await finish(ctx, await requireInProgress(ctx, attemptId), "abandoned");
    return null;
  },
});

/** At the end of its time. */
export const timeOut = internalMutation({
  args: { attemptId: v.id("quizAttempts") },
  returns: v.null(),
  handler: async (ctx, { attemptId }) => {
    const attempt = await ctx.db.get(attemptId);
    if (attempt?.status === "in_progress") await finish(ctx, attempt, "timed_out");
    return null;
  },
});

/** The questions in their order; what is right is told when it is over. */
export const getQuizAttempt = query({
  args: { attemptId: v.id("quizAttempts") },
  returns: v.object({
    status: quizStatus,
    moduleId: v.id("module"),
    moduleTitle: v.string(),
    endsAt: v.number(),
    score: v.union(v.number(), v.null()),
    questions: v.array(v.object({ _id: v.id("question"), prompt: v.string(), options: v.array(v.string()), chosen: v.union(v.number(), v.null()), answer: v.union(v.number(), v.null()) })),
  }),
  handler: async (ctx, { attemptId }) => {
    const attempt = await ctx.db.get(attemptId);
    if (attempt === null) throw studyError("NOT_FOUND", "There is no such quiz any more. Start another one.");
    const { status, moduleId, moduleTitle, endsAt, score, answers } = attempt;
    const chosenOf = new Map(answers.map(({ questionId, option }) => [questionId, option]));
    const questions = (await questionsOf(ctx, attempt)).map(({ _id, prompt, options, answer }) => ({ _id, prompt, options, chosen: chosenOf.get(_id) ?? null, answer: status === "in_progress" ? null : answer }));
    return { status, moduleId, moduleTitle, endsAt, score, questions };
  },
});

/** What the student has open, on whichever device it was started. */
export const getOpenAttempt = query({
  args: { userId: v.id("users") },
  returns: v.union(v.id("quizAttempts"), v.null()),
  handler: async (ctx, { userId }) => (await findInProgress(ctx, userId))?._id ?? null,
});

/** All that are under way in a cohort, in the order in which they were started. */
export const getActiveQuizzes = query({
  args: { cohortId: v.id("cohort") },
  returns: v.array(v.object({ _id: v.id("quizAttempts"), userName: v.string(), moduleTitle: v.string(), answered: v.number(), questionCount: v.number(), endsAt: v.number() })),
  handler: async (ctx, { cohortId }) => {
    const attempts = await ctx.db
      .query("quizAttempts")
      .withIndex("by_cohort_status", (q) => q.eq("cohortId", cohortId).eq("status", "in_progress"))
      .take(ACTIVE_QUIZZES_MAX);
    return attempts.map(({ _id, userName, moduleTitle, answers, questionCount, endsAt }) => ({ _id, userName, moduleTitle, answered: answers.length, questionCount, endsAt }));
  },
});
