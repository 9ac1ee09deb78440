/** Who has the exam open. Somebody is here until they leave or are silent for a minute (`silence.ts`). */
import { v } from "convex/values";
import type { Doc } from "./_generated/dataModel";
import { mutation, query } from "./_generated/server";
import type { MutationCtx } from "./_generated/server";
import { forget, markSeen } from "./model/lastSeen";
import { PRESENCE_LISTED_MAX } from "./model/limits";
import { requireMember } from "./model/viewer";
import type { Viewer } from "./model/viewer";
import { role } from "./schema";

/** "I am here": the first call makes the chip appear, further ones keep it. */
export const beat = mutation({
  args: { examId: v.string() },
  returns: v.null(),
  handler: async (ctx, { examId }) => {
    const viewer = await requireMember(ctx, examId);
    const { userId, name, role } = viewer;
    const row = await findPresence(ctx, examId, viewer);
    const id = row?._id ?? (await ctx.db.insert("presence", { examId, userId, name, role }));
    await markSeen(ctx, { kind: "presence", id });
    return null;
  },
});

export const leave = mutation({
  args: { examId: v.string() },
  returns: v.null(),
  handler: async (ctx, { examId }) => {
    const row = await findPresence(ctx, examId, await requireMember(ctx, examId));
    if (row === null) return null;
    await forget(ctx, { kind: "presence", id: row._id });
    await ctx.db.delete("presence", row._id);
    return null;
  },
});

/** Tutors see everybody. Students see the tutors: who else sits the exam is none of their business. */
export const list = query({
  args: { examId: v.string() },
  returns: v.array(v.object({ userId: v.string(), name: v.string(), role })),
  handler: async (ctx, { examId }) => {
    const viewer = await requireMember(ctx, examId);
    const rows = await ctx.db
      .query("presence")
      .withIndex("by_exam_and_user", (q) => {
        const ofExam = q.eq("examId", examId);
        return viewer.role === "tutor" ? ofExam : ofExam.eq("role", "tutor");
      })
      .take(PRESENCE_LISTED_MAX);
    return rows.map(({ userId, name, role }) => ({ userId, name, role }));
  },
});

async function findPresence(ctx: MutationCtx, examId: string, { role, userId }: Viewer): Promise<Doc<"presence"> | null> {
  return await ctx.db
    .query("presence")
    .withIndex("by_exam_and_user", (q) => q.eq("examId", examId).eq("role", role).eq("userId", userId))
    .unique();
}
