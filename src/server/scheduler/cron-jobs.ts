/**
 * Runs cron jobs at their times, never two runs of one at once. Like scheduled functions: a mutation's run and the time of
 * the next are one transaction, so it runs once for each time, over kills too; an action's start is durable before it
 * starts, so it runs at most once. Times that pass while a run goes on, or while the server is down, are skipped but for
 * one.
 */
import type { Database } from "../../database/database.js";
import { NO_TRANSACTION_LIMITS } from "../../database/limits.js";
import type { Transaction } from "../../database/transaction.js";
import type { DeployedFunctions } from "../../functions/deployed-functions.js";
import { NOBODY } from "../../live/session.js";
import { newRequestId, type FunctionsService } from "../engine/functions-service.js";
import { nextRunMs } from "./cron-schedule.js";
import { addCronRun, readCronJobs, updateCronJob, type CronJob, type CronRun } from "./cron-table.js";

export interface CronJobsOptions {
  readonly database: Database;
  readonly functions: Pick<FunctionsService, "call" | "whenDurable">;
  readonly deployed: () => DeployedFunctions | null;
  /** Wall clock, milliseconds. */
  readonly nowMs: () => number;
}

/** Timers are not set further ahead: the clock may be set meanwhile. */
const LOOK_INTERVAL_MS_MAX = 60_000;

export class CronJobs {
  readonly #options: CronJobsOptions;
  /** By name; their run has not ended. */
  readonly #running = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #isLookDue = false;
  #isClosed = false;

  constructor(options: CronJobsOptions) {
    this.#options = options;
  }

  /** To be called once, when functions can be called. */
  start(): void {
    this.#failInterrupted();
    this.wake();
  }

  /** Jobs may have changed, by a push. */
  wake(): void {
    if (this.#isLookDue || this.#isClosed) return;
    this.#isLookDue = true;
    setImmediate(() => this.#look());
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #look(): void {
    this.#isLookDue = false;
    if (this.#isClosed) return;
    const nowMs = this.#options.nowMs();
    let nextMs = nowMs + LOOK_INTERVAL_MS_MAX;
    for (const job of this.#read(readCronJobs)) {
      if (this.#running.has(job.name)) continue;
      if (job.nextRunMs <= nowMs) this.#start(job);
      else nextMs = Math.min(nextMs, job.nextRunMs);
    }
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.wake(), Math.max(1, Math.ceil(nextMs - nowMs))).unref();
  }

  #start(job: CronJob): void {
    this.#running.add(job.name);
    if (this.#options.deployed()?.find(job.functionPath)?.kind === "action") void this.#startAction(job);
    else this.#startMutation(job);
  }

  #startMutation(job: CronJob): void {
    let startedMs = 0;
    this.#options.functions.call(
      {
        ...callOf(job),
        kind: "mutation",
        isDropped: () => {
          startedMs = this.#options.nowMs();
          const isDropped = !this.#isDue(job);
          if (isDropped) this.#ended(job);
          return isDropped;
        },
        alongside: (transaction, { logLines, durationMs }) => this.#finish(transaction, job, { startedMs, durationMs, error: null, logLines }),
      },
      (result) => {
        if (!result.ok) {
          const run = { startedMs, durationMs: this.#options.nowMs() - startedMs, error: result.failure.message, logLines: result.logLines };
          this.#commit((transaction) => this.#finish(transaction, job, run));
        }
        this.#ended(job);
      },
    );
  }

  async #startAction(job: CronJob): Promise<void> {
    const startedMs = this.#options.nowMs();
    try {
      const ts = this.#commit((transaction) => updateCronJob(transaction, job.name, () => ({ startedMs })));
      await this.#options.functions.whenDurable(ts);
    } catch {
      this.#running.delete(job.name); // the disk refused it: nothing has begun, and the engine wakes us
      return;
    }
    this.#options.functions.call({ ...callOf(job), kind: "action", isDropped: () => this.#isClosed }, (result) => {
      if (this.#isClosed) return;
      const run = { startedMs, durationMs: this.#options.nowMs() - startedMs, error: result.ok ? null : result.failure.message, logLines: result.logLines };
      this.#commit((transaction) => this.#finish(transaction, job, run));
      this.#ended(job);
    });
  }

  /** The run and the time of the next, by the schedule that the job has now. */
  #finish(transaction: Transaction, { name, functionPath }: CronJob, run: Omit<CronRun, "name" | "functionPath">): void {
    addCronRun(transaction, { name, functionPath, ...run });
    const nowMs = this.#options.nowMs();
    updateCronJob(transaction, name, (job) => ({ startedMs: null, ...(job.nextRunMs > nowMs ? {} : { nextRunMs: nextRunMs(job.schedule, name, job.nextRunMs, nowMs) }) }));
  }

  #ended({ name }: CronJob): void {
    this.#running.delete(name);
    this.wake();
  }

  /** Not changed or removed by a push since it was found to be due. */
  #isDue({ name, nextRunMs: foundMs }: CronJob): boolean {
    return this.#read(readCronJobs).some((job) => job.name === name && job.nextRunMs === foundMs);
  }

  /** Actions that an earlier engine had started: they are not run again before their next time. */
  #failInterrupted(): void {
    this.#commit((transaction) => {
      for (const job of readCronJobs(transaction)) {
        if (job.startedMs === null) continue;
        const error = "The server was restarted while the action was running. It is run again at its next time.";
        this.#finish(transaction, job, { startedMs: job.startedMs, durationMs: 0, error, logLines: [] });
      }
    });
  }

  #read<T>(read: (transaction: Transaction) => T): T {
    const transaction = this.#options.database.begin("query", NO_TRANSACTION_LIMITS);
    const result = read(transaction);
    transaction.finish();
    return result;
  }

  #commit(write: (transaction: Transaction) => void): number {
    const transaction = this.#options.database.begin("mutation", NO_TRANSACTION_LIMITS);
    write(transaction);
    return this.#options.database.commit(transaction);
  }
}

function callOf({ functionPath, args }: CronJob) {
  return {
    path: functionPath,
    componentPath: "",
    args,
    principal: NOBODY,
    requestId: newRequestId(),
    client: null,
    caller: "server" as const,
    source: "Cron" as const,
    atTs: null,
    once: null,
  };
}
