/**
 * The people of one exam, and what they do in a window of it:
 *
 *     ├ heartbeats of everybody, chat both ways, violations, scores, presence
 *     └ some vanish, are seen as disconnected, and come back
 *
 * Every phase begins and ends with half an interval of heartbeats in which there is none, so that one may follow another. Times go
 * where the caller of a phase wants them; goals are the caller's as well.
 */
import { DEMO_EXAM, studentAccount, tutorAccount, type Account } from "../../examples/exam/issuer/accounts.js";
import { signedScore, type Score } from "../../examples/exam/grader/sign.js";
import type { ConvexClient } from "convex/browser";
import { presenceLeave } from "./api.js";
import { postScore } from "./checks.js";
import type { Samples } from "../figures.js";
import { SIGNING_KEY, type Platform } from "./platform.js";
import { delay, Sightings } from "./sightings.js";
import { Student } from "./student.js";
import { CHAT_GOAL_MS, CHIP_GOAL_MS, CRON_MS, PATIENCE, SCORE_GOAL_MS, SEEN_GOAL_MS, type Times } from "./times.js";
import { Tutor } from "./tutor.js";

const ENTERING_AT_ONCE = 10;
/** How many of all students vanish and come back. */
const VANISHING_PART = 0.05;
const EVERY_MS = { message: 200, violation: 250, score: 2_000, presence: 2_000 } as const;
/** Scores repeat, so that the time of submission decides as well. */
const POINTS = [62.5, 88, 71, 88, 95];
/** The ranking shows as many. When there are more, only the best still come into it. */
const RANKED = 100;

export interface People {
  readonly students: number;
  readonly heartbeatMs: number;
}

export class ExamLoad {
  /** All that were sent. */
  readonly scores: Score[] = [];
  readonly #students: Student[] = [];
  #turn = 0;

  private constructor(
    private readonly platform: Platform,
    private readonly heartbeatMs: number,
    readonly tutor: Tutor,
    private readonly sightings: Sightings,
  ) {}

  /** Resolves when everybody has begun. */
  static async enter(platform: Platform, { students, heartbeatMs }: People, times: Times): Promise<ExamLoad> {
    const sightings = new Sightings();
    const tutor = new Tutor(await clientOf(platform, tutorAccount()), DEMO_EXAM, sightings);
    await tutor.watch();
    const load = new ExamLoad(platform, heartbeatMs, tutor, sightings);
    await load.#enter(students, times);
    return load;
  }

  /** Those who are there. */
  get students(): readonly Student[] {
    return this.#students;
  }

  /** One of them is never heard of again: disconnected, without a chip, and in the end expired. */
  loseOne(times: Times): void {
    const { heartbeatMs } = this;
    const { id, lastBeatAt, client } = this.#students.shift()!;
    void client.close();
    this.sightings.expect(`${id} is disconnected`, times.disconnected, PATIENCE * SEEN_GOAL_MS, lastBeatAt + 2 * heartbeatMs);
    this.sightings.expect(`${id} went`, times.chipExpired, PATIENCE * CHIP_GOAL_MS, lastBeatAt + 6 * heartbeatMs);
    this.sightings.expect(`${id} is expired`, times.stale, 2 * CRON_MS, lastBeatAt + 12 * heartbeatMs);
  }

  /** A heartbeat of each, spread over half an interval. */
  async round(samples: Samples): Promise<void> {
    await delay(this.heartbeatMs / 2);
    const spreadMs = this.heartbeatMs / 2;
    await Promise.all(
      this.#students.map(async (student, index) => {
        await delay((index / this.#students.length) * spreadMs);
        await student.beat(samples);
      }),
    );
  }

  async keepBeating(samples: Samples, isOver: () => boolean): Promise<void> {
    while (!isOver()) await this.round(samples);
  }

  /** Resolves when nothing is expected any more; what was given up counts as failed. */
  async settle(samples: Samples): Promise<void> {
    await Promise.all([this.sightings.settle(), this.keepBeating(samples, () => this.sightings.isSettled)]);
  }

