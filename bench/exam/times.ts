/** Every kind of time that an exam is measured by, and the calls that were made in it. */
import { Calls } from "../calls.js";
import { errorRateUnder, maxUnder, p99Under, Samples, type Figure } from "../figures.js";

export const SEEN_GOAL_MS = 2_000;
export const CHAT_GOAL_MS = 150;
export const SCORE_GOAL_MS = 3_000;
export const CHIP_GOAL_MS = 10_000;
const HEARTBEAT_GOAL_MS = 200;
const ERROR_RATE_GOAL = 0.05;
export const CRON_MS = 60_000;
/** How much longer than its goal something is waited for: a miss has a figure too. */
export const PATIENCE = 3;

export class Times {
  readonly heartbeat = new Samples();
  readonly violation = new Samples();
  readonly disconnected = new Samples();
  readonly recovered = new Samples();
  readonly chat = new Samples();
  readonly score = new Samples();
  readonly chipCame = new Samples();
  readonly chipLeft = new Samples();
  readonly chipExpired = new Samples();
  readonly stale = new Samples();
  /** All but the heartbeats, of which some may fail. */
  readonly calls = new Calls();

  figures(): Figure[] {
    return [
      ...this.windowFigures(),
      maxUnder("presence chip after its expiry", this.chipExpired, CHIP_GOAL_MS),
      maxUnder("stale session until it is expired by the cron", this.stale, CRON_MS + SEEN_GOAL_MS),
    ];
  }

  /** Without those of somebody who never comes back. */
  windowFigures(): Figure[] {
    return [
      p99Under("heartbeat", this.heartbeat, HEARTBEAT_GOAL_MS),
      errorRateUnder("heartbeats that failed", this.heartbeat, ERROR_RATE_GOAL),
      maxUnder("violation until the tutor sees it", this.violation, SEEN_GOAL_MS),
      maxUnder("second missed heartbeat until the tutor sees the disconnect", this.disconnected, SEEN_GOAL_MS),
      maxUnder("next heartbeat until the tutor sees the recovery", this.recovered, SEEN_GOAL_MS),
      p99Under("chat message until the other sees it", this.chat, CHAT_GOAL_MS),
      maxUnder("signed score until clients see it", this.score, SCORE_GOAL_MS),
      maxUnder("presence chip after coming", this.chipCame, CHIP_GOAL_MS),
      maxUnder("presence chip after leaving", this.chipLeft, CHIP_GOAL_MS),
    ];
  }
}
