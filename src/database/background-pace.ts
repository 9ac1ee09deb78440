/**
 * How many entries of what goes on behind commits (filling indexes, sweeping, importing) one group of writes takes. A mutation
 * waits for the group before its own and for its own: so the number is found by measuring, as what this disk, with these keys,
 * takes some milliseconds for.
 */
const GROUP_MS = 12;
const ENTRIES_MIN = 250;
const ENTRIES_MAX = 4_000;
/** A group that was slow for a reason of its own must not count for long, and one that was quick not at once. */
const SLOWER_MAX = 0.5;
const FASTER_MAX = 1.25;

export class BackgroundPace {
  #entriesMax = 500;

  get entriesMax(): number {
    return this.#entriesMax;
  }

  /** A group of so many entries took so long to be on disk. */
  measured(entries: number, ms: number): void {
    if (entries < Math.min(ENTRIES_MIN, this.#entriesMax / 2)) return; // mostly the cost of any group
    const factor = Math.min(Math.max((entries * GROUP_MS) / (ms * this.#entriesMax), SLOWER_MAX), FASTER_MAX);
    this.#entriesMax = Math.min(Math.max(Math.round(this.#entriesMax * factor), ENTRIES_MIN), ENTRIES_MAX);
  }
}
