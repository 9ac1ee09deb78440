/**
 * What the newest commits touched, to check transactions that ran on an older snapshot. Bounded by commits and by keys: of
 * what is forgotten it has to be assumed that it touched everything, so a transaction that old conflicts, and runs again.
 */
import type { Key } from "../storage/store.js";
import { overlaps, type ReadSet } from "./read-set.js";

interface TouchedKeys {
  readonly ts: number;
  readonly keys: readonly Key[];
}

const COMMITS_MAX = 4_096;
/** Of all commits together; some 20 MB. */
const KEYS_MAX = 200_000;

export class RecentCommits {
  #commits: TouchedKeys[] = [];
  /** Index of the oldest that counts: those before it are cut off all at once, since each cut moves all others. */
  #first = 0;
  #keys = 0;

  /** `forgottenTs`: nothing is known of commits up to here. */
  constructor(private forgottenTs: number) {}

  /** In the order of their timestamps. */
  add(commit: TouchedKeys): void {
    this.#commits.push(commit);
    this.#keys += commit.keys.length;
    while (this.#commits.length - this.#first > COMMITS_MAX || this.#keys > KEYS_MAX) {
      const { ts, keys } = this.#commits[this.#first++]!;
      this.#keys -= keys.length;
      this.forgottenTs = ts;
    }
    if (this.#first < COMMITS_MAX && this.#keys > 0) return;
    this.#commits = this.#commits.slice(this.#first);
    this.#first = 0;
  }

  /** Nothing is known of commits up to `ts` any more. */
  forget(ts: number): void {
    this.#commits = [];
    this.#first = 0;
    this.#keys = 0;
    this.forgottenTs = ts;
  }

  /** Whether a commit after `ts` has touched what was read, or may have. */
  mayOverlap(readSet: ReadSet, ts: number): boolean {
    if (ts < this.forgottenTs) return true;
    for (let i = this.#commits.length - 1; i >= this.#first; i--) {
      const commit = this.#commits[i]!;
      if (commit.ts <= ts) return false;
      if (overlaps(readSet, commit.keys)) return true;
    }
    return false;
  }
}
