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
import { displayedFunctionPath } from "../../functions/function-path.js";
import { formatLogLine } from "../../functions/sandbox/console.js";
import { NOBODY } from "../../live/session.js";
import type { FunctionLog } from "../function-log/function-log.js";
import type { FunctionsService } from "../engine/functions-service.js";
import { newRequestId } from "../request-id.js";
import { hasMissed, nextRunMs } from "./cron-schedule.js";
import { addCronRun, readCronJob, readCronJobs, updateCronJob, type CronJob, type CronRun } from "./cron-table.js";

export interface CronJobsOptions {
  readonly database: Database;
  readonly functions: Pick<FunctionsService, "call" | "whenDurable">;
  readonly deployed: () => DeployedFunctions | null;
  readonly log: Pick<FunctionLog, "add">;
  /** Wall clock, milliseconds. */
  readonly nowMs: () => number;
}

type FinishedCronRun = Omit<CronRun, "name" | "functionPath">;

/** Timers are not set further ahead: the clock may be set meanwhile. */
const LOOK_INTERVAL_MS_MAX = 60_000;
/** After the disk refused commits, which it may do again. */
const REFUSED_PAUSE_MS = 1_000;

export class CronJobs {
  readonly #options: CronJobsOptions;
  /** By name; their run has not ended. */
  readonly #running = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #isLookDue = false;
  #isPaused = false;
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

  /** The disk refused commits: runs that they had begun or ended may be due again. */
  rolledBack(): void {
    this.#isPaused = true;
    this.#setTimer(REFUSED_PAUSE_MS);
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #look(): void {
    this.#isLookDue = false;
    if (this.#isClosed || this.#isPaused) return;
    const nowMs = this.#options.nowMs();
    let nextMs = nowMs + LOOK_INTERVAL_MS_MAX;
    for (const job of this.#read(readCronJobs)) {
      if (this.#running.has(job.name)) continue;
      if (job.nextRunMs <= nowMs) this.#start(job);
      else nextMs = Math.min(nextMs, job.nextRunMs);
    }
    this.#setTimer(Math.max(1, Math.ceil(nextMs - nowMs)));
  }

  #setTimer(delayMs: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const timeIsUp = (): void => {
      this.#isPaused = false;
      this.wake();
    };
    this.#timer = this.#isClosed ? null : setTimeout(timeIsUp, delayMs).unref();
  }

  #start(job: CronJob): void {
    this.#running.add(job.name);
    if (this.#options.deployed()?.find(job.componentPath, job.functionPath)?.kind === "action") void this.#startAction(job);
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
          const isDropped = this.#isClosed || !this.#isDue(job);
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
      this.#settle(job, { startedMs, durationMs: this.#options.nowMs() - startedMs, error: result.ok ? null : result.failure.message, logLines: result.logLines });
    });
  }

  /** Until it is durable: before, the action counts as running, and is not begun again. */
  #settle(job: CronJob, run: FinishedCronRun): void {
    const ts = this.#commit((transaction) => this.#finish(transaction, job, run));
    this.#options.functions.whenDurable(ts).then(
      () => this.#ended(job),
      () => {
        if (!this.#isClosed) setTimeout(() => this.#settle(job, run), REFUSED_PAUSE_MS).unref();
      },
    );
  }

  /** The run and the time of the next, by the schedule that the job has now. */
  #finish(transaction: Transaction, { name, functionPath }: CronJob, run: FinishedCronRun): void {
    addCronRun(transaction, { name, functionPath, ...run });
    const nowMs = this.#options.nowMs();
    updateCronJob(transaction, name, (job) => {
      if (job.nextRunMs > nowMs) return { startedMs: null }; // moved by a push meanwhile
      if (hasMissed(job.schedule, name, job.nextRunMs, nowMs)) this.#logSkipped(job);
      return { startedMs: null, nextRunMs: nextRunMs(job.schedule, name, job.nextRunMs, nowMs) };
    });
  }

  #logSkipped({ name, componentPath, functionPath }: CronJob): void {
    const { deployed, log } = this.#options;
    const found = deployed()?.find(componentPath, functionPath);
    log.add({
      kind: found?.kind ?? "mutation",
      environment: found?.environment ?? "isolate",
      path: displayedFunctionPath(functionPath),
      componentPath,
      logLines: [formatLogLine("WARN", [`Cron job "${name}": times that came due before its last run had ended are skipped.`])],
      failure: null,
      requestId: newRequestId(),
      durationMs: 0,
      caller: "Cron",
      isAdmin: false,
      parentExecutionId: null,
      usage: null,
    });
  }

  #ended({ name }: CronJob): void {
    this.#running.delete(name);
    this.wake();
  }

  /** Not changed or removed by a push since it was found to be due. */
  #isDue({ name, nextRunMs: foundMs }: CronJob): boolean {
    return this.#read((transaction) => readCronJob(transaction, name))?.nextRunMs === foundMs;
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

function callOf({ componentPath, functionPath, args }: CronJob) {
  return {
    path: displayedFunctionPath(functionPath),
    componentPath,
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
