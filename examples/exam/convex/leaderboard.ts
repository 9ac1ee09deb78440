/** The ranking of an exam. Clients read it; scores come in through `POST /scores` (`http.ts`) and in no other way. */
import { v } from "convex/values";
import { internalMutation, query } from "./_generated/server";
import { LEADERBOARD_LISTED_MAX } from "./model/limits";
import { requireMember } from "./model/viewer";
import { scoreArguments } from "./schema";

/** The best scores; of equal ones the earlier submission comes first. */
export const top = query({
  args: { examId: v.string() },
  returns: v.array(
    v.object({
      submissionId: v.string(),
      studentId: v.string(),
      studentName: v.string(),
      score: v.number(),
      submittedAt: v.number(),
    }),
  ),
  handler: async (ctx, { examId }) => {
    await requireMember(ctx, examId);
    const scores = await ctx.db
      .query("scores")
      .withIndex("by_exam_and_rank", (q) => q.eq("examId", examId))
      .take(LEADERBOARD_LISTED_MAX);
    return scores.map(({ submissionId, studentId, studentName, score, submittedAt }) => ({ submissionId, studentId, studentName, score, submittedAt }));
  },
});

/**
 * Records a score whose signature was verified. The signature is used up; a submission that is known stays as it is,
 * so that a grader may send a score again under a new signature when it saw no answer.
 */
export const record = internalMutation({
  args: { signature: v.string(), score: scoreArguments },
  returns: v.union(v.literal("recorded"), v.literal("duplicate"), v.literal("replayed")),
  handler: async (ctx, { signature, score }) => {
    const used = await ctx.db
      .query("scoreRequests")
      .withIndex("by_signature", (q) => q.eq("signature", signature))
      .unique();
    if (used !== null) return "replayed";
    await ctx.db.insert("scoreRequests", { signature });
    const known = await ctx.db
      .query("scores")
      .withIndex("by_submission", (q) => q.eq("submissionId", score.submissionId))
      .unique();
    if (known !== null) return "duplicate";
    // Subtracted and not negated: there is no minus zero then.
    await ctx.db.insert("scores", { ...score, rankKey: 0 - score.score });
    return "recorded";
  },
});
