/**
 * Every time of the app follows from the interval of the heartbeats, which the environment variable `HEARTBEAT_MS` of the
 * deployment may change: a demonstration or a test then runs faster, in the same proportions.
 *
 *     heartbeat            10 s   expected from each session that is active
 *     next one refused      5 s   when it comes sooner after the last
 *     disconnected         21 s   two missed beats; each counts as missed 1 s after it was expected
 *     stale               120 s   the session expires
 *     presence             20 s   beat of the "who is here" chips, which go after 60 s of silence
 *     typing                2 s   beat of "… is typing", which goes after 5 s without a key press
 */

const HEARTBEAT_MS_DEFAULT = 10_000;
const HEARTBEAT_MS_MIN = 100;
const HEARTBEAT_MS_MAX = 60_000;

export interface Timing {
  readonly heartbeatMs: number;
  readonly heartbeatGapMsMin: number;
  readonly disconnectedAfterMs: number;
  readonly staleAfterMs: number;
  readonly presenceBeatMs: number;
  readonly presenceExpiresAfterMs: number;
  readonly typingBeatMs: number;
  readonly typingExpiresAfterMs: number;
}

/** @param heartbeatMs the value of `HEARTBEAT_MS` */
export function timingFrom(heartbeatMs: string | undefined): Timing {
  const beat = parseInterval(heartbeatMs);
  return {
    heartbeatMs: beat,
    heartbeatGapMsMin: beat / 2,
    disconnectedAfterMs: 2.1 * beat,
    staleAfterMs: 12 * beat,
    presenceBeatMs: 2 * beat,
    presenceExpiresAfterMs: 6 * beat,
    typingBeatMs: beat / 5,
    typingExpiresAfterMs: beat / 2,
  };
}

/** Of this deployment. */
export function timing(): Timing {
  return timingFrom(process.env.HEARTBEAT_MS);
}

function parseInterval(text: string | undefined): number {
  if (text === undefined || text === "") return HEARTBEAT_MS_DEFAULT;
  const interval = Number(text);
  if (interval >= HEARTBEAT_MS_MIN && interval <= HEARTBEAT_MS_MAX) return interval;
  throw new Error(`HEARTBEAT_MS must be a number from ${HEARTBEAT_MS_MIN} to ${HEARTBEAT_MS_MAX}, not "${text}". Set it with \`npx convex env set HEARTBEAT_MS 10000\`.`);
}
