/** Sessions of an exam: starting and ending, heartbeats, violations, and what tutors see of them. */
import { ConvexError, v } from "convex/values";
import type { Doc, Id } from "./_generated/dataModel";
import { mutation, query } from "./_generated/server";
import type { MutationCtx, QueryCtx } from "./_generated/server";
import { openChat } from "./model/chats";
import { examError } from "./model/errors";
import type { ExamErrorData } from "./model/errors";
import { forget, lastSeenOf, markSeen } from "./model/lastSeen";
import { SESSIONS_LISTED_MAX, VIOLATIONS_LISTED_MAX, VIOLATIONS_PER_SESSION_MAX } from "./model/limits";
import { timing } from "./model/timing";
import { requireStudent, requireTutor, requireViewer } from "./model/viewer";
import { sessionDocument, violationDocument, violationKind } from "./schema";

/**
 * Begins the student's session, or takes it up again after a reload or an expiry: there is one per student and exam. An
 * ended one stays ended.
 */
export const startSession = mutation({
  args: { examId: v.string() },
  returns: v.id("examSessions"),
  handler: async (ctx, { examId }) => {
    const { userId: studentId, name: studentName } = await requireStudent(ctx, examId);
    const session = await findSession(ctx, examId, studentId);
    if (session?.status === "ended") throw examError("SESSION_OVER", "You have handed in this exam. It cannot be started again.");
    await openChat(ctx, { examId, studentId, studentName });
    const now = Date.now();
    const present = { status: "active", isConnected: true, endedAt: null } as const;
    const isBack = session !== null && (session.status !== "active" || !session.isConnected);
    if (isBack) await ctx.db.patch("examSessions", session._id, { ...present, connectionChangedAt: now });
    const sessionId =
      session?._id ??
      (await ctx.db.insert("examSessions", { examId, studentId, studentName, ...present, connectionChangedAt: now, startedAt: now, violationCount: 0 }));
    await markSeen(ctx, { kind: "session", id: sessionId });
    return sessionId;
  },
});

/** "I am still here". Writes the session itself only when that changes what is known of it. */
export const heartbeat = mutation({
  args: { sessionId: v.id("examSessions") },
  returns: v.null(),
  handler: async (ctx, { sessionId }) => {
    const session = await requireActiveSession(ctx, sessionId);
    const subject = { kind: "session", id: sessionId } as const;
    const now = Date.now();
    const retryAfterMs = ((await lastSeenOf(ctx, subject))?.at ?? 0) + timing().heartbeatGapMsMin - now;
    if (retryAfterMs > 0) throw tooSoon(retryAfterMs);
    await markSeen(ctx, subject);
    if (!session.isConnected) await ctx.db.patch("examSessions", sessionId, { isConnected: true, connectionChangedAt: now });
    return null;
  },
});

export const logViolation = mutation({
  args: { sessionId: v.id("examSessions"), kind: violationKind },
  returns: v.null(),
  handler: async (ctx, { sessionId, kind }) => {
    const { examId, studentName, violationCount } = await requireActiveSession(ctx, sessionId);
    if (violationCount >= VIOLATIONS_PER_SESSION_MAX) {
      throw examError("TOO_MANY_VIOLATIONS", `A session keeps ${VIOLATIONS_PER_SESSION_MAX} violations; further ones are not recorded.`);
    }
    await ctx.db.insert("violations", { examId, sessionId, studentName, kind });
    await ctx.db.patch("examSessions", sessionId, { violationCount: violationCount + 1 });
    return null;
  },
});

/** Hands in. Does nothing when it has been done, so that it may be called twice. */
export const endSession = mutation({
  args: { sessionId: v.id("examSessions") },
  returns: v.null(),
  handler: async (ctx, { sessionId }) => {
    const session = await requireOwnSession(ctx, sessionId);
    if (session.status === "ended") return null;
    await ctx.db.patch("examSessions", sessionId, { status: "ended", endedAt: Date.now() });
    await forget(ctx, { kind: "session", id: sessionId });
    return null;
  },
});

/** The student's own session, null before its start. */
export const mySession = query({
  args: { examId: v.string() },
  returns: v.union(sessionDocument, v.null()),
  handler: async (ctx, { examId }) => await findSession(ctx, examId, (await requireStudent(ctx, examId)).userId),
});

/** All sessions of an exam, for its tutors. */
export const getExamSessions = query({
  args: { examId: v.string() },
  returns: v.array(sessionDocument),
  handler: async (ctx, { examId }) => {
    await requireTutor(ctx, examId);
    return await ctx.db
      .query("examSessions")
      .withIndex("by_exam_and_student", (q) => q.eq("examId", examId))
      .take(SESSIONS_LISTED_MAX);
  },
});

/** The newest violations of an exam, or of one session of it. */
export const recentViolations = query({
  args: { examId: v.string(), sessionId: v.optional(v.id("examSessions")) },
  returns: v.array(violationDocument),
  handler: async (ctx, { examId, sessionId }) => {
    await requireTutor(ctx, examId);
    if (sessionId === undefined) {
      const ofExam = ctx.db.query("violations").withIndex("by_exam", (q) => q.eq("examId", examId));
      return await ofExam.order("desc").take(VIOLATIONS_LISTED_MAX);
    }
    const session = await ctx.db.get("examSessions", sessionId);
    if (session?.examId !== examId) throw examError("SESSION_NOT_FOUND", "There is no such session in this exam.");
    const ofSession = ctx.db.query("violations").withIndex("by_session", (q) => q.eq("sessionId", sessionId));
    return await ofSession.order("desc").take(VIOLATIONS_LISTED_MAX);
  },
});

async function findSession(ctx: QueryCtx, examId: string, studentId: string): Promise<Doc<"examSessions"> | null> {
  return await ctx.db
    .query("examSessions")
    .withIndex("by_exam_and_student", (q) => q.eq("examId", examId).eq("studentId", studentId))
    .unique();
}

/** A session of somebody else is told apart from none by nobody. */
async function requireOwnSession(ctx: MutationCtx, sessionId: Id<"examSessions">): Promise<Doc<"examSessions">> {
  const { userId } = await requireViewer(ctx);
  const session = await ctx.db.get("examSessions", sessionId);
  if (session?.studentId !== userId) throw examError("SESSION_NOT_FOUND", "You have no such session. Start the exam again.");
  return session;
}

async function requireActiveSession(ctx: MutationCtx, sessionId: Id<"examSessions">): Promise<Doc<"examSessions">> {
  const session = await requireOwnSession(ctx, sessionId);
  if (session.status === "active") return session;
  const mend = session.status === "expired" ? "It expired while you were away: start it again." : "You have handed in.";
  throw examError("SESSION_OVER", `This session is over. ${mend}`);
}

function tooSoon(retryAfterMs: number): ConvexError<ExamErrorData> {
  return new ConvexError({ code: "TOO_SOON", message: `The last heartbeat is too recent. Send the next in ${Math.ceil(retryAfterMs)} ms.`, retryAfterMs });
}
