/**
 * One exam, from its beginning to the expiry of the session that was left behind.
 *
 *     enter ── quiet: heartbeats only ── loaded window ──────────────────────────────── checks ── the left session expires
 *                                          ├ chat both ways, violations, scores
 *                                          └ some vanish, are seen as disconnected, and come back
 */
import { DEMO_EXAM, studentAccount, tutorAccount, type Account } from "../../examples/exam/issuer/accounts.js";
import { signedScore, type Score } from "../../examples/exam/grader/sign.js";
import type { ConvexClient } from "convex/browser";
import { presenceLeave } from "./api.js";
import { accessChecks, orderCheck, postScore, scoreChecks, tooSoonCheck } from "./checks.js";
import { held, Samples, type Figure } from "../figures.js";
import type { Options } from "./options.js";
import { SIGNING_KEY, type Platform } from "./platform.js";
import { delay, Sightings } from "./sightings.js";
import { Student } from "./student.js";
import { CHAT_GOAL_MS, CHIP_GOAL_MS, CRON_MS, PATIENCE, SCORE_GOAL_MS, SEEN_GOAL_MS, Times } from "./times.js";
import { Tutor } from "./tutor.js";

const ENTERING_AT_ONCE = 10;
/** How many of all students vanish and come back. */
const VANISHING_PART = 0.05;
const EVERY_MS = { message: 200, violation: 250, score: 2_000, presence: 2_000 } as const;
/** Scores repeat, so that the time of submission decides as well. */
const POINTS = [62.5, 88, 71, 88, 95];

export class Exam {
  readonly #sightings = new Sightings();
  readonly #times = new Times();
  readonly #quiet = new Samples();
  readonly #students: Student[] = [];
  readonly #scores: Score[] = [];
  #turn = 0;

  constructor(
    private readonly platform: Platform,
    private readonly options: Options,
    private readonly progress: (text: string) => void,
  ) {}

