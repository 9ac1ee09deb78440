/** A cohort to look at, for `npm run example -- study` and whoever runs `npx convex run demo:seed`. Runs once: a second call changes nothing. */
import { v } from "convex/values";
import { internal } from "./_generated/api";
import type { Id } from "./_generated/dataModel";
import { internalMutation } from "./_generated/server";
import type { MutationCtx } from "./_generated/server";
import { COURSE, RIVERS } from "./model/course";
import type { CourseModule } from "./model/course";
import { addUser, requireStudent } from "./model/people";
import { saveProgress } from "./model/saving";
import { shuffled } from "./model/shuffle";

/** Of 100 questions, how many a student of the demo has answered, how many of those rightly, and how many of those they flagged. */
const ANSWERED_PERCENT_MIN = 5;
const ANSWERED_PERCENT_MAX = 95;
const CORRECT_PERCENT = 70;
const FLAGGED_PERCENT = 8;
const QUESTIONS_MAX = 100;
const STUDENTS_AT_ONCE = 5;
const STUDENTS_MAX = 1_000;

/** @param students how many; those beyond the names of the demo are called by numbers. @param isFresh nobody has answered anything yet */
export const seed = internalMutation({
  args: { students: v.optional(v.number()), isFresh: v.optional(v.boolean()) },
  returns: v.null(),
  handler: async (ctx, { students = RIVERS.length, isFresh = false }) => {
    if ((await ctx.db.query("cohort").first()) !== null) return null;
    if (!Number.isInteger(students) || students < 0 || students > STUDENTS_MAX) throw new Error(`The demo has from 0 to ${STUDENTS_MAX} students, not ${students}.`);
    const cohortId = await ctx.db.insert("cohort", { name: "Spring cohort", stats: { students: 0, answered: 0, correct: 0, flagged: 0 } });
    await addCourse(ctx, cohortId);
    const userIds: Id<"users">[] = [];
    for (let index = 0; index < students; index++) userIds.push(await addUser(ctx, cohortId, RIVERS[index] ?? `Student ${index + 1}`, "student"));
    if (!isFresh) await ctx.scheduler.runAfter(0, internal.demo.study, { userIds });
    return null;
  },
});

async function addCourse(ctx: MutationCtx, cohortId: Id<"cohort">): Promise<void> {
  for (const [order, { name, modules }] of COURSE.entries()) {
    const classId = await ctx.db.insert("class", { cohortId, name, order });
    for (const [order, module] of modules.entries()) await addModule(ctx, classId, order, module);
  }
}

async function addModule(ctx: MutationCtx, classId: Id<"class">, moduleOrder: number, { title, questions }: CourseModule): Promise<void> {
  const moduleId = await ctx.db.insert("module", { classId, title, order: moduleOrder, questionCount: questions.length });
  for (const [order, { prompt, options: rightFirst, explanation }] of questions.entries()) {
    const options = shuffled(rightFirst, 31 * moduleOrder + 7 * order + rightFirst[0].length);
    await ctx.db.insert("question", { moduleId, order, prompt, options, answer: options.indexOf(rightFirst[0]), explanation, flagCount: 0 });
  }
}

/** Answers as the students' own pages would save them. One transaction does the work of a few students; another follows for the rest. */
export const study = internalMutation({
  args: { userIds: v.array(v.id("users")) },
  returns: v.null(),
  handler: async (ctx, { userIds }) => {
    const questionIds = (await ctx.db.query("question").take(QUESTIONS_MAX)).map(({ _id }) => _id);
    for (const userId of userIds.slice(0, STUDENTS_AT_ONCE)) await answerSome(ctx, userId, questionIds);
    const rest = userIds.slice(STUDENTS_AT_ONCE);
    if (rest.length > 0) await ctx.scheduler.runAfter(0, internal.demo.study, { userIds: rest });
    return null;
  },
});

async function answerSome(ctx: MutationCtx, userId: Id<"users">, questionIds: readonly Id<"question">[]): Promise<void> {
  const chance = (percent: number) => Math.random() * 100 < percent;
  const diligence = ANSWERED_PERCENT_MIN + Math.random() * (ANSWERED_PERCENT_MAX - ANSWERED_PERCENT_MIN);
  for (const questionId of questionIds) {
    if (!chance(diligence)) continue;
    // Each anew: the save before has changed what is kept beside them.
    const [student, question] = [await requireStudent(ctx, userId), (await ctx.db.get(questionId))!];
    const selectedOption = chance(CORRECT_PERCENT) ? question.answer : (question.answer + 1) % question.options.length;
    await saveProgress(ctx, student, question, { selectedOption, isFlagged: chance(FLAGGED_PERCENT) });
  }
}
