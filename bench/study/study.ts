/**
 * A cohort at work, in the order in which the figures are measured:
 *
 *     others' queries ── one save, all admins ── one question, all students ── loaded window ── kills
 */
import { until } from "../../tests/harness.js";
import { Screen } from "../../tests/screen.js";
import type { CohortStats, Question, StudyPlatform } from "../../tests/study/platform.js";
import { held, p99Under, Samples, type Figure } from "../figures.js";
import type { Options } from "./options.js";
import { studentsOf, type Student } from "./student.js";

/** Saves one after another, each of which is waited for on every screen. */
const SINGLE_SAVES = 100;
const SEEN_GOAL_MS = 200;
/** As two hundred students who answer once a second. */
const SAVES_PER_SECOND_GOAL = 200;
/** Of a kill: as many saves as are answered before it. */
const SAVES_BEFORE_KILL = 200;

export class Study {
  #students: Student[] = [];
  #questions: Question[] = [];

  constructor(
    private readonly platform: StudyPlatform,
    private readonly options: Options,
    private readonly progress: (text: string) => void,
  ) {}

  async run(): Promise<Figure[]> {
    const { admins, students, seconds, kills } = this.options;
    this.progress(`${admins} admins and ${students} students come`);
    this.#questions = await this.platform.allQuestions();
    this.#students = studentsOf(this.platform, this.#questions);
    const scoped = await this.#watchOthers();
    const screens = await this.#openStats(admins);
    this.progress("saves one by one");
    const single = await this.#saveOneByOne(screens);
    this.progress("one question, all at once");
    const flagged = await this.#flagAtOnce();
    this.progress(`loaded window of ${seconds} s`);
    const loaded = await this.#load(screens);
    this.progress(`${kills} kills`);
    return [scoped, ...single, ...flagged, ...loaded, await this.#kill()];
  }

  async #openStats(count: number): Promise<Screen<CohortStats>[]> {
    const { server, cohortId } = this.platform;
    return await Promise.all(Array.from({ length: count }, async () => await Screen.open<CohortStats>(server.client(), "cohorts:getCohortProgressStats", { cohortId })));
  }

  async #saveOneByOne(screens: readonly Screen<CohortStats>[]): Promise<Figure[]> {
    const seen = new Samples();
    const runsPerSave = new Set<number>();
    for (let index = 0; index < SINGLE_SAVES; index++) {
      const before = await this.platform.runs();
      const results = screens.map(({ results }) => results.length);
      const sinceMs = performance.now();
      await this.#newcomer(index).answer();
      await until(() => screens.every((screen, place) => screen.results.length > results[place]!), "the save on every admin's screen");
      seen.add(performance.now() - sinceMs);
      runsPerSave.add((await this.platform.runs()) - before);
    }
    const runs = [...runsPerSave].sort().join(", ");
    return [
      held(`runs of the stats for one save, ${screens.length} admins watching`, "1", `${runs}, of ${SINGLE_SAVES} saves`, runs === "1"),
      p99Under(`save until the last of ${screens.length} admins sees it`, seen, SEEN_GOAL_MS),
    ];
  }

  /** Somebody for whom this is the first answer to a question, which every sum counts; not the one who saved alone. */
  #newcomer(index: number): Student {
    return this.#students[1 + (index % (this.#students.length - 1))]!;
  }

  /** Their progress by class, while one student saves. Nothing else is watched yet, so every run is one too many. */
  async #watchOthers(): Promise<Figure> {
    const { server, classes } = this.platform;
    const client = server.client();
    const [saving, ...others] = this.#students as [Student, ...Student[]];
    const screens = await Promise.all(others.map(async ({ userId }) => await Screen.open<unknown>(client, "progress:getUserClassProgress", { userId, classId: classes[0]!._id })));
    const before = await this.platform.runs();
    for (let index = 0; index < SINGLE_SAVES; index++) await saving.answer();
    const runs = (await this.platform.runs()) - before;
    const updates = screens.filter(({ results }) => results.length > 1).length;
    screens.forEach((screen) => screen.unsubscribe());
    return held(`runs of ${screens.length} other students' by_user_class for ${SINGLE_SAVES} saves`, "0", String(runs), runs === 0 && updates === 0);
  }

  async #flagAtOnce(): Promise<Figure[]> {
    const question = this.#questions.at(-1)!;
    const [executions, runs] = [await this.platform.executions(), await this.platform.runs()];
    const outcomes = await Promise.allSettled(this.#students.map(async (student) => await student.flag(question._id, true)));
    const failed = outcomes.filter(({ status }) => status === "rejected").length;
    const ran = (await this.platform.executions()) - executions - ((await this.platform.runs()) - runs);
    const moduleId = this.platform.modules.at(-1)!._id;
    const [top] = (await this.platform.query("content:topFlagged", { moduleId })) as { flagCount: number }[];
    const count = this.#students.length;
    return [
      held(`flagCount after ${count} students at once`, String(count), String(top?.flagCount), top?.flagCount === count),
      held("runs of those mutations, and failed calls", `${count}, 0`, `${ran}, ${failed}`, ran === count && failed === 0),
    ];
  }

  async #load(screens: readonly Screen<CohortStats>[]): Promise<Figure[]> {
    const answered = new Samples();
    const runs = await this.platform.runs();
    const sinceMs = performance.now();
    const endMs = sinceMs + 1_000 * this.options.seconds;
    await Promise.all(
      this.#students.map(async (student) => {
        for (let startMs = performance.now(); startMs < endMs; startMs = performance.now()) {
          await student.answer();
          answered.add(performance.now() - startMs);
        }
      }),
    );
    const rate = answered.count / ((performance.now() - sinceMs) / 1_000);
    const stats = await this.platform.stats();
    await until(() => screens.every(({ newest }) => JSON.stringify(newest.stats) === JSON.stringify(stats)), "the sums on every admin's screen");
    const { wrong } = await this.platform.audit();
    const name = `saves per second, ${this.#students.length} students, ${screens.length} admins watching`;
    return [
      held(name, `> ${SAVES_PER_SECOND_GOAL}`, `${Math.round(rate)}, with ${(await this.platform.runs()) - runs} runs`, rate > SAVES_PER_SECOND_GOAL),
      p99Under("a save's answer meanwhile", answered, SEEN_GOAL_MS * 5),
      held("sums that differ from their records", "0", String(wrong.length), wrong.length === 0),
    ];
  }

  async #kill(): Promise<Figure> {
    const { server } = this.platform;
    const problems: string[] = [];
    for (let round = 0; round < this.options.kills; round++) {
      let saved = 0;
      let killed: Promise<void> | undefined;
      const saving = Promise.all(
        this.#students.map(async (student) => {
          for (let index = 0; index < 10; index++) {
            await student.answer();
            if (++saved === SAVES_BEFORE_KILL) killed = server.kill();
          }
        }),
      );
      await until(() => killed !== undefined, "saves before the kill");
      await killed;
      await server.start();
      problems.push(...(await this.platform.audit()).wrong);
      await saving;
      problems.push(...(await this.platform.audit()).wrong);
    }
    return held(`halves of saves after ${this.options.kills} kills with kill -9`, "0", problems.length === 0 ? "0" : `${problems.length}: ${problems[0]}`, problems.length === 0);
  }
}
