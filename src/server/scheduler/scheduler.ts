/**
 * Runs scheduled functions when they are due: mutations exactly once, actions at most once, over kills and restarts.
 *
 *     commit touches what was read ─┐
 *     timer of the next job ────────┼─▶ look ─▶ due ─▶ mutation: runs, its state in the same transaction ─▶ success | failed
 *     a job has ended ──────────────┘            └───▶ action: inProgress, durable ─▶ runs ─────────────▶ success | failed
 *
 * A mutation's job stays pending until the transaction that runs it commits: whatever interrupts it, it is run again, and
 * has happened once. An action that was interrupted is found in progress at the next start, and fails.
 */
import type { Commit, Database } from "../../database/database.js";
import { IndexScan } from "../../database/index-scan.js";
import { NO_TRANSACTION_LIMITS } from "../../database/limits.js";
import { overlaps, type ReadSet } from "../../database/read-set.js";
import type { DocumentValue } from "../../database/table.js";
import type { Transaction } from "../../database/transaction.js";
import type { DeployedFunctions } from "../../functions/deployed-functions.js";
import { jobsCompletedBefore, jobsInState, readJob, setJobState, type Job, type JobState } from "../../functions/scheduled-jobs.js";
import { NOBODY } from "../../live/session.js";
import { encodeValue, parseValue } from "../../values/value.js";
import { newRequestId, type CallResult, type FunctionsService } from "../engine/functions-service.js";
import { jobsTables, readDueJobs, type DueJob } from "./due-jobs.js";

export interface SchedulerOptions {
  readonly database: Database;
  readonly functions: Pick<FunctionsService, "call" | "whenDurable">;
  readonly deployed: () => DeployedFunctions | null;
  /** Wall clock, milliseconds. */
  readonly nowMs: () => number;
}

/** Jobs that have been handed over and have not ended. Enough to keep the engine busy, few enough to let others in between. */
const STARTED_MAX = 256;
/** The longest that a timer can be set. */
const TIMER_MS_MAX = 2 ** 31 - 1;
/** Results are kept for this long, as documented. */
const RESULTS_MS_MAX = 7 * 24 * 3_600_000;
const SWEEP_INTERVAL_MS = 1_000;
/** In one transaction; well above what can complete in a second. */
const SWEPT_MAX = 4_000;

