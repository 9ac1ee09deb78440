/** Chats as other functions need them: opening one, and who may take part. */
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { examError } from "./errors";
import { requireMember, requireViewer } from "./viewer";
import type { Viewer } from "./viewer";

interface ChatOf {
  examId: string;
  studentId: string;
  studentName: string;
}

/** Each student has one chat with the tutors of an exam, made when the exam is started. */
export async function openChat(ctx: MutationCtx, { examId, studentId, studentName }: ChatOf): Promise<void> {
  if ((await findChat(ctx, examId, studentId)) !== null) return;
  await ctx.db.insert("chats", { examId, studentId, studentName, lastMessageAt: null, waitingCount: 0 });
}

export async function findChat(ctx: QueryCtx, examId: string, studentId: string): Promise<Doc<"chats"> | null> {
  return await ctx.db
    .query("chats")
    .withIndex("by_exam_and_student", (q) => q.eq("examId", examId).eq("studentId", studentId))
    .unique();
}

/** The chat and the caller, who is its student or a tutor of its exam. */
export async function requireChat(ctx: QueryCtx, chatId: Id<"chats">): Promise<{ chat: Doc<"chats">; viewer: Viewer }> {
  await requireViewer(ctx);
  const chat = await ctx.db.get("chats", chatId);
  if (chat === null) throw chatNotFound();
  const viewer = await requireMember(ctx, chat.examId);
  if (viewer.role === "student" && viewer.userId !== chat.studentId) throw chatNotFound();
  return { chat, viewer };
}

function chatNotFound() {
  return examError("CHAT_NOT_FOUND", "There is no such chat. Open it again from the list.");
}
