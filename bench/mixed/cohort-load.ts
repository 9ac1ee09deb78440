/**
 * The study platform's people, and saves at a steady rate: a save begins when its turn has come, whether those before it were answered
 * or not, and its time counts from then. Each student takes one question after another and saves it ten times:
 *
 *     answer ── flag ── answer differently ── unflag ── answer differently ── …
 *
 * The first of these raises the cohort's sum of answered questions by one, whoever makes it: the sum that an admin sees tells how many
 * of them it has seen. They are taken to be committed in the order in which they were sent; two that were under way at once may have
 * changed places.
 *
 * Every admin watches the stats, and some the list of students and the flagged questions as well; every student watches their own
 * progress. Quizzes and documents are not in it.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { ConvexClient } from "convex/browser";
import { Calls } from "../calls.js";
import { held, p99Under, Samples, type Figure } from "../figures.js";
import { Student, studentsOf } from "../study/student.js";
import { queryNamed } from "../../tests/harness.js";
import type { CohortStats, Question, StudyPlatform } from "../../tests/study/platform.js";
import { SumOnScreens } from "./sum-on-screens.js";

const SAVES_OF_A_QUESTION = 10;
/** Students are not in step, so that there are first answers all the time. In saves; even, so that everybody begins with an answer. */
const HEAD_START = 2;
const GROUPS = SAVES_OF_A_QUESTION / HEAD_START;
const SAVE_GOAL_MS = 1_000;
/** Of the admins. */
const LOOKING_CLOSER = 10;
const PAGE = { limit: 25, offset: 0 } as const;
const PATIENCE_MS = 10_000;

/** Of one window. */
export class SaveTimes {
  /** From its turn to the answer. */
  readonly answered = new Samples();
  /** Of first answers: from its turn until the last admin sees it. */
  readonly seen = new Samples();
  readonly calls = new Calls();

  figures(admins: number): Figure[] {
    const { seen, calls } = this;
    return [
      p99Under("study: a save's answer", this.answered, SAVE_GOAL_MS),
      p99Under(`study: a save until the last of ${admins} admins sees it`, seen, SAVE_GOAL_MS),
      held("study: saves that not every admin saw", "0", String(seen.failed), seen.failed === 0),
      calls.figure("study: saves"),
    ];
  }
}

interface Waiting {
  readonly sinceMs: number;
  readonly samples: Samples;
}

export class CohortLoad {
  /** What each admin was shown last. */
  readonly #stats: CohortStats["stats"][] = [];
  readonly #screens: SumOnScreens;
  /** First answers that not every admin has seen, by their number. */
  readonly #waiting = new Map<number, Waiting>();
  #firstAnswers = 0;
  #turn = 0;
  /** Of the window that is or was last. */
  #times = new SaveTimes();

  private constructor(
    private readonly platform: StudyPlatform,
    private readonly admins: number,
    private readonly students: readonly Student[],
    private readonly questions: readonly Question[],
  ) {
    this.#screens = new SumOnScreens(admins, (value) => this.#seen(value));
  }

