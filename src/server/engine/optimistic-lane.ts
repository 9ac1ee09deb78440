/**
 * Mutations that are known to be slow run here, on another thread and on a snapshot, so that the fast ones do not wait for
 * them. What such a run read is checked when it commits; one that lost against another commit runs again in the serial
 * lane, where nothing can come between, so that it always ends.
 *
 *     fast ──▶ serial lane ──────────────────────────────▶ commit
 *     slow ──▶ this lane ──▶ read set untouched since? yes ─▶ commit
 *                                                      no ──▶ serial lane ──▶ commit
 *
 * "Slow" is what a function's past runs took on average. The thread starts when it is first needed and ends when idle.
 */
import { Worker } from "node:worker_threads";
import { assert } from "../../database/errors.js";
import type { Catalog } from "../../database/catalog.js";
import type { CommitCandidate } from "../../database/database.js";
import { ReadSet } from "../../database/read-set.js";
import { VectorRegion } from "../../database/vectors/vector-region.js";
import { StoredDocument } from "../../database/stored-document.js";
import type { DocumentWrite } from "../../database/write-overlay.js";
import type { DeploymentCode } from "../../functions/deployment.js";
import type { FromLane, LaneJob, LaneOptions, LaneResult, ToLane } from "./lane-messages.js";

/** Mean run time from which a function goes to the lane: well above what crossing threads costs. */
const SLOW_MS = 20;
/** Weight of the newest run in the mean. */
const NEWEST_WEIGHT = 0.3;
const IDLE_MS = 30_000;
const FUNCTIONS_MAX = 10_000;

type Answer = (result: LaneResult) => void;

export class OptimisticLane {
  readonly #options: LaneOptions | null;
  readonly #meanMs = new Map<string, number>();
  readonly #waiting = new Map<number, Answer>();
  #code: DeploymentCode | null = null;
  #worker: Worker | null = null;
  #ended: Promise<void> = Promise.resolve();
  #idleTimer: NodeJS.Timeout | null = null;
  #lastId = 0;
  #runs = 0;

  /** Null: nothing is ever found slow. */
  constructor(options: LaneOptions | null) {
    this.#options = options;
  }

  /** Runs reported so far, whether or not they committed. */
  get runs(): number {
    return this.#runs;
  }

  isSlow(path: string): boolean {
    return (this.#meanMs.get(path) ?? 0) >= SLOW_MS;
  }

  /** Every run counts, in whichever lane, so that a function that became fast comes back. */
  measured(path: string, durationMs: number): void {
    if (this.#options === null) return;
    const mean = this.#meanMs.get(path);
    if (mean === undefined && this.#meanMs.size >= FUNCTIONS_MAX) return;
    this.#meanMs.set(path, mean === undefined ? durationMs : mean + (durationMs - mean) * NEWEST_WEIGHT);
  }

  /** New code is measured anew. */
  use(code: DeploymentCode): void {
    this.#code = code;
    this.#meanMs.clear();
    this.#post({ type: "code", code });
  }

  run(job: Omit<LaneJob, "id">, answer: Answer): void {
    const id = ++this.#lastId;
    this.#waiting.set(id, answer);
    this.#start();
    this.#post({ type: "run", job: { ...job, id } });
  }

  /** Resolves when its thread has ended, and with it its hold on the store. */
  async close(): Promise<void> {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.#post({ type: "close" });
    this.#worker = null;
    await this.#ended;
  }

  #start(): void {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    if (this.#worker !== null) return;
    assert(this.#options !== null, "a mutation was sent to an optimistic lane that is not there");
    const { limits } = this.#options;
    const worker = new Worker(new URL("../lane-worker.js", import.meta.url), {
      name: "optimistic lane",
      workerData: this.#options,
      resourceLimits: { maxOldGenerationSizeMb: limits.heapMbMax },
    });
    worker.on("message", ({ id, result }: FromLane) => this.#answer(id, result));
    let cause = "its thread ended";
    worker.on("error", (error: NodeJS.ErrnoException) => {
      cause = error.code === "ERR_WORKER_OUT_OF_MEMORY" ? `it ran out of memory (limit ${limits.heapMbMax} MB)` : error.message;
    });
    this.#ended = new Promise((resolve) =>
      worker.on("exit", () => {
        this.#died(worker, cause);
        resolve();
      }),
    );
    this.#worker = worker;
    if (this.#code !== null) this.#post({ type: "code", code: this.#code });
  }

  #post(message: ToLane): void {
    this.#worker?.postMessage(message);
  }

  #answer(id: number, result: LaneResult): void {
    const answer = this.#waiting.get(id);
    assert(answer !== undefined, `the optimistic lane answered ${id}, which nobody asked`);
    this.#waiting.delete(id);
    this.#runs++;
    if (this.#waiting.size === 0) this.#idleTimer = setTimeout(() => void this.close(), IDLE_MS).unref();
    answer(result);
  }

  /** Of its jobs the first was running and is to blame; the others never began. */
  #died(worker: Worker, cause: string): void {
    if (this.#worker !== worker) return; // ended because it was idle
    this.#worker = null;
    const [culprit, ...others] = [...this.#waiting.values()];
    this.#waiting.clear();
    culprit?.({ type: "failed", failure: { message: `The function failed: ${cause}.`, data: null }, durationMs: 0, logLines: [], ts: null });
    for (const answer of others) answer({ type: "declined" });
  }
}

/** The report of a run in the lane, as the database commits it. */
export class LaneCandidate implements CommitCandidate {
  readonly ts: number;
  readonly readSet = new ReadSet();

  constructor(
    private readonly result: LaneResult & { type: "ran" },
    private readonly catalog: Catalog,
  ) {
    this.ts = result.ts;
    for (const point of result.points) this.readSet.addPoint(point);
    for (const range of result.ranges) this.readSet.addRange(range);
    for (const region of result.regions) this.readSet.addRegion(new VectorRegion(region));
  }

  /** Only asked when nothing that was read has changed, table records included: then number and indexes are the same. */
  writes(): DocumentWrite[] {
    return this.result.writes.map(({ space, ...write }) => {
      const table = this.catalog.tableBySpace(space);
      assert(table !== undefined, `a table that a transaction read is gone: ${space}`);
      const { id, after } = write;
      return { ...write, table, key: table.documentKey(id), document: after === null ? null : new StoredDocument(table, id, after) };
    });
  }

  newTables(): never[] {
    return [];
  }

  finish(): void {
    // It ended on its own thread.
  }
}
