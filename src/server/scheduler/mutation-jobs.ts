/**
 * Scheduled mutations that have been handed over to run. A job stays pending until the transaction that runs it commits,
 * and that transaction writes its end: whatever interrupts it, it is run again, and has happened once.
 *
 * What is handed over waits in one queue with the calls of clients. So it is only as much as takes a short time, by what
 * runs of the same functions have taken: a backlog of slow jobs takes its turns between clients' calls, one job at a time.
 */
import { functionKey } from "../../functions/deployed-functions.js";
import type { Job } from "../../functions/scheduled-jobs.js";
import type { FunctionsService } from "../engine/functions-service.js";
import { callOf, endOf, type JobBooks } from "./job-books.js";
import { RunTimes } from "./run-times.js";

export interface MutationJobsOptions {
  readonly books: JobBooks;
  readonly functions: Pick<FunctionsService, "call">;
  /** A job has ended, or was found to be canceled: there may be room for another. */
  readonly onEnded: () => void;
}

/** However short they are. */
const STARTED_MAX = 256;
/** What all that have been handed over may be expected to take, unless it is one alone. */
const EXPECTED_MS_MAX = 20;

export class MutationJobs {
  readonly #options: MutationJobsOptions;
  /** Jobs that have been handed over and have not ended, with what each is expected to take. */
  readonly #started = new Map<string, number>();
  readonly #times = new RunTimes();
  #expectedMs = 0;
  #isClosed = false;

  constructor(options: MutationJobsOptions) {
    this.#options = options;
  }

  get started(): number {
    return this.#started.size;
  }

  /** How many more could be handed over if they are short. */
  get room(): number {
    return STARTED_MAX - this.#started.size;
  }

  has(id: string): boolean {
    return this.#started.has(id);
  }

  /** False where those before must end first. What is no mutation (any more) fails like one, with the error that says so. */
  start(job: Job): boolean {
    const expectedMs = this.#times.expectedMs(functionKey(job.componentPath, job.name));
    if (this.#started.size > 0 && this.#expectedMs + expectedMs > EXPECTED_MS_MAX) return false;
    this.#started.set(job._id, expectedMs);
    this.#expectedMs += expectedMs;
    this.#call(job);
    return true;
  }

  /** What has not begun stays pending. */
  close(): void {
    this.#isClosed = true;
  }

  #call(job: Job): void {
    const { books, functions } = this.#options;
    let startMs = performance.now();
    functions.call(
      {
        ...callOf(job),
        kind: "mutation",
        isDropped: () => {
          const isDropped = this.#isClosed || !books.isInState(job._id, "pending");
          if (isDropped) this.#ended(job);
          startMs = performance.now();
          return isDropped;
        },
        alongside: (transaction) => books.endWith(transaction, job._id, { kind: "success" }),
      },
      (result) => {
        this.#times.measured(functionKey(job.componentPath, job.name), performance.now() - startMs);
        if (!result.ok) books.end(job._id, endOf(result));
        this.#ended(job);
      },
    );
  }

  #ended({ _id }: Job): void {
    this.#expectedMs -= this.#started.get(_id) ?? 0;
    this.#started.delete(_id);
    if (this.#started.size === 0) this.#expectedMs = 0;
    this.#options.onEnded();
  }
}
