/** A server with the app of these measurements, mutations that never stop, and what a piece of work beside them costs. */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ROOT, startServer, type TestServer } from "../../tests/harness.js";
import { Beats } from "./beats.js";
import { memoryOf, peakWhile, type Memory } from "./memory.js";

export interface Measured {
  readonly name: string;
  readonly seconds: number;
  /** Of the server's process, before the work and at most while it went on. */
  readonly before: Memory;
  readonly peak: Memory;
  readonly mutations: number;
  readonly waitP99Ms: number;
  readonly waitMaxMs: number;
}

const QUIET_MS = 1_500;
/** Mutations alone: what they wait on this machine for whatever else it does. */
const IDLE_MS = 5_000;

export class Stage implements AsyncDisposable {
  readonly measured: Measured[] = [];

  private constructor(
    readonly server: TestServer,
    private readonly beats: Beats,
  ) {}

  static async open(): Promise<Stage> {
    const server = await startServer({ flags: ["--log-level", "warn"] });
    await server.deploy(join(ROOT, "bench", "data", "app"));
    const stage = new Stage(server, new Beats(server.url));
    await delay(QUIET_MS);
    await stage.measure("nothing else", () => delay(IDLE_MS));
    return stage;
  }

  /** What goes on behind the work, such as sweeping what was replaced, counts as part of it. */
  async measure<T>(name: string, work: () => Promise<T>): Promise<T> {
    await this.beats.take();
    const before = await memoryOf(this.server.pid);
    const startMs = performance.now();
    let seconds = 0;
    const { result, peak } = await peakWhile(this.server.pid, async () => {
      const made = await work();
      seconds = (performance.now() - startMs) / 1000;
      await this.#settled();
      return made;
    });
    const { count, p99Ms, maxMs } = await this.beats.take();
    const row = { name, seconds, before, peak, mutations: count, waitP99Ms: p99Ms, waitMaxMs: maxMs };
    this.measured.push(row);
    process.stderr.write(`${rowText(row)}\n`);
    return result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.beats[Symbol.asyncDispose]();
    if (this.server.stderr !== "") process.stderr.write(`The server wrote:\n${this.server.stderr}`);
    await this.server[Symbol.asyncDispose]();
  }

  /** The store has stopped shrinking: only the mutations' own history is added. */
  async #settled(): Promise<void> {
    for (let last = Infinity, now = await this.#entries(); now < last; now = await this.#entries()) {
      last = now;
      await delay(QUIET_MS);
    }
  }

  #entries(): Promise<number> {
    return this.server.metric("rivulet_engine_entries");
  }
}

const HEADINGS = ["", "seconds", "own memory before", "own peak", "resident peak", "mutations", "wait p99", "longest wait"];

export function tableText(rows: readonly Measured[]): string {
  return [`| ${HEADINGS.join(" | ")} |`, `|${HEADINGS.map(() => "---").join("|")}|`, ...rows.map(rowText)].join("\n");
}

function rowText({ name, seconds, before, peak, mutations, waitP99Ms, waitMaxMs }: Measured): string {
  const cells = [name, seconds.toFixed(1), `${before.ownMb} MB`, `${peak.ownMb} MB`, `${peak.residentMb} MB`, mutations.toLocaleString("en"), `${waitP99Ms.toFixed(1)} ms`, `${waitMaxMs.toFixed(0)} ms`];
  return `| ${cells.join(" | ")} |`;
}