  async run(): Promise<Figure[]> {
    const { students: count, seconds } = this.options;
    this.progress(`${count} students enter`);
    const tutor = new Tutor(await this.#client(tutorAccount()), DEMO_EXAM, this.#sightings);
    await tutor.watch();
    await this.#enter(count);
    const [lost, ...others] = this.#students as [Student, ...Student[]];
    this.#loseForGood(lost);

    this.progress("heartbeats alone");
    const quiet = await this.#beatQuietly(others);
    this.progress(`loaded window of ${seconds} s`);
    await this.#load(tutor, others);
    this.progress("checks");
    const checks = [
      tooSoonCheck(await this.#beatTwice(others.at(-1)!)),
      ...(await accessChecks(this.platform, others[0]!, DEMO_EXAM)),
      orderCheck(tutor.scores),
      ...(await scoreChecks(this.platform, tutor, this.#scores[0]!)),
    ];
    this.progress("waiting for the session that was left behind to expire");
    await Promise.all([this.#sightings.settle(), this.#keepBeating(others, () => this.#sightings.isSettled)]);
    return [...this.#times.figures(), quiet, ...checks];
  }

  async #client(account: Account): Promise<ConvexClient> {
    const client = this.platform.server.client();
    const token = await this.platform.tokenFor(account);
    client.setAuth(() => Promise.resolve(token));
    return client;
  }

  async #enter(count: number): Promise<void> {
    for (let first = 1; first <= count; first += ENTERING_AT_ONCE) {
      const numbers = Array.from({ length: Math.min(ENTERING_AT_ONCE, count - first + 1) }, (_, index) => first + index);
      this.#students.push(...(await Promise.all(numbers.map((number) => this.#enterStudent(studentAccount(number))))));
    }
  }

  async #enterStudent(account: Account): Promise<Student> {
    const student = new Student(account, await this.#client(account), DEMO_EXAM, this.#sightings);
    await student.enter();
    this.#sightings.expect(`${account.id} came`, this.#times.chipCame, PATIENCE * CHIP_GOAL_MS);
    await student.bePresent();
    return student;
  }

  /** It is never heard of again: disconnected, without a chip, and in the end expired. */
  #loseForGood(student: Student): void {
    const { heartbeatMs } = this.options;
    const { id, lastBeatAt } = student;
    void student.client.close();
    this.#sightings.expect(`${id} is disconnected`, this.#times.disconnected, PATIENCE * SEEN_GOAL_MS, lastBeatAt + 2 * heartbeatMs);
    this.#sightings.expect(`${id} went`, this.#times.chipExpired, PATIENCE * CHIP_GOAL_MS, lastBeatAt + 6 * heartbeatMs);
    this.#sightings.expect(`${id} is expired`, this.#times.stale, 2 * CRON_MS, lastBeatAt + 12 * heartbeatMs);
  }

  /** One round of heartbeats with nothing else going on: what they re-run, they re-run in vain. */
  async #beatQuietly(students: readonly Student[]): Promise<Figure> {
    const { heartbeatMs } = this.options;
    // Of the last entries, and of the disconnect of the lost student, nothing shall be left in the count.
    await this.#round(students, heartbeatMs / 2);
    const before = await this.platform.liveQueryRuns();
    await this.#round(students, heartbeatMs / 2);
    const runs = (await this.platform.liveQueryRuns()) - before;
    return held("queries that a round of heartbeats re-ran", "at most 1 for the disconnect", `${runs}, of ${this.#quiet.count - students.length} heartbeats`, runs <= 1);
  }

  /** A heartbeat of each, spread over `spreadMs`, after which half an interval is left until the next round may begin. */
  async #round(students: readonly Student[], spreadMs: number): Promise<void> {
    await delay(this.options.heartbeatMs / 2);
    await Promise.all(
      students.map(async (student, index) => {
        await delay((index / students.length) * spreadMs);
        await student.beat(this.#quiet);
      }),
    );
  }

  async #load(tutor: Tutor, students: readonly Student[]): Promise<void> {
    const { seconds, heartbeatMs } = this.options;
    const endAt = Date.now() + 1_000 * seconds;
    const vanishing = students.slice(0, Math.max(1, Math.round(VANISHING_PART * students.length)));
    const staying = students.slice(vanishing.length);
    const phase = (index: number) => heartbeatMs * (0.5 + index / students.length);
    await Promise.all([
      ...staying.map((student, index) => student.beatUntil(endAt, heartbeatMs, phase(index), this.#times.heartbeat)),
      ...vanishing.map((student) => this.#vanishAndReturn(student)),
      this.#every(EVERY_MS.message, endAt, () => this.#write(tutor, this.#next(staying))),
      this.#every(EVERY_MS.violation, endAt, () => this.#next(staying).violate(this.#times.violation, PATIENCE * SEEN_GOAL_MS)),
      this.#every(EVERY_MS.score, endAt, () => this.#score(this.#next(staying))),
      this.#every(EVERY_MS.presence, endAt, () => this.#leaveAndCome(this.#next(staying))),
    ]);
  }

  async #vanishAndReturn(student: Student): Promise<void> {
    const { heartbeatMs } = this.options;
    const { id } = student;
    await delay(heartbeatMs / 2);
    await student.beat(this.#times.heartbeat);
    this.#sightings.expect(`${id} is disconnected`, this.#times.disconnected, PATIENCE * SEEN_GOAL_MS, student.lastBeatAt + 2 * heartbeatMs);
    await delay(2.5 * heartbeatMs);
    this.#sightings.expect(`${id} is connected`, this.#times.recovered, PATIENCE * SEEN_GOAL_MS);
    await student.beat(this.#times.heartbeat);
  }

  /** From the student and from the tutor by turns. */
  async #write(tutor: Tutor, student: Student): Promise<void> {
    const clientKey = `m${this.#turn}`;
    const isFromStudent = this.#turn % 2 === 0;
    this.#sightings.expect(`${isFromStudent ? "tutor" : student.id} reads ${clientKey}`, this.#times.chat, 20 * PATIENCE * CHAT_GOAL_MS);
    await (isFromStudent ? student.write(clientKey) : tutor.write(student.id, clientKey));
  }

  async #score({ account }: Student): Promise<void> {
    const index = this.#scores.length;
    const score: Score = {
      exam_id: DEMO_EXAM,
      submission_id: `submission-${index}`,
      student_id: account.id,
      student_name: account.name,
      score: POINTS[index % POINTS.length]!,
      submitted_at: new Date(Date.now() - index * 60_000).toISOString(),
    };
    this.#scores.push(score);
    for (const who of ["tutor", account.id]) this.#sightings.expect(`${who} sees score ${score.submission_id}`, this.#times.score, PATIENCE * SCORE_GOAL_MS);
    const response = await postScore(this.platform, signedScore(score, SIGNING_KEY));
    if (!response.ok) throw new Error(`A signed score was refused with status ${response.status}: ${await response.text()}`);
  }

  async #leaveAndCome(student: Student): Promise<void> {
    this.#sightings.expect(`${student.id} went`, this.#times.chipLeft, PATIENCE * CHIP_GOAL_MS);
    await student.client.mutation(presenceLeave, { examId: DEMO_EXAM });
    this.#sightings.expect(`${student.id} came`, this.#times.chipCame, PATIENCE * CHIP_GOAL_MS);
    await student.bePresent();
  }

  async #beatTwice(student: Student): Promise<unknown> {
    await delay(this.options.heartbeatMs / 2);
    await student.beat(this.#times.heartbeat);
    return await student.beatTooSoon();
  }

  async #keepBeating(students: readonly Student[], isOver: () => boolean): Promise<void> {
    while (!isOver()) await this.#round(students, this.options.heartbeatMs / 2);
  }

  /** Does not wait for one before it starts the next. */
  async #every(everyMs: number, endAt: number, start: () => Promise<void>): Promise<void> {
    const running: Promise<void>[] = [];
    for (let nextAt = Date.now(); nextAt < endAt; nextAt += everyMs) {
      await delay(nextAt - Date.now());
      this.#turn++;
      const started = start();
      // Reported below, when all have been started: until then nobody waits for it, and Node would end the process, without the server.
      started.catch(() => undefined);
      running.push(started);
    }
    await Promise.all(running);
  }

  #next(students: readonly Student[]): Student {
    return students[this.#turn % students.length]!;
  }
}
