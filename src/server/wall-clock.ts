/**
 * The time of day in milliseconds and fractions of one, so that commits of one millisecond keep their order in time. It
 * follows the system's clock when that is set, and when the machine has slept, which `performance.now()` does not notice:
 * tokens of users and cron jobs go by it.
 */

/** The system's clock counts whole milliseconds, and is slewed by little. */
const DEVIATION_MS_MAX = 20;

export interface Clocks {
  /** The system's, in whole milliseconds. */
  readonly systemMs: () => number;
  /** Steady, in fractions of a millisecond, from any origin. */
  readonly steadyMs: () => number;
}

export function wallClock({ systemMs, steadyMs }: Clocks = { systemMs: () => Date.now(), steadyMs: () => performance.now() }): () => number {
  let originMs = systemMs() - steadyMs();
  return () => {
    const nowMs = systemMs();
    const fineMs = originMs + steadyMs();
    if (Math.abs(fineMs - nowMs) <= DEVIATION_MS_MAX) return fineMs;
    originMs += nowMs - fineMs;
    return nowMs;
  };
}
