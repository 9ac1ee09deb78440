/**
 * Runs scheduled functions when they are due: mutations exactly once, actions at most once, over kills and restarts.
 *
 *     commit touches what was read ─┐                 ┌─▶ mutation-jobs.ts: as many as take a short time together
 *     timer of the next job ────────┼─▶ look ─▶ due ──┤
 *     a job has ended ──────────────┘                 └─▶ action-jobs.ts: as many as there are places for
 *
 * This file finds what is due and sweeps old results; it holds nothing in memory of the jobs that wait.
 */
import type { Commit, Database } from "../../database/database.js";
import { overlaps, type ReadSet } from "../../database/read-set.js";
import type { Transaction } from "../../database/transaction.js";
import type { DeployedFunctions } from "../../functions/deployed-functions.js";
import type { QueuedJob } from "../../functions/job-queue.js";
import { removeJob, requeueJob, type Job, type JobKind } from "../../functions/scheduled-jobs.js";
import type { FunctionsService } from "../engine/functions-service.js";
import { ActionJobs } from "./action-jobs.js";
import { queueTables, readDueJobs, type DueJobs, type DueJobsQuery } from "./due-jobs.js";
import { JobBooks } from "./job-books.js";
import { MutationJobs } from "./mutation-jobs.js";

export interface SchedulerOptions {
  readonly database: Database;
  readonly functions: Pick<FunctionsService, "call" | "whenDurable">;
  readonly deployed: () => DeployedFunctions | null;
  /** Places for actions. */
  readonly actionsMax: number;
  /** Wall clock, milliseconds. */
  readonly nowMs: () => number;
}

/** Timers are not set further ahead: the clock may be set meanwhile. */
const LOOK_INTERVAL_MS_MAX = 60_000;
/** After the disk refused commits, which it may do again. */
const REFUSED_PAUSE_MS = 1_000;
/** Results are kept for this long, as documented. */
const RESULTS_MS_MAX = 7 * 24 * 3_600_000;
const SWEEP_INTERVAL_MS = 10_000;
/** In one transaction: a few milliseconds. */
const SWEPT_MAX = 100;

const INTERRUPTED = "The server was restarted while the action was running. Actions are not run again: what it had done until then stays done.";

export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #books: JobBooks;
  readonly #mutations: MutationJobs;
  readonly #actions: ActionJobs;
  /** What the last look depends on; null until the first. */
  #head: ReadSet | null = null;
  #timer: NodeJS.Timeout | null = null;
  #sweepTimer: NodeJS.Timeout | null = null;
  #isLookDue = false;
  #isPaused = false;
  #isClosed = false;

  constructor(options: SchedulerOptions) {
    const { database, functions, actionsMax, nowMs } = options;
    this.#options = options;
    this.#books = new JobBooks(database, nowMs);
    const common = { books: this.#books, functions, onEnded: () => this.wake() };
    this.#mutations = new MutationJobs(common);
    this.#actions = new ActionJobs({ ...common, actionsMax });
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

  /** The disk refused commits: what they had ended or begun may be pending again. */
  rolledBack(): void {
    this.#isPaused = true;
    this.#setTimer(REFUSED_PAUSE_MS);
  }

  /** To be called before actions are ended. */
  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#sweepTimer !== null) clearInterval(this.#sweepTimer);
    this.#mutations.close();
    this.#actions.close();
  }

  /** How far it is behind its times, and how much it has begun. */
  get stats(): { readonly lagSeconds: number; readonly running: number } {
    const nowMs = this.#options.nowMs();
    const oldestMs = this.#books.read((transaction) => {
      const due = (["mutation", "action"] as const).flatMap((lane) => readDueJobs(transaction, queueTables(this.#options.database), { lane, nowMs, max: 1, isKnown: () => false }).due);
      return due.reduce((oldest, { time }) => Math.min(oldest, time), nowMs);
    });
    return { lagSeconds: Math.round((nowMs - oldestMs) / 1000), running: this.#mutations.started + this.#actions.started };
  }

  #look(): void {
    this.#isLookDue = false;
    // Before the first push there is nothing that could run, or have been scheduled.
    if (this.#isClosed || this.#isPaused || this.#options.deployed() === null) return;
    const nowMs = this.#options.nowMs();
    const { mutations, actions, readSet } = this.#books.read((transaction) => ({
      mutations: this.#read(transaction, { lane: "mutation", nowMs, max: this.#mutations.room, isKnown: (id) => this.#mutations.has(id) }),
      actions: this.#read(transaction, { lane: "action", nowMs, max: this.#actions.room, isKnown: (id) => this.#actions.has(id) }),
      readSet: transaction.readSet,
    }));
    this.#head = readSet;
    for (const job of this.#jobsOf(mutations.due, "mutation")) if (!this.#mutations.start(job)) break;
    for (const job of this.#jobsOf(actions.due, "action")) this.#actions.start(job);
    // Timers count whole milliseconds and may fire a little early: a job must never run before its time.
    const nextMs = Math.min(mutations.nextMs ?? Infinity, actions.nextMs ?? Infinity);
    this.#setTimer(Math.min(LOOK_INTERVAL_MS_MAX, Math.max(1, Math.ceil(nextMs - nowMs))));
  }

  /** Without room there is no need to know: whatever ends is a reason to look. */
  #read(transaction: Transaction, query: DueJobsQuery): DueJobs {
    if (query.max <= 0) return { due: [], nextMs: null };
    return readDueJobs(transaction, queueTables(this.#options.database), query);
  }

  /** One at a time, since their arguments may be large. A push may have made a mutation of an action: it changes the lane. */
  *#jobsOf(due: readonly QueuedJob[], kind: JobKind): Generator<Job> {
    const other = kind === "mutation" ? "action" : "mutation";
    for (const queued of due) {
      const job = this.#books.job(queued.job)!;
      if (this.#options.deployed()?.find(job.componentPath, job.name)?.kind === other) this.#books.commit((transaction) => requeueJob(transaction, job, other));
      else yield job;
    }
  }

  #setTimer(delayMs: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const timeIsUp = (): void => {
      this.#isPaused = false;
      this.wake();
    };
    this.#timer = this.#isClosed ? null : setTimeout(timeIsUp, delayMs).unref();
  }

  /** Actions that an earlier engine had started: nobody knows how far they came, and they are not run again. */
  #failInterrupted(): void {
    this.#books.commit((transaction) => {
      const { due } = this.#read(transaction, { lane: "inProgress", nowMs: Infinity, max: Infinity, isKnown: () => false });
      for (const { job } of due) this.#books.endWith(transaction, job, { kind: "failed", error: INTERRUPTED });
    });
  }

  #sweep(): void {
    if (this.#isClosed) return;
    const oldMs = this.#options.nowMs() - RESULTS_MS_MAX;
    let swept = 0;
    this.#books.commit((transaction) => {
      const { due } = this.#read(transaction, { lane: "ended", nowMs: oldMs, max: SWEPT_MAX, isKnown: () => false });
      for (const { job } of due) removeJob(transaction, job);
      swept = due.length;
    });
    if (swept === SWEPT_MAX) setImmediate(() => this.#sweep());
  }
}
