/**
 * People on one board, all of whom move, while somebody changes a note now and then:
 *
 *     everybody comes ── measured window ── where everybody ended ── everybody leaves
 */
import { setTimeout } from "node:timers/promises";
import { until } from "../../tests/harness.js";
import { random, type Shoal } from "../../tests/board/shoal.js";
import { held, p95Under, Samples, type Figure } from "../figures.js";
import { cpuBetween, readCpu } from "../load/cpu.js";
import type { CrowdReport } from "./crowd.js";
import { CrowdProcess } from "./crowd-process.js";
import { nowMs } from "./moment.js";
import type { Options } from "./options.js";

const SEEN_GOAL_MS = 150;
const MOVES_PER_SECOND = 10;
/** A page sends when its pause is over, and a timer is never early: ten a second are a little less. */
const RATE_PART_MIN = 0.85;
const NOTES = 60;
const NOTE_PAUSE_MS = 250;

interface Measured {
  readonly reports: readonly CrowdReport[];
  readonly seconds: number;
  readonly serverMicros: number | null;
  readonly runs: number;
  readonly executions: number;
  readonly noteChanges: number;
}

export class Gathering {
  #noteKey = "";

  constructor(
    private readonly shoal: Shoal,
    private readonly options: Options,
    private readonly progress: (text: string) => void,
  ) {}

  async run(): Promise<Figure[]> {
    const { people, processes, seconds } = this.options;
    this.progress(`${NOTES} notes, and ${people} people come`);
    await this.#writeNotes();
    const crowds = Array.from({ length: Math.min(processes, people) }, () => new CrowdProcess());
    try {
      await Promise.all(crowds.map(async (crowd, index) => await crowd.gather(this.#jobOf(index, crowds.length))));
      this.progress(`measured window of ${seconds} s`);
      const measured = await this.#measure(crowds);
      this.progress("everybody leaves");
      await Promise.all(crowds.map(async (crowd) => await crowd.leave()));
      await until(async () => (await this.shoal.here()).length === 0, "an empty board");
      return this.#figures(measured);
    } finally {
      await Promise.all(crowds.map(async (crowd) => await crowd[Symbol.asyncDispose]()));
    }
  }

  #jobOf(index: number, crowds: number) {
    const { people } = this.options;
    const share = Math.floor(people / crowds) + (index < people % crowds ? 1 : 0);
    return { url: this.shoal.server.url, boardId: this.shoal.boardId, people: share, everybody: people };
  }

  async #writeNotes(): Promise<void> {
    for (let index = 0; index < NOTES; index++) {
      const key = random();
      if (index === 0) this.#noteKey = key;
      await this.shoal.mutate("notes:create", { boardId: this.shoal.boardId, key, text: `Note ${index}, with as much as a note has to say.`, colour: "mint", position: { x: 30 * index, y: 20 * index } });
    }
    await this.#changeNote();
  }

  /** Its text is the moment at which it was sent. */
  async #changeNote(): Promise<void> {
    await this.shoal.mutate("notes:change", { boardId: this.shoal.boardId, key: this.#noteKey, change: { text: String(nowMs()) } });
  }

  async #measure(crowds: readonly CrowdProcess[]): Promise<Measured> {
    const { shoal } = this;
    await Promise.all(crowds.map(async (crowd) => await crowd.begin()));
    const [runs, executions, cpu, startMs] = [await shoal.runs(), await shoal.executions(), readCpu(shoal.server.pid), nowMs()];
    let noteChanges = 0;
    while (nowMs() < startMs + 1_000 * this.options.seconds) {
      await this.#changeNote();
      noteChanges++;
      await setTimeout(NOTE_PAUSE_MS);
    }
    const use = cpuBetween(cpu, readCpu(shoal.server.pid));
    const counted = { runs: (await shoal.runs()) - runs, executions: (await shoal.executions()) - executions };
    const seconds = (nowMs() - startMs) / 1_000;
    const reports = await Promise.all(crowds.map(async (crowd) => await crowd.end()));
    return { reports, seconds, serverMicros: use?.processMicros ?? null, noteChanges, ...counted };
  }

  #figures({ reports, seconds, serverMicros, runs, executions, noteChanges }: Measured): Figure[] {
    const { people } = this.options;
    const sum = (of: (report: CrowdReport) => number) => reports.reduce((total, report) => total + of(report), 0);
    const moves = sum((report) => report.moves);
    const failures = reports.flatMap((report) => report.failures);
    const [seen, notesSeen] = [Samples.of(reports.map(({ seenMs }) => seenMs)), Samples.of(reports.map(({ noteSeenMs }) => noteSeenMs))];
    const rate = moves / seconds;
    const clientShare = sum(({ cpuMs }) => cpuMs) / 1_000 / seconds;
    const serverShare = serverMicros === null ? "unknown" : `${(serverMicros / 1e6 / seconds).toFixed(2)} cores`;
    const perMove = (executions - runs - noteChanges) / moves;
    return [
      p95Under(`a move until another sees it, ${people} people`, seen, SEEN_GOAL_MS),
      p95Under("a change of a note until each sees it meanwhile", notesSeen, SEEN_GOAL_MS),
      held("failed calls", "0", failures.length === 0 ? "0" : `${failures.length}: ${failures[0]}`, failures.length === 0),
      held("moves per second", `> ${people * MOVES_PER_SECOND * RATE_PART_MIN}`, rate.toFixed(0), rate > people * MOVES_PER_SECOND * RATE_PART_MIN),
      held("of them seen by each other; the rest was overtaken by a newer one", "> 90 %", `${((100 * seen.count) / (moves * (people - 1))).toFixed(1)} %`, seen.count > 0.9 * moves * (people - 1)),
      held("runs of mutations for a move", "1", perMove.toFixed(2), Math.abs(perMove - 1) < 0.05),
      held("runs of live queries for a move; changes of notes are in it", "≤ 1", ((runs - noteChanges) / moves).toFixed(2), runs - noteChanges <= moves),
      held("results of the list of who is here, sent meanwhile", "0", String(sum(({ results }) => results.here)), sum(({ results }) => results.here) === 0),
      held("processor: server; all clients", "", `${serverShare}; ${clientShare.toFixed(2)} cores, ${(sum(({ results }) => results.cursors) / people / seconds).toFixed(0)} results of the cursors a second each`, true),
    ];
  }
}
