/** Classes, modules and questions: the same for everybody, and no save writes them, except for the flags of a question. */
import { v } from "convex/values";
import { query } from "./_generated/server";
import { CLASSES_MAX, MODULES_PER_CLASS_MAX, QUESTIONS_PER_MODULE_MAX, TOP_FLAGGED_MAX } from "./model/limits";

export const classes = query({
  args: { cohortId: v.id("cohort") },
  returns: v.array(v.object({ _id: v.id("class"), name: v.string() })),
  handler: async (ctx, { cohortId }) => {
    const classes = await ctx.db
      .query("class")
      .withIndex("by_cohortId_order", (q) => q.eq("cohortId", cohortId))
      .take(CLASSES_MAX);
    return classes.map(({ _id, name }) => ({ _id, name }));
  },
});

export const modules = query({
  args: { classId: v.id("class") },
  returns: v.array(v.object({ _id: v.id("module"), title: v.string(), questionCount: v.number() })),
  handler: async (ctx, { classId }) => {
    const modules = await ctx.db
      .query("module")
      .withIndex("by_classId_order", (q) => q.eq("classId", classId))
      .take(MODULES_PER_CLASS_MAX);
    return modules.map(({ _id, title, questionCount }) => ({ _id, title, questionCount }));
  },
});

export const questions = query({
  args: { moduleId: v.id("module") },
  returns: v.array(v.object({ _id: v.id("question"), prompt: v.string(), options: v.array(v.string()), answer: v.number(), explanation: v.string() })),
  handler: async (ctx, { moduleId }) => {
    const questions = await ctx.db
      .query("question")
      .withIndex("by_moduleId_order", (q) => q.eq("moduleId", moduleId))
      .take(QUESTIONS_PER_MODULE_MAX);
    return questions.map(({ _id, prompt, options, answer, explanation }) => ({ _id, prompt, options, answer, explanation }));
  },
});

/** The questions of a module that most students have flagged; those that nobody has are left out. */
export const topFlagged = query({
  args: { moduleId: v.id("module") },
  returns: v.array(v.object({ _id: v.id("question"), prompt: v.string(), flagCount: v.number() })),
  handler: async (ctx, { moduleId }) => {
    const questions = await ctx.db
      .query("question")
      .withIndex("by_moduleId_flagCount", (q) => q.eq("moduleId", moduleId).gt("flagCount", 0))
      .order("desc")
      .take(TOP_FLAGGED_MAX);
    return questions.map(({ _id, prompt, flagCount }) => ({ _id, prompt, flagCount }));
  },
});