  /** Resolves when everybody has been shown what they watch. Nobody has answered anything yet. */
  static async enter(platform: StudyPlatform, admins: number): Promise<CohortLoad> {
    const questions = await platform.allQuestions();
    const load = new CohortLoad(platform, admins, studentsOf(platform, questions), questions);
    await Promise.all([load.#watchProgress(), load.#watchStats()]);
    return load;
  }

  /** Resolves when every save is answered, and seen or given up. */
  async window(seconds: number, perSecond: number, times: SaveTimes): Promise<void> {
    this.#times = times;
    const saves: Promise<void>[] = [];
    const startMs = performance.now();
    for (let index = 0; index < seconds * perSecond; index++) {
      const dueMs = startMs + (1_000 * index) / perSecond;
      if (dueMs > performance.now()) await delay(dueMs - performance.now());
      saves.push(this.#save(dueMs, times));
    }
    await Promise.all(saves);
    await this.#allSeen(times);
  }

  /** Of the sums with their records, and of the screens with the sums. */
  async checks(): Promise<Figure[]> {
    const { records, wrong } = await this.platform.audit();
    const stats = JSON.stringify(await this.platform.stats());
    const others = this.#stats.filter((shown) => JSON.stringify(shown) !== stats).length;
    return [
      held("study: sums that differ from their records", "0", `${wrong.length}, of ${records} records${wrong.length === 0 ? "" : `: ${wrong[0]}`}`, wrong.length === 0 && records === this.#firstAnswers),
      held("study: screens that show other sums at the end", "0", String(others), others === 0 && this.#stats.length === this.admins),
    ];
  }

  async #watchProgress(): Promise<void> {
    const classId = this.platform.classes[0]!._id;
    await Promise.all(this.students.map(async ({ client, userId }) => await this.#watch(client, "progress:getUserClassProgress", { userId, classId })));
  }

  async #watchStats(): Promise<void> {
    const { server, cohortId, modules } = this.platform;
    const closer = async (client: ConvexClient): Promise<void> => {
      await this.#watch(client, "cohorts:getStudentsWithProgress", { cohortId, ...PAGE });
      await Promise.all(modules.map(async ({ _id: moduleId }) => await this.#watch(client, "content:topFlagged", { moduleId })));
    };
    await Promise.all(
      Array.from({ length: this.admins }, async (_, admin) => {
        const client = server.client();
        await this.#watch(client, "cohorts:getCohortProgressStats", { cohortId }, (result) => this.#show(admin, (result as CohortStats).stats));
        if (admin < LOOKING_CLOSER) await closer(client);
      }),
    );
  }

  /** Resolves with the first result. A query that fails later counts as a failed call. */
  #watch(client: ConvexClient, name: string, args: Record<string, unknown>, shown: (result: unknown) => void = () => undefined): Promise<void> {
    return new Promise((first, failed) => {
      client.onUpdate(
        queryNamed(name),
        args,
        (result: unknown) => {
          shown(result);
          first();
        },
        (error) => {
          this.#times.calls.fail(error);
          failed(error);
        },
      );
    });
  }

  #show(admin: number, stats: CohortStats["stats"]): void {
    this.#stats[admin] = stats;
    this.#screens.show(admin, stats.answered);
  }

  #seen(firstAnswer: number): void {
    const waiting = this.#waiting.get(firstAnswer);
    if (waiting === undefined) return;
    this.#waiting.delete(firstAnswer);
    waiting.samples.add(performance.now() - waiting.sinceMs);
  }

  async #save(dueMs: number, { answered, seen, calls }: SaveTimes): Promise<void> {
    const { students, questions } = this;
    const turn = this.#turn++;
    const place = turn % students.length;
    const round = Math.floor(turn / students.length);
    const step = round + HEAD_START * (place % GROUPS);
    const save = step % SAVES_OF_A_QUESTION;
    const question = Math.floor(step / SAVES_OF_A_QUESTION);
    // A long run comes to the first question again, whose answers are no longer the first ones.
    if ((save === 0 || round === 0) && question < questions.length) this.#waiting.set(++this.#firstAnswers, { sinceMs: dueMs, samples: seen });
    await calls.count(saveOf(students[place]!, questions[question % questions.length]!, save)).then(
      () => answered.add(performance.now() - dueMs),
      () => answered.failed++,
    );
  }

  async #allSeen({ seen }: SaveTimes): Promise<void> {
    const endMs = performance.now() + PATIENCE_MS;
    while (this.#waiting.size > 0 && performance.now() < endMs) await delay(20);
    seen.failed += this.#waiting.size;
    this.#waiting.clear();
  }
}

/** @param save from 0 on: answers and flags by turns, each other than the one before */
function saveOf(student: Student, { _id, options }: Question, save: number): Promise<void> {
  return save % 2 === 0 ? student.choose(_id, (save / 2) % options.length) : student.flag(_id, save % 4 === 1);
}
