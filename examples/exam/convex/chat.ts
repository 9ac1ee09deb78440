/** Chats between a student and the tutors: listing, reading, sending, and who has read what. */
import { v } from "convex/values";
import { mutation, query } from "./_generated/server";
import { findChat, requireChat } from "./model/chats";
import { examError } from "./model/errors";
import { BODY_LENGTH_MAX, CLIENT_KEY_LENGTH_MAX, MESSAGES_LISTED_MAX, READERS_MAX, SESSIONS_LISTED_MAX } from "./model/limits";
import { stopTyping } from "./model/typing";
import { requireStudent, requireTutor } from "./model/viewer";
import { chatDocument, messageDocument } from "./schema";

/** All chats of an exam, for its tutors. */
export const list = query({
  args: { examId: v.string() },
  returns: v.array(chatDocument),
  handler: async (ctx, { examId }) => {
    await requireTutor(ctx, examId);
    return await ctx.db
      .query("chats")
      .withIndex("by_exam_and_student", (q) => q.eq("examId", examId))
      .take(SESSIONS_LISTED_MAX);
  },
});

/** The student's own chat; null until the exam is started. Only its id, so that messages do not change it. */
export const mine = query({
  args: { examId: v.string() },
  returns: v.union(v.id("chats"), v.null()),
  handler: async (ctx, { examId }) => {
    const { userId } = await requireStudent(ctx, examId);
    return (await findChat(ctx, examId, userId))?._id ?? null;
  },
});

/** The newest messages, newest first. */
export const messages = query({
  args: { chatId: v.id("chats") },
  returns: v.array(messageDocument),
  handler: async (ctx, { chatId }) => {
    await requireChat(ctx, chatId);
    return await ctx.db
      .query("messages")
      .withIndex("by_chat", (q) => q.eq("chatId", chatId))
      .order("desc")
      .take(MESSAGES_LISTED_MAX);
  },
});

export const send = mutation({
  args: { chatId: v.id("chats"), body: v.string(), clientKey: v.string() },
  returns: v.id("messages"),
  handler: async (ctx, { chatId, body, clientKey }) => {
    const { chat, viewer } = await requireChat(ctx, chatId);
    const { userId: authorId, name: authorName, role: authorRole } = viewer;
    const message = { chatId, authorId, authorName, authorRole, body: parseBody(body), clientKey: parseClientKey(clientKey), readBy: [] };
    await ctx.db.patch("chats", chatId, {
      lastMessageAt: Date.now(),
      waitingCount: authorRole === "student" ? chat.waitingCount + 1 : chat.waitingCount,
    });
    await stopTyping(ctx, chatId, authorId);
    return await ctx.db.insert("messages", message);
  },
});

/** Adds the caller to the readers of every message so far. */
export const markRead = mutation({
  args: { chatId: v.id("chats") },
  returns: v.null(),
  handler: async (ctx, { chatId }) => {
    const { viewer } = await requireChat(ctx, chatId);
    const { userId, role } = viewer;
    const newest = ctx.db.query("messages").withIndex("by_chat", (q) => q.eq("chatId", chatId));
    for (const { _id, authorId, readBy } of await newest.order("desc").take(MESSAGES_LISTED_MAX)) {
      if (authorId === userId) continue;
      // Everything before one that was read has been read.
      if (readBy.includes(userId)) break;
      if (readBy.length < READERS_MAX) await ctx.db.patch("messages", _id, { readBy: [...readBy, userId] });
    }
    if (role === "tutor") await ctx.db.patch("chats", chatId, { waitingCount: 0 });
    return null;
  },
});

function parseBody(input: string): string {
  const body = input.trim();
  if (body === "") throw examError("EMPTY_BODY", "The message is empty. Write something first.");
  if (body.length > BODY_LENGTH_MAX) throw examError("BODY_TOO_LONG", `The message has ${body.length} characters and ${BODY_LENGTH_MAX} are allowed. Shorten it.`);
  return body;
}

function parseClientKey(clientKey: string): string {
  if (clientKey !== "" && clientKey.length <= CLIENT_KEY_LENGTH_MAX) return clientKey;
  throw examError("INVALID_CLIENT_KEY", `A client key has 1 to ${CLIENT_KEY_LENGTH_MAX} characters.`);
}
