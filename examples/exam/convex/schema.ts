/**
 * The tables, and the shapes in which their documents leave the functions.
 *
 * What changes with every heartbeat (`lastSeen`) is kept apart from what is watched (`examSessions`, `presence`, `typing`):
 * a hundred students who are still there write a hundred documents every ten seconds, and re-run no query.
 */
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export const role = v.union(v.literal("student"), v.literal("tutor"));
export const violationKind = v.union(v.literal("tab_hidden"), v.literal("focus_lost"), v.literal("copy"), v.literal("paste"));

/** Ids of exams, students and submissions are those of the exam system: plain text here. */
const sessionFields = {
  examId: v.string(),
  studentId: v.string(),
  studentName: v.string(),
  status: v.union(v.literal("active"), v.literal("ended"), v.literal("expired")),
  /** False after two missed heartbeats, true again with the next. */
  isConnected: v.boolean(),
  connectionChangedAt: v.number(),
  startedAt: v.number(),
  endedAt: v.union(v.number(), v.null()),
  /** Kept with each violation, so that the tutor's list reads one range and not one per student. */
  violationCount: v.number(),
};

const violationFields = {
  examId: v.string(),
  sessionId: v.id("examSessions"),
  studentName: v.string(),
  kind: violationKind,
};

const chatFields = {
  examId: v.string(),
  studentId: v.string(),
  studentName: v.string(),
  lastMessageAt: v.union(v.number(), v.null()),
  /** Messages of the student that no tutor has read. */
  waitingCount: v.number(),
};

const messageFields = {
  chatId: v.id("chats"),
  authorId: v.string(),
  authorName: v.string(),
  authorRole: role,
  body: v.string(),
  /** Made by the sender, once per message: it ties the optimistic row to the stored one. */
  clientKey: v.string(),
  /** Ids of those who have read it, without its author. */
  readBy: v.array(v.string()),
};

const scoreFields = {
  examId: v.string(),
  submissionId: v.string(),
  studentId: v.string(),
  studentName: v.string(),
  score: v.number(),
  submittedAt: v.number(),
};

/** Whose silence is noticed. */
export const subject = v.union(
  v.object({ kind: v.literal("session"), id: v.id("examSessions") }),
  v.object({ kind: v.literal("presence"), id: v.id("presence") }),
  v.object({ kind: v.literal("typing"), id: v.id("typing") }),
);

export const sessionDocument = v.object({ _id: v.id("examSessions"), _creationTime: v.number(), ...sessionFields });
export const violationDocument = v.object({ _id: v.id("violations"), _creationTime: v.number(), ...violationFields });
export const chatDocument = v.object({ _id: v.id("chats"), _creationTime: v.number(), ...chatFields });
export const messageDocument = v.object({ _id: v.id("messages"), _creationTime: v.number(), ...messageFields });
export const scoreArguments = v.object(scoreFields);

export default defineSchema({
  examSessions: defineTable(sessionFields).index("by_exam_and_student", ["examId", "studentId"]),
  violations: defineTable(violationFields).index("by_exam", ["examId"]).index("by_session", ["sessionId"]),

  chats: defineTable(chatFields).index("by_exam_and_student", ["examId", "studentId"]),
  messages: defineTable(messageFields).index("by_chat", ["chatId"]),
  typing: defineTable({ chatId: v.id("chats"), userId: v.string(), name: v.string() }).index("by_chat_and_user", ["chatId", "userId"]),
  presence: defineTable({ examId: v.string(), role, userId: v.string(), name: v.string() }).index("by_exam_and_user", ["examId", "role", "userId"]),

  lastSeen: defineTable({
    subject,
    at: v.number(),
    /** The scheduled look at it; null once its silence was noticed. */
    checkId: v.union(v.id("_scheduled_functions"), v.null()),
  })
    .index("by_subject", ["subject.id"])
    .index("by_kind_and_time", ["subject.kind", "at"]),

  scores: defineTable({
    ...scoreFields,
    /** The score negated: an index has one direction, and ranks go down by score and up by time. */
    rankKey: v.number(),
  })
    .index("by_exam_and_rank", ["examId", "rankKey", "submittedAt"])
    .index("by_submission", ["submissionId"]),
  /** Signatures that were used, so that nobody uses one twice. */
  scoreRequests: defineTable({ signature: v.string() }).index("by_signature", ["signature"]),
});
