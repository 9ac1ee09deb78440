/**
 * One exam, from its beginning to the expiry of the session that was left behind.
 *
 *     enter ── quiet: heartbeats only ── loaded window (load.ts) ── checks ── the left session expires
 */
import { examChecks } from "./checks.js";
import { held, Samples, type Figure } from "../figures.js";
import { ExamLoad } from "./load.js";
import type { Options } from "./options.js";
import type { Platform } from "./platform.js";
import { Times } from "./times.js";

export class Exam {
  readonly #times = new Times();
  readonly #quiet = new Samples();

  constructor(
    private readonly platform: Platform,
    private readonly options: Options,
    private readonly progress: (text: string) => void,
  ) {}

  async run(): Promise<Figure[]> {
    const { students, seconds } = this.options;
    this.progress(`${students} students enter`);
    const load = await ExamLoad.enter(this.platform, this.options, this.#times);
    load.loseOne(this.#times);

    this.progress("heartbeats alone");
    const quiet = await this.#beatQuietly(load);
    this.progress(`loaded window of ${seconds} s`);
    await load.window(seconds, this.#times);
    this.#times.calls.mustHaveSucceeded();
    this.progress("checks");
    const checks = await examChecks(this.platform, load, this.#times);
    this.progress("waiting for the session that was left behind to expire");
    await load.settle(this.#quiet);
    return [...this.#times.figures(), quiet, ...checks];
  }

  /** One round of heartbeats with nothing else going on: what they re-run, they re-run in vain. */
  async #beatQuietly(load: ExamLoad): Promise<Figure> {
    // Of the last entries, and of the disconnect of the lost student, nothing shall be left in the count.
    await load.round(this.#quiet);
    const before = await this.platform.liveQueryRuns();
    await load.round(this.#quiet);
    const runs = (await this.platform.liveQueryRuns()) - before;
    return held("queries that a round of heartbeats re-ran", "at most 1 for the disconnect", `${runs}, of ${this.#quiet.count - load.students.length} heartbeats`, runs <= 1);
  }
}
