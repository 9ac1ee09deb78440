/** For the operator's command line: `npx convex run admin:audit` adds everything up again, and names every sum that is wrong. */
import { v } from "convex/values";
import type { Doc } from "./_generated/dataModel";
import { internalQuery } from "./_generated/server";
import type { QueryCtx } from "./_generated/server";
import { awardsOf } from "./model/badges";

const DOCUMENTS_MAX = 8_000;

/** Reads all progress of the first cohort: not for a page. */
export const audit = internalQuery({
  args: {},
  returns: v.object({ records: v.number(), wrong: v.array(v.string()) }),
  handler: async (ctx) => {
    const wrong: string[] = [];
    const cohort = await ctx.db.query("cohort").first();
    if (cohort === null) return { records: 0, wrong };
    const records = await ctx.db.query("userProgress").take(DOCUMENTS_MAX);
    const expect = (what: string, kept: unknown, counted: unknown) => {
      if (JSON.stringify(kept) !== JSON.stringify(counted)) wrong.push(`${what}: kept ${JSON.stringify(kept)}, counted ${JSON.stringify(counted)}`);
    };
    const students = await ctx.db
      .query("users")
      .withIndex("by_cohort_rosterNumber", (q) => q.eq("cohortId", cohort._id).gt("rosterNumber", 0))
      .take(DOCUMENTS_MAX);
    for (const student of students) await auditStudent(ctx, student, records.filter(({ userId }) => userId === student._id), expect);
    for (const { _id, flagCount } of await ctx.db.query("question").take(DOCUMENTS_MAX)) {
      expect(`flagCount of question ${_id}`, flagCount, records.filter(({ questionId, isFlagged }) => questionId === _id && isFlagged).length);
    }
    const { students: kept, ...stats } = cohort.stats;
    expect("students of the cohort", kept, students.length);
    expect("stats of the cohort", sorted(stats), sorted(sumsOf(records)));
    return { records: records.length, wrong };
  },
});

type Expect = (what: string, kept: unknown, counted: unknown) => void;

async function auditStudent(ctx: QueryCtx, student: Doc<"users">, records: readonly Doc<"userProgress">[], expect: Expect): Promise<void> {
  const sums = sumsOf(records);
  expect(`progressStats of ${student.name}`, sorted(student.progressStats), sorted(sums));
  const kept = await ctx.db
    .query("userBadgeMetrics")
    .withIndex("by_user", (q) => q.eq("userId", student._id))
    .unique();
  const { answered = 0, correct = 0, flagged = 0 } = kept?.metrics ?? {};
  expect(`badge metrics of ${student.name}`, { answered, correct, flagged }, sums);
  const badges = (await awardsOf(ctx, student._id)).map(({ badge }) => badge);
  expect(`badges of ${student.name}`, badges.includes("first_step") || sums.answered === 0, true);
}

function sumsOf(records: readonly Doc<"userProgress">[]) {
  return {
    answered: records.filter(({ selectedOption }) => selectedOption !== null).length,
    correct: records.filter(({ isCorrect }) => isCorrect).length,
    flagged: records.filter(({ isFlagged }) => isFlagged).length,
  };
}

function sorted(sums: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(sums).sort(([a], [b]) => (a < b ? -1 : 1));
}
