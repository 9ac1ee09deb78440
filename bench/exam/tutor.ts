/** The tutor's client: watches all that the tutor's page watches, and every chat, and reports what it sees. */
import type { ConvexClient } from "convex/browser";
import { chatList, chatMessages, chatSend, getExamSessions, leaderboardTop, presenceBeat, presenceList, recentViolations, type ScoreRow } from "./api.js";
import type { Sightings } from "./sightings.js";

export class Tutor {
  /** Chats by student. */
  readonly chats = new Map<string, string>();
  scores: readonly ScoreRow[] = [];
  #present = new Set<string>();
  #violations = new Map<string, number>();

  constructor(
    readonly client: ConvexClient,
    private readonly examId: string,
    private readonly sightings: Sightings,
  ) {}

  /** Resolves with the first results. */
  async watch(): Promise<void> {
    const { client, examId, sightings } = this;
    await client.mutation(presenceBeat, { examId });
    await Promise.all([
      firstOf((seen) => client.onUpdate(getExamSessions, { examId }, (sessions) => {
        for (const { studentId, status, isConnected, violationCount } of sessions) {
          sightings.see(`${studentId} is ${status === "active" ? (isConnected ? "connected" : "disconnected") : status}`);
          const before = this.#violations.get(studentId) ?? 0;
          for (let count = before + 1; count <= violationCount; count++) sightings.see(`${studentId} violation ${count}`);
          this.#violations.set(studentId, violationCount);
        }
        seen();
      })),
      firstOf((seen) => client.onUpdate(recentViolations, { examId }, seen)),
      firstOf((seen) => client.onUpdate(presenceList, { examId }, (present) => {
        const now = new Set(present.map(({ userId }) => userId));
        for (const userId of now) if (!this.#present.has(userId)) sightings.see(`${userId} came`);
        for (const userId of this.#present) if (!now.has(userId)) sightings.see(`${userId} went`);
        this.#present = now;
        seen();
      })),
      firstOf((seen) => client.onUpdate(leaderboardTop, { examId }, (scores) => {
        this.scores = scores;
        for (const { submissionId } of scores) sightings.see(`tutor sees score ${submissionId}`);
        seen();
      })),
      firstOf((seen) => client.onUpdate(chatList, { examId }, (chats) => {
        for (const { _id, studentId } of chats) if (!this.chats.has(studentId)) this.#watchChat(_id, studentId);
        seen();
      })),
    ]);
  }

  async write(studentId: string, clientKey: string): Promise<void> {
    const chatId = this.chats.get(studentId);
    if (chatId === undefined) throw new Error(`The tutor sees no chat of ${studentId}.`);
    await this.client.mutation(chatSend, { chatId, body: `For ${studentId}`, clientKey });
  }

  #watchChat(chatId: string, studentId: string): void {
    this.chats.set(studentId, chatId);
    this.client.onUpdate(chatMessages, { chatId }, (messages) => {
      for (const { clientKey } of messages) this.sightings.see(`tutor reads ${clientKey}`);
    });
  }
}

function firstOf(subscribe: (seen: () => void) => unknown): Promise<void> {
  return new Promise((seen) => subscribe(seen));
}
