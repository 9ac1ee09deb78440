/** Functions of the app by name: it is deployed from a copy, so its generated `api` is not the one that is deployed. */
import { makeFunctionReference, type FunctionReference } from "convex/server";

type Query<Args extends Record<string, unknown>, Result> = FunctionReference<"query", "public", Args, Result>;
type Mutation<Args extends Record<string, unknown>, Result = null> = FunctionReference<"mutation", "public", Args, Result>;

export interface SessionRow {
  readonly _id: string;
  readonly studentId: string;
  readonly status: "active" | "ended" | "expired";
  readonly isConnected: boolean;
  readonly violationCount: number;
}

export interface MessageRow {
  readonly clientKey: string;
  readonly authorId: string;
}

export interface ScoreRow {
  readonly submissionId: string;
  readonly score: number;
  readonly submittedAt: number;
}

export const startSession: Mutation<{ examId: string }, string> = makeFunctionReference("proctoring:startSession");
export const heartbeat: Mutation<{ sessionId: string }> = makeFunctionReference("proctoring:heartbeat");
export const logViolation: Mutation<{ sessionId: string; kind: "copy" }> = makeFunctionReference("proctoring:logViolation");
export const mySession: Query<{ examId: string }, SessionRow | null> = makeFunctionReference("proctoring:mySession");
export const getExamSessions: Query<{ examId: string }, SessionRow[]> = makeFunctionReference("proctoring:getExamSessions");
export const recentViolations: Query<{ examId: string }, unknown[]> = makeFunctionReference("proctoring:recentViolations");
export const chatList: Query<{ examId: string }, { readonly _id: string; readonly studentId: string }[]> = makeFunctionReference("chat:list");
export const chatMine: Query<{ examId: string }, string | null> = makeFunctionReference("chat:mine");
export const chatMessages: Query<{ chatId: string }, MessageRow[]> = makeFunctionReference("chat:messages");
export const chatSend: Mutation<{ chatId: string; body: string; clientKey: string }, string> = makeFunctionReference("chat:send");
export const presenceBeat: Mutation<{ examId: string }> = makeFunctionReference("presence:beat");
export const presenceLeave: Mutation<{ examId: string }> = makeFunctionReference("presence:leave");
export const presenceList: Query<{ examId: string }, { readonly userId: string }[]> = makeFunctionReference("presence:list");
export const leaderboardTop: Query<{ examId: string }, ScoreRow[]> = makeFunctionReference("leaderboard:top");
/** Internal: no client may call it. */
export const leaderboardRecord: Mutation<Record<string, unknown>> = makeFunctionReference("leaderboard:record");
