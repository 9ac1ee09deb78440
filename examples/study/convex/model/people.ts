/** Who calls, and who joins. Functions are told by an id, and refuse ids of nobody, or of somebody of the wrong role. */
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { studyError } from "./errors";

export type Student = Doc<"users"> & { rosterNumber: number };

export async function requireStudent(ctx: QueryCtx, userId: Id<"users">): Promise<Student> {
  const user = await ctx.db.get(userId);
  if (user === null) throw studyError("NOT_FOUND", "There is no such student any more. Enter again.");
  const { rosterNumber } = user;
  if (rosterNumber === null) throw studyError("NOT_ALLOWED", "Only students answer questions. Enter as a student.");
  return { ...user, rosterNumber };
}

/** A student gets the next number of the roster, in the same transaction: numbers have no gaps and nobody shares one. */
export async function addUser(ctx: MutationCtx, cohortId: Id<"cohort">, name: string, userRole: "student" | "admin"): Promise<Id<"users">> {
  const fields = { cohortId, name, role: userRole, progressStats: { answered: 0, correct: 0, flagged: 0 } };
  if (userRole === "admin") return await ctx.db.insert("users", { ...fields, rosterNumber: null });
  const cohort = await ctx.db.get(cohortId);
  if (cohort === null) throw studyError("NOT_FOUND", "There is no such cohort any more.");
  const students = cohort.stats.students + 1;
  await ctx.db.patch(cohortId, { stats: { ...cohort.stats, students } });
  return await ctx.db.insert("users", { ...fields, rosterNumber: students });
}
