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
  readonly #commits: TouchedKeys[] = [];
  #keys = 0;

  /** `forgottenTs`: nothing is known of commits up to here. */
  constructor(private forgottenTs: number) {}

  /** In the order of their timestamps. */
  add(commit: TouchedKeys): void {
    this.#commits.push(commit);
    this.#keys += commit.keys.length;
    while (this.#commits.length > COMMITS_MAX || this.#keys > KEYS_MAX) {
      const { ts, keys } = this.#commits.shift()!;
      this.#keys -= keys.length;
      this.forgottenTs = ts;
    }
  }

  /** Whether a commit after `ts` has touched what was read, or may have. */
  mayOverlap(readSet: ReadSet, ts: number): boolean {
    return ts < this.forgottenTs || this.#commits.some((commit) => commit.ts > ts && overlaps(readSet, commit.keys));
  }
}
