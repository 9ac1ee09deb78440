/**
 * The time of day in milliseconds and fractions of one, so that commits of one millisecond keep their order in time. All
 * threads of a process tell the same time, so that what they make at the same time is in order too.
 *
 * It follows the system's clock when that is set, and when the machine has slept, which `performance.now()` does not notice:
 * tokens of users go by it. It does so in whole seconds, so that threads which find out at different moments agree.
 */

const STEP_MS = 1_000;
/** More than half a step, so that what a step leaves is no reason for another. */
const DEVIATION_MS_MAX = 600;

export interface Clocks {
  /** The system's, in whole milliseconds. */
  readonly systemMs: () => number;
  /** Steady, in fractions of a millisecond; begins with the system's time, and the same for every thread. */
  readonly steadyMs: () => number;
}

export const CLOCKS: Clocks = { systemMs: () => Date.now(), steadyMs: () => performance.timeOrigin + performance.now() };

/** `ahead`: what a TestClock (test-clock.ts) shares. */
export function wallClock({ systemMs, steadyMs }: Clocks = CLOCKS, ahead?: SharedArrayBuffer): () => number {
  const followed = followingClock(systemMs, steadyMs);
  if (ahead === undefined) return followed;
  const aheadMs = new Float64Array(ahead);
  return () => followed() + aheadMs[0]!;
}

function followingClock(systemMs: () => number, steadyMs: () => number): () => number {
  let offsetMs = 0;
  return () => {
    const nowMs = steadyMs() + offsetMs;
    const deviationMs = systemMs() - nowMs;
    if (Math.abs(deviationMs) <= DEVIATION_MS_MAX) return nowMs;
    const stepMs = Math.round(deviationMs / STEP_MS) * STEP_MS;
    offsetMs += stepMs;
    return nowMs + stepMs;
  };
}
