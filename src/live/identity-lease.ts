/**
 * How long a session may act as the user that it acts as. A token's time ends, and a token may be refused; the client then
 * gets a short time to bring another one, in which nothing is done in anybody's name:
 *
 *             expired, or revoked                        not renewed in time
 *     held ───────────────────────▶ suspended ──────────────────────────────────▶ held, by nobody
 *      │ ▲                             ▲ │
 *      │ └──────── renew ──────────────┼─┘
 *      └── another token was refused ──┘   (not renewed in time: held as before)
 *
 * The public client closes its socket at the first word of an expired or refused token, fetches a new one, and sends again
 * what was not answered. Running that meanwhile, as nobody, would make calls fail that were made by a user.
 */

/** Calls back once after `ms`; returns how to cancel. */
export type After = (ms: number, action: () => void) => () => void;

export interface LeaseOptions {
  readonly after: After;
  /** Wall clock. */
  readonly nowMs: () => number;
  /** The time of the token is over: the client is to be told. The lease is suspended already. */
  readonly onExpired: () => void;
  /** The suspension is over and no new token has come. `isLost`: the old one is no longer good. */
  readonly onResumed: (isLost: boolean) => void;
}

/** Well above a round trip, and short enough for a client that has no other token and goes on as nobody. */
export const RENEWAL_MS = 1_000;
/** Timers take no more. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export class IdentityLease {
  readonly #options: LeaseOptions;
  #expiresAtMs = Infinity;
  #cancelExpiry: () => void = () => undefined;
  #cancelSuspension: (() => void) | null = null;
  #isLost = false;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** Also tells of an expiry whose timer is late, as after a machine has slept. */
  get isSuspended(): boolean {
    if (this.#expiresAtMs !== Infinity && !this.#isLost && this.#expiresAtMs <= this.#options.nowMs()) this.#expire();
    return this.#cancelSuspension !== null;
  }

  /** The session acts as somebody else, or as the same by another token. `Infinity`: for good. */
  renew(expiresAtMs: number): void {
    this.#cancelSuspension?.();
    this.#cancelSuspension = null;
    this.#isLost = false;
    this.#expiresAtMs = expiresAtMs;
    this.#watch();
  }

  /** The client was told that its token is not accepted. `isLost`: nor is the one that it had. */
  suspend(isLost: boolean): void {
    this.#isLost ||= isLost;
    this.#cancelSuspension ??= this.#options.after(RENEWAL_MS, () => this.#resume());
  }

  close(): void {
    this.#cancelExpiry();
    this.#cancelSuspension?.();
  }

  #watch(): void {
    this.#cancelExpiry();
    if (this.#expiresAtMs === Infinity) return;
    const remainingMs = this.#expiresAtMs - this.#options.nowMs();
    const action = remainingMs > TIMER_MS_MAX ? () => this.#watch() : () => this.#checkExpiry();
    this.#cancelExpiry = this.#options.after(Math.min(Math.max(remainingMs, 0), TIMER_MS_MAX), action);
  }

  #checkExpiry(): void {
    if (this.#isLost) return;
    // Timers may be early by a little.
    if (this.#expiresAtMs <= this.#options.nowMs()) this.#expire();
    else this.#watch();
  }

  #expire(): void {
    this.suspend(true);
    this.#options.onExpired();
  }

  #resume(): void {
    this.#cancelSuspension = null;
    const isLost = this.#isLost;
    if (isLost) this.renew(Infinity);
    this.#options.onResumed(isLost);
  }
}
