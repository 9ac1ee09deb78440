/** Work that learners hand in, and the grades for it. */
import { paginationOptsValidator } from "convex/server";
import { v } from "convex/values";
import type { Doc, Id } from "./_generated/dataModel";
import { mutation, query } from "./_generated/server";
import type { MutationCtx } from "./_generated/server";
import { requireAssignment, requireLearnerOf, requireTeacherOf } from "./model/access";
import { nameOf } from "./model/courses";
import { lmsError } from "./model/errors";
import { FEEDBACK_LENGTH_MAX, FILE_BYTES_MAX, FILE_NAME_LENGTH_MAX, WORK_LENGTH_MAX } from "./model/limits";
import { boundedPage } from "./model/pages";
import { gradeOf, shownSubmission, submissionOf } from "./model/submissions";
import { requireInteger, requireLine, requireText } from "./model/text";

/** The caller's own; null before they handed anything in. */
export const mine = query({
  args: { assignmentId: v.id("assignments") },
  handler: async (ctx, { assignmentId }) => {
    const { user } = await requireAssignment(ctx, assignmentId);
    const submission = await submissionOf(ctx, assignmentId, user._id);
    return submission === null ? null : await shownSubmission(ctx, submission);
  },
});

/** All of an assignment, for the teacher: those that wait for a grade first, the longest waiting first. */
export const list = query({
  args: { assignmentId: v.id("assignments"), paginationOpts: paginationOptsValidator },
  handler: async (ctx, { assignmentId, paginationOpts }) => {
    const { assignment } = await requireAssignment(ctx, assignmentId);
    await requireTeacherOf(ctx, assignment.courseId);
    const submissions = await ctx.db
      .query("submissions")
      .withIndex("by_assignment_graded", (q) => q.eq("assignmentId", assignmentId))
      .paginate(boundedPage(paginationOpts));
    return { ...submissions, page: await Promise.all(submissions.page.map(async (submission) => ({ ...(await shownSubmission(ctx, submission)), learner: await nameOf(ctx, submission.userId) }))) };
  },
});

export const generateUploadUrl = mutation({
  args: { assignmentId: v.id("assignments") },
  handler: async (ctx, { assignmentId }) => {
    const { assignment } = await requireAssignment(ctx, assignmentId);
    await requireLearnerOf(ctx, assignment.courseId);
    return await ctx.storage.generateUploadUrl();
  },
});

/** In place of what was handed in before. What has a grade stays as it was graded. */
export const submit = mutation({
  args: { assignmentId: v.id("assignments"), text: v.string(), file: v.union(v.object({ storageId: v.id("_storage"), name: v.string() }), v.null()) },
  handler: async (ctx, { assignmentId, text, file: upload }) => {
    const { assignment, user } = await requireAssignment(ctx, assignmentId);
    await requireLearnerOf(ctx, assignment.courseId);
    const before = await submissionOf(ctx, assignmentId, user._id);
    if (before !== null && before.isGraded) throw lmsError("CONFLICT", "This work has been graded and can't be changed any more.");
    const submittedAt = Date.now();
    const work = {
      text: requireText("Your work", text, WORK_LENGTH_MAX),
      file: upload === null ? null : await takenFile(ctx, upload, before),
      submittedAt,
      isLate: assignment.dueAt !== null && submittedAt > assignment.dueAt,
      isGraded: false,
    };
    if (before === null) return await ctx.db.insert("submissions", { assignmentId, courseId: assignment.courseId, userId: user._id, ...work });
    if (before.file !== null && before.file.storageId !== work.file?.storageId) await ctx.storage.delete(before.file.storageId);
    await ctx.db.patch(before._id, work);
    return before._id;
  },
});

/** Of the course's teacher; a grade may be changed. */
export const grade = mutation({
  args: { submissionId: v.id("submissions"), points: v.number(), feedback: v.string() },
  handler: async (ctx, { submissionId, points, feedback }) => {
    const submission = await ctx.db.get(submissionId);
    if (submission === null) throw lmsError("NOT_FOUND", "There is no such submission any more.");
    const { courseId, assignmentId, userId } = submission;
    await requireTeacherOf(ctx, courseId);
    const { assignment } = await requireAssignment(ctx, assignmentId);
    if (feedback.length > FEEDBACK_LENGTH_MAX) throw lmsError("INVALID", `Feedback has at most ${FEEDBACK_LENGTH_MAX} characters.`);
    const given = { points: requireInteger("Points", points, 0, assignment.pointsMax), feedback: feedback.trim(), gradedAt: Date.now() };
    const before = await gradeOf(ctx, submissionId);
    if (before === null) await ctx.db.insert("grades", { submissionId, assignmentId, courseId, userId, ...given });
    else await ctx.db.patch(before._id, given);
    await ctx.db.patch(submissionId, { isGraded: true });
  },
});

/** A file is taken once: an id that is guessed or used already brings nobody another's work. */
async function takenFile(ctx: MutationCtx, { storageId, name }: { storageId: Id<"_storage">; name: string }, before: Doc<"submissions"> | null): Promise<NonNullable<Doc<"submissions">["file"]>> {
  const file = await ctx.db.system.get("_storage", storageId);
  if (file === null) throw lmsError("NOT_FOUND", "The upload is not there. Choose the file again.");
  if (file.size > FILE_BYTES_MAX) throw lmsError("LIMIT_REACHED", `A file may have ${FILE_BYTES_MAX / 1024 / 1024} MiB. Hand in a smaller one.`);
  const user = await ctx.db
    .query("submissions")
    .withIndex("by_file", (q) => q.eq("file.storageId", storageId))
    .first();
  if (user !== null && user._id !== before?._id) throw lmsError("NOT_ALLOWED", "This file belongs to another submission. Choose the file again.");
  return { storageId, name: requireLine("The file's name", name, FILE_NAME_LENGTH_MAX), bytes: file.size };
}
