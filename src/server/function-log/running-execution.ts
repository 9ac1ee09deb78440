/**
 * The lines of one execution while it runs. Those that are printed together are told together; each is told once, by a progress
 * record or by the completion.
 *
 *     print ── print ──(a moment)──▶ progress      flush: at once, before something that follows from it is told
 *     print ── end ────────────────▶ completion, with the lines that were not told yet
 */
import type { LoggedExecution, LoggedFunction, LoggedProgress } from "./log-record.js";

export interface RunningExecutionEvents {
  readonly nowMs: () => number;
  readonly onLines: (progress: LoggedProgress, lineTimesMs: readonly number[]) => void;
  /** Once, and last. */
  readonly onEnd: (execution: LoggedExecution, lineTimesMs: readonly number[]) => void;
}

/** Long enough for a loop that prints, short enough for whoever watches. */
const GATHER_MS = 50;

export class RunningExecution {
  readonly #lines: string[] = [];
  readonly #timesMs: number[] = [];
  #timer: NodeJS.Timeout | null = null;

  /** The caller bounds what is printed: see LogBuffer. */
  constructor(
    private readonly execution: LoggedFunction,
    readonly id: string,
    private readonly events: RunningExecutionEvents,
  ) {}

  print(line: string): void {
    this.#lines.push(line);
    this.#timesMs.push(this.events.nowMs());
    this.#timer ??= setTimeout(() => this.flush(), GATHER_MS).unref();
  }

  /** Tells what was printed so far. */
  flush(): void {
    this.#stopTimer();
    if (this.#lines.length > 0) this.events.onLines({ ...this.execution, logLines: this.#lines.splice(0) }, this.#timesMs.splice(0));
  }

  end(outcome: Pick<LoggedExecution, "failure" | "durationMs" | "usage">): void {
    this.#stopTimer();
    this.events.onEnd({ ...this.execution, ...outcome, logLines: this.#lines.splice(0) }, this.#timesMs.splice(0));
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
