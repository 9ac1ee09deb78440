/** Waiting for something to be seen in the results of live queries, and for how long that took. */
import type { Samples } from "../figures.js";

interface Expected {
  readonly sinceMs: number;
  readonly samples: Samples;
  readonly giveUpAt: number;
}

/** What is expected by key, until it is seen or given up. */
export class Sightings {
  readonly #expected = new Map<string, Expected>();

  /** @param sinceMs the moment from which the time counts, on the clock of `Date.now`, by default now */
  expect(key: string, samples: Samples, timeoutMs: number, sinceMs = Date.now()): void {
    this.#expected.set(key, { sinceMs, samples, giveUpAt: Math.max(Date.now(), sinceMs) + timeoutMs });
  }

  see(key: string): void {
    const expected = this.#expected.get(key);
    if (expected === undefined) return;
    this.#expected.delete(key);
    expected.samples.add(Date.now() - expected.sinceMs);
  }

  get isSettled(): boolean {
    return this.#expected.size === 0;
  }

  /** Resolves when nothing is expected any more; what was given up counts as failed. */
  async settle(): Promise<void> {
    while (this.#expected.size > 0) {
      for (const [key, { giveUpAt, samples }] of this.#expected) {
        if (Date.now() <= giveUpAt) continue;
        this.#expected.delete(key);
        samples.failed++;
      }
      await delay(20);
    }
  }
}

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
