/**
 * An exam and a cohort at work at the same time, on one server:
 *
 *     everybody enters ── warm-up: the load ── rest, memory ── measured window: the load ── rest, memory ── checks of both apps
 *
 * While the server rests there are heartbeats, and nothing else. Its memory is read twice then: as it is, and when its garbage has been
 * collected, which is what the goal is about. Own memory is the process's own pages; resident counts pages of the store's file as well,
 * which are the page cache's. Processor time is that of the window; of the server it is also told for its busiest thread.
 */
import { setTimeout as delay } from "node:timers/promises";
import { examChecks } from "../exam/checks.js";
import { ExamLoad } from "../exam/load.js";
import { Times } from "../exam/times.js";
import { collectedMemory } from "../collected-memory.js";
import { held, Samples, type Figure } from "../figures.js";
import { cpuBetween, readCpu, type CpuUse } from "../load/cpu.js";
import { residentBytes, settledMemory, type ResidentBytes } from "../settled-memory.js";
import type { BothPlatforms } from "./both-platforms.js";
import { CohortLoad, SaveTimes } from "./cohort-load.js";
import type { Options } from "./options.js";

const GROWTH_MAX = 1.2;

interface MemoryAtRest {
  readonly asItIs: ResidentBytes;
  readonly collected: ResidentBytes;
}

interface Processor {
  readonly seconds: number;
  readonly server: CpuUse | null;
  readonly clientsMicros: number;
}

export class Mix {
  readonly #atRest = new Samples();

  constructor(
    private readonly platforms: BothPlatforms,
    private readonly options: Options,
    private readonly progress: (text: string) => void,
  ) {}

  async run(): Promise<Figure[]> {
    const { students, admins, warmUpSeconds, seconds } = this.options;
    const { server } = this.platforms;
    const [warmUp, times, saves] = [new Times(), new Times(), new SaveTimes()];
    this.progress(`${students} students and ${admins} admins enter`);
    const exam = await ExamLoad.enter(this.platforms.exam, this.options, warmUp);
    const cohort = await CohortLoad.enter(this.platforms.study, admins);
    this.progress(`warm-up of ${warmUpSeconds} s`);
    const warmUpSaves = new SaveTimes();
    await this.#load(exam, cohort, warmUpSeconds, warmUp, warmUpSaves);
    for (const { calls } of [warmUp, warmUpSaves]) calls.mustHaveSucceeded();
    const before = await this.#memoryAtRest(exam);
    this.progress(`measured window of ${seconds} s`);
    const middle = delay(500 * seconds).then(() => residentBytes(server.pid));
    const processor = await this.#measured(() => this.#load(exam, cohort, seconds, times, saves));
    const after = await this.#memoryAtRest(exam);
    this.progress("checks");
    const checks = [...(await cohort.checks()), ...prefixed(await examChecks(this.platforms.exam, exam, times))];
    return [
      ...prefixed(times.windowFigures()),
      times.calls.figure("exam: calls besides heartbeats"),
      ...saves.figures(admins),
      ...memoryFigures(before, await middle, after),
      processorFigure(processor),
      ...checks,
    ];
  }

  /** Both, until all that is expected was seen. */
  async #load(exam: ExamLoad, cohort: CohortLoad, seconds: number, times: Times, saves: SaveTimes): Promise<void> {
    await Promise.all([exam.window(seconds, times), cohort.window(seconds, this.options.savesPerSecond, saves)]);
  }

  async #memoryAtRest(exam: ExamLoad): Promise<MemoryAtRest> {
    await exam.settle(this.#atRest);
    let isRead = false;
    const memory = this.#memory().finally(() => (isRead = true));
    await exam.keepBeating(this.#atRest, () => isRead);
    return await memory;
  }

  async #memory(): Promise<MemoryAtRest> {
    const { server } = this.platforms;
    return { asItIs: await settledMemory(server.pid), collected: await collectedMemory(server) };
  }

  async #measured(work: () => Promise<void>): Promise<Processor> {
    const { pid } = this.platforms.server;
    const [startMs, startCpu, startClients] = [performance.now(), readCpu(pid), process.cpuUsage()];
    await work();
    const { user, system } = process.cpuUsage(startClients);
    return { seconds: (performance.now() - startMs) / 1_000, server: cpuBetween(startCpu, readCpu(pid)), clientsMicros: user + system };
  }
}

function prefixed(figures: readonly Figure[]): Figure[] {
  return figures.map((figure) => ({ ...figure, name: `exam: ${figure.name}` }));
}

function memoryFigures(before: MemoryAtRest, middle: ResidentBytes, after: MemoryAtRest): Figure[] {
  const growth = after.collected.own / before.collected.own;
  return [
    held("server's own memory (resident): after the warm-up; in the middle; at the end", "", [before.asItIs, middle, after.asItIs].map(memoryText).join("; "), true),
    held("the same without garbage, after the warm-up", "", memoryText(before.collected), true),
    held("and at the end", `own ≤ ${GROWTH_MAX} × that after the warm-up`, `${memoryText(after.collected)}, ${growth.toFixed(2)} ×`, growth <= GROWTH_MAX),
  ];
}

function memoryText({ own, resident }: ResidentBytes): string {
  return `${(own / 1e6).toFixed(0)} MB (${(resident / 1e6).toFixed(0)} MB)`;
}

function processorFigure({ seconds, server, clientsMicros }: Processor): Figure {
  const cores = (micros: number): string => (micros / 1e6 / seconds).toFixed(2);
  const ofServer = server === null ? "unknown" : `${cores(server.processMicros)} cores, ${cores(server.busiestThreadMicros)} of them its busiest thread`;
  const others = server === null ? "unknown" : `${cores(Math.max(0, server.machineMicros - server.processMicros - clientsMicros))} cores`;
  return held("processor: server; all clients; others on the machine", "", `${ofServer}; ${cores(clientsMicros)} cores; ${others}`, true);
}