  /** Who vanishes is away for two intervals and a half, however short the window. Calls that fail are counted in `times`. */
  async window(seconds: number, times: Times): Promise<void> {
    const endAt = Date.now() + 1_000 * seconds;
    const students = this.#students;
    const vanishing = students.slice(0, Math.max(1, Math.round(VANISHING_PART * students.length)));
    const staying = students.slice(vanishing.length);
    const phase = (index: number) => this.heartbeatMs * (0.5 + index / students.length);
    await Promise.all([
      ...staying.map((student, index) => student.beatUntil(endAt, this.heartbeatMs, phase(index), times)),
      ...vanishing.map((student) => this.#vanishAndReturn(student, endAt, times)),
      this.#every(EVERY_MS.message, endAt, () => this.#write(this.#next(staying), times)),
      this.#every(EVERY_MS.violation, endAt, () => times.calls.count(this.#next(staying).violate(times.violation, PATIENCE * SEEN_GOAL_MS))),
      this.#every(EVERY_MS.score, endAt, () => this.#score(this.#next(staying), times)),
      this.#every(EVERY_MS.presence, endAt, () => this.#leaveAndCome(this.#next(staying), times)),
    ]);
  }

  /** The error of the second of two heartbeats in a row; null when it was accepted. */
  async beatTwice(student: Student, samples: Samples): Promise<unknown> {
    await delay(this.heartbeatMs / 2);
    await student.beat(samples);
    return await student.beatTooSoon();
  }

  async #enter(count: number, times: Times): Promise<void> {
    for (let first = 1; first <= count; first += ENTERING_AT_ONCE) {
      const numbers = Array.from({ length: Math.min(ENTERING_AT_ONCE, count - first + 1) }, (_, index) => first + index);
      this.#students.push(...(await Promise.all(numbers.map((number) => this.#enterStudent(studentAccount(number), times)))));
    }
  }

  async #enterStudent(account: Account, times: Times): Promise<Student> {
    const student = new Student(account, await clientOf(this.platform, account), DEMO_EXAM, this.sightings);
    await student.enter();
    this.sightings.expect(`${account.id} came`, times.chipCame, PATIENCE * CHIP_GOAL_MS);
    await student.bePresent();
    return student;
  }

  async #vanishAndReturn(student: Student, endAt: number, times: Times): Promise<void> {
    const { heartbeatMs } = this;
    const { id } = student;
    await delay(heartbeatMs / 2);
    await student.beat(times.heartbeat);
    this.sightings.expect(`${id} is disconnected`, times.disconnected, PATIENCE * SEEN_GOAL_MS, student.lastBeatAt + 2 * heartbeatMs);
    await delay(2.5 * heartbeatMs);
    this.sightings.expect(`${id} is connected`, times.recovered, PATIENCE * SEEN_GOAL_MS);
    await student.beat(times.heartbeat);
    await student.beatUntil(endAt, heartbeatMs, heartbeatMs, times);
  }

  /** From the student and from the tutor by turns. */
  async #write(student: Student, times: Times): Promise<void> {
    const clientKey = `m${this.#turn}`;
    const isFromStudent = this.#turn % 2 === 0;
    this.sightings.expect(`${isFromStudent ? "tutor" : student.id} reads ${clientKey}`, times.chat, 20 * PATIENCE * CHAT_GOAL_MS);
    await times.calls.count(isFromStudent ? student.write(clientKey) : this.tutor.write(student.id, clientKey));
  }

  async #score({ account }: Student, times: Times): Promise<void> {
    const index = this.scores.length;
    const score: Score = {
      exam_id: DEMO_EXAM,
      submission_id: `submission-${index}`,
      student_id: account.id,
      student_name: account.name,
      score: index < RANKED ? POINTS[index % POINTS.length]! : Math.max(...POINTS),
      submitted_at: new Date(Date.now() - index * 60_000).toISOString(),
    };
    this.scores.push(score);
    for (const who of ["tutor", account.id]) this.sightings.expect(`${who} sees score ${score.submission_id}`, times.score, PATIENCE * SCORE_GOAL_MS);
    await times.calls.count(this.#send(score));
  }

  async #send(score: Score): Promise<void> {
    const response = await postScore(this.platform, signedScore(score, SIGNING_KEY));
    if (!response.ok) throw new Error(`A signed score was refused with status ${response.status}: ${await response.text()}`);
  }

  async #leaveAndCome(student: Student, { calls, chipLeft, chipCame }: Times): Promise<void> {
    this.sightings.expect(`${student.id} went`, chipLeft, PATIENCE * CHIP_GOAL_MS);
    await calls.count(student.client.mutation(presenceLeave, { examId: DEMO_EXAM }));
    this.sightings.expect(`${student.id} came`, chipCame, PATIENCE * CHIP_GOAL_MS);
    await calls.count(student.bePresent());
  }

  /** Does not wait for one before it starts the next. What fails has been counted where it was called. */
  async #every(everyMs: number, endAt: number, start: () => Promise<void>): Promise<void> {
    const running: Promise<void>[] = [];
    for (let nextAt = Date.now(); nextAt < endAt; nextAt += everyMs) {
      await delay(nextAt - Date.now());
      this.#turn++;
      running.push(start().catch(() => undefined));
    }
    await Promise.all(running);
  }

  #next(students: readonly Student[]): Student {
    return students[this.#turn % students.length]!;
  }
}

async function clientOf(platform: Platform, account: Account): Promise<ConvexClient> {
  const client = platform.server.client();
  const token = await platform.tokenFor(account);
  client.setAuth(() => Promise.resolve(token));
  return client;
}
