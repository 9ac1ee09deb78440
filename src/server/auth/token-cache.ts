/** Tokens that were verified lately, the most recently used ones, so that a user's next request waits for nothing. */
import type { VerifiedToken } from "./token-verifier.js";

/** Characters of the tokens; an identity is about as large as its token. */
const CHARS_MAX = 16 * 1024 * 1024;
/** What has been revoked at the provider is believed no longer than this. */
const KEPT_MS_MAX = 10 * 60_000;

interface Entry {
  readonly verified: VerifiedToken;
  readonly untilMs: number;
}

export class TokenCache {
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();
  #chars = 0;

  constructor(
    private readonly nowMs: () => number,
    private readonly charsMax = CHARS_MAX,
  ) {}

  get size(): number {
    return this.#entries.size;
  }

  get(token: string): VerifiedToken | null {
    const entry = this.#entries.get(token);
    if (entry === undefined) return null;
    this.#entries.delete(token);
    if (entry.untilMs <= this.nowMs()) {
      this.#chars -= token.length;
      return null;
    }
    this.#entries.set(token, entry);
    return entry.verified;
  }

  set(token: string, verified: VerifiedToken): void {
    this.#delete(token);
    this.#entries.set(token, { verified, untilMs: Math.min(verified.expiresAtMs, this.nowMs() + KEPT_MS_MAX) });
    this.#chars += token.length;
    for (const oldest of this.#entries.keys()) {
      if (this.#chars <= this.charsMax) return;
      this.#delete(oldest);
    }
  }

  #delete(token: string): void {
    if (this.#entries.delete(token)) this.#chars -= token.length;
  }
}
