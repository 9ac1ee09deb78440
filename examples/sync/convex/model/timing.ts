/**
 * Times and rates, from environment variables of the deployment: a demonstration or a test may run faster than life.
 *
 *     HEARTBEAT_MS          20000   from a visible tab; a subject is cold after three without any
 *     SCAN_SECONDS             30   between scans of what is due (fixed when the code is pushed)
 *     REFRESH_MS            20000   at least between refreshes of a hot subject: less than the scans are apart, so that each scan finds it due
 *     FETCH_TIMEOUT_MS      10000   that the source has to answer; a worker that is silent for twice as long is lost
 *     FETCHES_PER_MINUTE      240   the token bucket's rate
 *     FETCHES_AT_ONCE         120   its capacity
 */

export interface Timing {
  readonly heartbeatMs: number;
  readonly coldAfterMs: number;
  readonly scanSeconds: number;
  readonly refreshMs: number;
  readonly fetchTimeoutMs: number;
  /** From the start of a worker to the moment at which it must have ended. */
  readonly leaseMs: number;
  /** A token that was not used by then is forfeit: after an outage, what had queued up does not run at once. */
  readonly permitMs: number;
  readonly fetchesPerMinute: number;
  readonly fetchesAtOnce: number;
}

type Variables = Readonly<Record<string, string | undefined>>;

export function timingFrom(variables: Variables): Timing {
  const heartbeatMs = numberFrom(variables, "HEARTBEAT_MS", 20_000, 100, 600_000);
  const fetchTimeoutMs = numberFrom(variables, "FETCH_TIMEOUT_MS", 10_000, 50, 120_000);
  return {
    heartbeatMs,
    coldAfterMs: 3 * heartbeatMs,
    scanSeconds: numberFrom(variables, "SCAN_SECONDS", 30, 1, 86_400),
    refreshMs: numberFrom(variables, "REFRESH_MS", 20_000, 50, 86_400_000),
    fetchTimeoutMs,
    leaseMs: 2 * fetchTimeoutMs,
    permitMs: 6 * fetchTimeoutMs,
    fetchesPerMinute: numberFrom(variables, "FETCHES_PER_MINUTE", 240, 1, 100_000),
    fetchesAtOnce: numberFrom(variables, "FETCHES_AT_ONCE", 120, 1, 100_000),
  };
}

/** Of this deployment. Each variable is named, as the platform wants it. */
export function timing(): Timing {
  return timingFrom({
    HEARTBEAT_MS: process.env.HEARTBEAT_MS,
    SCAN_SECONDS: process.env.SCAN_SECONDS,
    REFRESH_MS: process.env.REFRESH_MS,
    FETCH_TIMEOUT_MS: process.env.FETCH_TIMEOUT_MS,
    FETCHES_PER_MINUTE: process.env.FETCHES_PER_MINUTE,
    FETCHES_AT_ONCE: process.env.FETCHES_AT_ONCE,
  });
}

function numberFrom(variables: Variables, name: string, byDefault: number, min: number, max: number): number {
  const text = variables[name];
  if (text === undefined || text === "") return byDefault;
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`${name} must be a whole number from ${min} to ${max}, not "${text}". Set it with \`npx convex env set ${name} ${byDefault}\`.`);
}
