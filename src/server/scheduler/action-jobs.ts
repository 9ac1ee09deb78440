/**
 * Scheduled actions that have been handed over to run, each at most once:
 *
 *     pending ─▶ in progress, durably ─▶ waits for an executor ─▶ runs ─▶ its end, durably
 *                        ▲ canceled, or the server is stopped ┘    └─ the server ends: found in progress at the next start
 *
 * There are fewer at once than there are places for actions, so that a backlog leaves places to clients.
 */
import { beginJob, readJob, requeueJob, type Job, type JobEnd } from "../../functions/scheduled-jobs.js";
import type { FunctionsService } from "../engine/functions-service.js";
import { callOf, endOf, type JobBooks } from "./job-books.js";

export interface ActionJobsOptions {
  readonly books: JobBooks;
  readonly functions: Pick<FunctionsService, "call" | "whenDurable">;
  /** Places for actions. */
  readonly actionsMax: number;
  /** A job has ended, or was found to be canceled: there may be room for another. */
  readonly onEnded: () => void;
}

/** Of the places for actions, scheduled ones take at most so many. */
const SHARE = 0.75;
/** The disk refused the end of a job: it is written again. */
const RETRY_MS = 10_000;

interface Started {
  readonly job: Job;
  /** Whether its action has begun. */
  isRunning: boolean;
}

export class ActionJobs {
  readonly #options: ActionJobsOptions;
  readonly #started = new Map<string, Started>();
  #isClosed = false;

  constructor(options: ActionJobsOptions) {
    this.#options = options;
  }

  get started(): number {
    return this.#started.size;
  }

  get room(): number {
    return Math.max(1, Math.floor(this.#options.actionsMax * SHARE)) - this.#started.size;
  }

  has(id: string): boolean {
    return this.#started.has(id);
  }

  /** What is no action (any more) fails like one, with the error that says so. */
  start(job: Job): void {
    const { books, functions } = this.#options;
    this.#started.set(job._id, { job, isRunning: false });
    const ts = books.commit((transaction) => beginJob(transaction, job));
    functions.whenDurable(ts).then(
      () => this.#call(job),
      // The disk refused it: the job is pending again.
      () => void this.#started.delete(job._id),
    );
  }

  /** What has not begun is pending again, for the next start of the server. */
  close(): void {
    this.#isClosed = true;
    const waiting = [...this.#started.values()].filter(({ isRunning }) => !isRunning);
    this.#options.books.commit((transaction) => {
      for (const { job } of waiting) if (readJob(transaction, job._id)?.state.kind === "inProgress") requeueJob(transaction, job, "action");
    });
  }

  #call(job: Job): void {
    if (this.#isClosed) return;
    this.#options.functions.call({ ...callOf(job), kind: "action", isDropped: () => this.#isDropped(job) }, (result) => {
      this.#settle(job._id, endOf(result));
      this.#ended(job);
    });
  }

  /** Its turn has come, unless it was canceled while it waited. */
  #isDropped(job: Job): boolean {
    const started = this.#started.get(job._id);
    if (this.#isClosed || started === undefined) return true;
    started.isRunning = this.#options.books.isInState(job._id, "inProgress");
    if (!started.isRunning) this.#ended(job);
    return !started.isRunning;
  }

  /** Until it is durable: only we know how the action ended. */
  #settle(id: string, end: JobEnd): void {
    const { books, functions } = this.#options;
    functions.whenDurable(books.end(id, end)).catch(() => {
      if (!this.#isClosed) setTimeout(() => this.#settle(id, end), RETRY_MS).unref();
    });
  }

  #ended({ _id }: Job): void {
    this.#started.delete(_id);
    if (!this.#isClosed) this.#options.onEnded();
  }
}