export class Scheduler {
  readonly #options: SchedulerOptions;
  /** What the last look depends on; null until the first. */
  #head: ReadSet | null = null;
  /** Handed over: pending mutations, and actions on their way to being in progress. */
  readonly #started = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #sweepTimer: NodeJS.Timeout | null = null;
  #isLookDue = false;
  #isClosed = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  get started(): number {
    return this.#started.size;
  }

  /** To be called once, when functions can be called. */
  start(): void {
    this.#failInterrupted();
    this.wake();
    this.#sweepTimer = setInterval(() => this.#sweep(), SWEEP_INTERVAL_MS).unref();
  }

  /** A commit that touches the head of the queue is a reason to look. */
  onCommit({ keys }: Commit): void {
    if (this.#head !== null && overlaps(this.#head, keys)) this.wake();
  }

  /** Looks for due jobs in the next turn. */
  wake(): void {
    if (this.#isLookDue || this.#isClosed) return;
    this.#isLookDue = true;
    setImmediate(() => this.#look());
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#sweepTimer !== null) clearInterval(this.#sweepTimer);
  }

  #look(): void {
    this.#isLookDue = false;
    // Before the first push there is nothing that could run, or have been scheduled.
    if (this.#isClosed || this.#options.deployed() === null) return;
    const { due, nextMs, readSet } = readDueJobs(this.#options.database, this.#options.nowMs(), STARTED_MAX);
    this.#head = readSet;
    for (const job of due) if (!this.#started.has(job._id)) this.#start(job);
    this.#setTimer(nextMs);
  }

  #setTimer(nextMs: number | null): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (nextMs === null) return;
    // Timers count whole milliseconds and may fire a little early: a job must never run before its time.
    const delayMs = Math.max(1, Math.ceil(nextMs - this.#options.nowMs()));
    this.#timer = setTimeout(() => this.wake(), Math.min(delayMs, TIMER_MS_MAX)).unref();
  }

  #start(job: DueJob): void {
    this.#started.add(job._id);
    if (this.#options.deployed()?.find(job.name)?.kind === "action") void this.#startAction(job);
    else this.#startMutation(job);
  }

  /** What is no mutation (any more) fails like one, with the error that says so. */
  #startMutation(job: DueJob): void {
    this.#options.functions.call(
      {
        ...callOf(job),
        kind: "mutation",
        isDropped: () => {
          const isDropped = !this.#isInState(job, "pending");
          if (isDropped) this.#ended(job);
          return isDropped;
        },
        alongside: (transaction) => this.#complete(transaction, job, { kind: "success" }),
      },
      (result) => {
        if (!result.ok) this.#commit((transaction) => this.#complete(transaction, job, { kind: "failed", error: result.failure.message }));
        this.#ended(job);
      },
    );
  }

  async #startAction(job: DueJob): Promise<void> {
    try {
      if (!this.#isInState(job, "pending")) return;
      const ts = this.#commit((transaction) => setJobState(transaction, job._id, { kind: "inProgress" }, this.#options.nowMs()));
      await this.#options.functions.whenDurable(ts);
    } catch {
      return; // the disk refused it: the job is pending again, and the engine wakes us
    } finally {
      this.#ended(job);
    }
    this.#options.functions.call({ ...callOf(job), kind: "action", isDropped: () => this.#isClosed }, (result) => {
      if (!this.#isClosed) this.#commit((transaction) => this.#complete(transaction, job, endOf(result)));
    });
  }

  /** Unless it was canceled meanwhile, or swept. */
  #complete(transaction: Transaction, { _id }: Job, state: JobState): void {
    const kind = readJob(transaction, _id)?.state.kind;
    if (kind === "pending" || kind === "inProgress") setJobState(transaction, _id, state, this.#options.nowMs());
  }

  #ended({ _id }: Job): void {
    this.#started.delete(_id);
    this.wake();
  }

  #isInState({ _id }: Job, kind: JobState["kind"]): boolean {
    const transaction = this.#options.database.begin("query", NO_TRANSACTION_LIMITS);
    const job = readJob(transaction, _id);
    transaction.finish();
    return job?.state.kind === kind;
  }

  #commit(write: (transaction: Transaction) => void): number {
    const transaction = this.#options.database.begin("mutation", NO_TRANSACTION_LIMITS);
    write(transaction);
    return this.#options.database.commit(transaction);
  }

  /** Actions that an earlier engine had started: nobody knows how far they came, and they are not run again. */
  #failInterrupted(): void {
    this.#commit((transaction) => {
      for (const table of jobsTables(this.#options.database)) {
        const scan = new IndexScan(transaction, table, jobsInState(table, "inProgress"), false);
        const interrupted: string[] = [];
        for (let found = scan.next(); found !== null; found = scan.next()) interrupted.push(found.id);
        const error = "The server was restarted while the action was running. Actions are not run again: what it had done until then stays done.";
        for (const id of interrupted) setJobState(transaction, id, { kind: "failed", error }, this.#options.nowMs());
      }
    });
  }

  #sweep(): void {
    this.#commit((transaction) => {
      for (const table of jobsTables(this.#options.database)) {
        const scan = new IndexScan(transaction, table, jobsCompletedBefore(table, this.#options.nowMs() - RESULTS_MS_MAX), false);
        const old: { id: string; text: string }[] = [];
        for (let found = scan.next(); found !== null && old.length < SWEPT_MAX; found = scan.next()) old.push(found);
        scan.close();
        for (const { id, text } of old) transaction.write(table, id, { text, value: parseValue(text) as DocumentValue }, null);
      }
    });
  }
}

/** Nobody's authentication is passed on to scheduled functions. */
function callOf({ _id, name, args }: Job) {
  return {
    path: name,
    componentPath: "",
    args: encodeValue(args[0] ?? {}),
    principal: NOBODY,
    requestId: newRequestId(),
    client: null,
    caller: "server" as const,
    source: "Scheduler" as const,
    atTs: null,
    once: null,
    scheduledFunctionId: _id,
  };
}

function endOf(result: CallResult): JobState {
  return result.ok ? { kind: "success" } : { kind: "failed", error: result.failure.message };
}

