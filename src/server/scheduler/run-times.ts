/** What runs of each function take: a mean that follows the newest. Bounded: of further functions nothing is known. */

/** Assumed of a function that has not run: short, but not so short that hundreds are tried at once. */
const UNKNOWN_MS = 5;
const MS_MIN = 0.05;
/** Weight of the newest run in the mean. */
const NEWEST_WEIGHT = 0.3;
const FUNCTIONS_MAX = 10_000;

export class RunTimes {
  readonly #meanMs = new Map<string, number>();

  expectedMs(name: string): number {
    return Math.max(MS_MIN, this.#meanMs.get(name) ?? UNKNOWN_MS);
  }

  measured(name: string, durationMs: number): void {
    const mean = this.#meanMs.get(name);
    if (mean === undefined && this.#meanMs.size >= FUNCTIONS_MAX) return;
    this.#meanMs.set(name, mean === undefined ? durationMs : mean + (durationMs - mean) * NEWEST_WEIGHT);
  }
}
