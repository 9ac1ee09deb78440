/** A student's own progress: saving it, and what their screen shows of it. */
import { v } from "convex/values";
import { mutation, query } from "./_generated/server";
import { badge } from "./model/badges";
import { studyError } from "./model/errors";
import { MODULES_PER_CLASS_MAX, QUESTIONS_PER_MODULE_MAX } from "./model/limits";
import { requireStudent } from "./model/people";
import { saveProgress } from "./model/saving";

export const saveUserProgress = mutation({
  args: { userId: v.id("users"), questionId: v.id("question"), selectedOption: v.optional(v.number()), isFlagged: v.optional(v.boolean()) },
  returns: v.object({ isCorrect: v.union(v.boolean(), v.null()), newBadges: v.array(badge) }),
  handler: async (ctx, { userId, questionId, selectedOption, isFlagged }) => {
    const student = await requireStudent(ctx, userId);
    const question = await ctx.db.get(questionId);
    if (question === null) throw studyError("NOT_FOUND", "This question was removed. Go on with the next one.");
    return await saveProgress(ctx, student, question, { selectedOption, isFlagged });
  },
});

/** What a student has answered and flagged in a class, all modules together. */
export const getUserClassProgress = query({
  args: { userId: v.id("users"), classId: v.id("class") },
  returns: v.array(v.object({ questionId: v.id("question"), moduleId: v.id("module"), selectedOption: v.union(v.number(), v.null()), isCorrect: v.boolean(), isFlagged: v.boolean() })),
  handler: async (ctx, { userId, classId }) => {
    const records = await ctx.db
      .query("userProgress")
      .withIndex("by_user_class", (q) => q.eq("userId", userId).eq("classId", classId))
      .take(MODULES_PER_CLASS_MAX * QUESTIONS_PER_MODULE_MAX);
    return records.map(({ questionId, moduleId, selectedOption, isCorrect, isFlagged }) => ({ questionId, moduleId, selectedOption, isCorrect, isFlagged }));
  },
});

/** One module of one student: what the modal shows, and nothing that a save of anybody else writes but flags of its questions. */
export const getUserModuleStats = query({
  args: { userId: v.id("users"), moduleId: v.id("module") },
  returns: v.object({
    answered: v.number(),
    correct: v.number(),
    flagged: v.number(),
    questions: v.array(v.object({ _id: v.id("question"), order: v.number(), prompt: v.string(), state: v.union(v.literal("open"), v.literal("right"), v.literal("wrong")), isFlagged: v.boolean() })),
  }),
  handler: async (ctx, { userId, moduleId }) => {
    const questions = await ctx.db
      .query("question")
      .withIndex("by_moduleId_order", (q) => q.eq("moduleId", moduleId))
      .take(QUESTIONS_PER_MODULE_MAX);
    const records = await ctx.db
      .query("userProgress")
      .withIndex("by_user_module", (q) => q.eq("userId", userId).eq("moduleId", moduleId))
      .take(QUESTIONS_PER_MODULE_MAX);
    const recordOf = new Map(records.map((record) => [record.questionId, record]));
    return {
      answered: records.filter(({ selectedOption }) => selectedOption !== null).length,
      correct: records.filter(({ isCorrect }) => isCorrect).length,
      flagged: records.filter(({ isFlagged }) => isFlagged).length,
      questions: questions.map(({ _id, order, prompt }) => {
        const record = recordOf.get(_id);
        const state = record === undefined || record.selectedOption === null ? ("open" as const) : record.isCorrect ? ("right" as const) : ("wrong" as const);
        return { _id, order, prompt, state, isFlagged: record?.isFlagged ?? false };
      }),
    };
  },
});
