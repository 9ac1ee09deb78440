/** A student's client: what the student's page watches and sends. */
import type { ConvexClient } from "convex/browser";
import type { Account } from "../../examples/exam/issuer/accounts.js";
import { chatMessages, chatMine, chatSend, heartbeat, leaderboardTop, logViolation, mySession, presenceBeat, presenceList, startSession } from "./api.js";
import type { Samples } from "../figures.js";
import { delay, type Sightings } from "./sightings.js";
import type { Times } from "./times.js";

export class Student {
  #sessionId: string | null = null;
  #chatId: string | null = null;
  #violations = 0;
  /** When the last heartbeat that was accepted was sent: the server took it then or later. */
  lastBeatAt = 0;

  constructor(
    readonly account: Account,
    readonly client: ConvexClient,
    private readonly examId: string,
    private readonly sightings: Sightings,
  ) {}

  get id(): string {
    return this.account.id;
  }

  /** Resolves when the session has begun and its chat is open. */
  async enter(): Promise<void> {
    const { client, examId, sightings } = this;
    client.onUpdate(mySession, { examId }, () => undefined);
    client.onUpdate(presenceList, { examId }, () => undefined);
    client.onUpdate(leaderboardTop, { examId }, (scores) => {
      for (const { submissionId } of scores) sightings.see(`${this.id} sees score ${submissionId}`);
    });
    this.lastBeatAt = Date.now();
    this.#sessionId = await client.mutation(startSession, { examId });
    this.#chatId = await client.query(chatMine, { examId });
    client.onUpdate(chatMessages, { chatId: this.#chat() }, (messages) => {
      for (const { clientKey } of messages) sightings.see(`${this.id} reads ${clientKey}`);
    });
  }

  async bePresent(): Promise<void> {
    await this.client.mutation(presenceBeat, { examId: this.examId });
  }

  async beat(samples: Samples): Promise<void> {
    const startMs = performance.now();
    const sentAt = Date.now();
    try {
      await this.client.mutation(heartbeat, { sessionId: this.#session() });
      samples.add(performance.now() - startMs);
      this.lastBeatAt = sentAt;
    } catch {
      samples.failed++;
    }
  }

  /** The error of a heartbeat right after another one; null when it was accepted. */
  async beatTooSoon(): Promise<unknown> {
    try {
      await this.client.mutation(heartbeat, { sessionId: this.#session() });
      return null;
    } catch (error) {
      return error;
    }
  }

  /** Resolves at the end of the window. The first beat comes after `firstDelayMs`; the chip has one with every second. Goes on when one fails. */
  async beatUntil(endAt: number, everyMs: number, firstDelayMs: number, { heartbeat: samples, calls }: Times): Promise<void> {
    let beats = 0;
    for (let nextAt = Date.now() + firstDelayMs; nextAt < endAt; nextAt += everyMs) {
      await delay(nextAt - Date.now());
      await this.beat(samples);
      if (beats++ % 2 === 0) await calls.count(this.bePresent()).catch(() => undefined);
    }
  }

  async write(clientKey: string): Promise<void> {
    await this.client.mutation(chatSend, { chatId: this.#chat(), body: `From ${this.id}`, clientKey });
  }

  /** Expects the tutor to see it. */
  async violate(samples: Samples, timeoutMs: number): Promise<void> {
    const key = `${this.id} violation ${++this.#violations}`;
    this.sightings.expect(key, samples, timeoutMs);
    await this.client.mutation(logViolation, { sessionId: this.#session(), kind: "copy" });
  }

  #session(): string {
    if (this.#sessionId === null) throw new Error(`${this.id} has no session yet.`);
    return this.#sessionId;
  }

  #chat(): string {
    if (this.#chatId === null) throw new Error(`${this.id} has no chat yet.`);
    return this.#chatId;
  }
}
