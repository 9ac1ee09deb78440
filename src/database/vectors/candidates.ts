/**
 * Finds the best of many candidates of which only an upper bound of the score is known, by looking at the real score of few:
 * those whose bound is not below the last place. The bounds are what makes it few; they need not be in order.
 *
 * What is found depends only on candidates whose bound is at least {@link Ranking.threshold}: others could come or go.
 */

export interface Match {
  readonly id: string;
  readonly score: number;
}

export interface Candidates {
  readonly bounds: Float32Array;
  readonly idOf: (candidate: number) => string;
  /** Null where it is no match after all. */
  readonly scoreOf: (candidate: number) => number | null;
}

export interface Ranking {
  /** Best first; of equal scores the lesser id first. */
  readonly matches: readonly Match[];
  /** -Infinity where any further candidate would matter. */
  readonly threshold: number;
}

/** Real scores looked at, where bounds can't tell candidates apart: some milliseconds. */
const SCORED_MAX = 2_000;
/** More than bounds differ by rounding, in whichever way they were computed; most of it where the similarity is nearly 1. */
export const BOUND_SLACK = 1e-4;

export function rank(candidates: Candidates, limit: number): Ranking {
  const ranker = new Ranker(candidates, limit);
  // The best by bound give a last place to measure the others by.
  const first = kthLargest(candidates.bounds, limit);
  ranker.visit(first, Infinity);
  ranker.visit(ranker.lastPlace - BOUND_SLACK, first);
  return { matches: ranker.best, threshold: ranker.threshold };
}

class Ranker {
  readonly best: Match[] = [];
  #scored = 0;
  /** Nothing below has been looked at. */
  #reached = Infinity;

  constructor(
    private readonly candidates: Candidates,
    private readonly limit: number,
  ) {}

  /** The score to beat; -Infinity while there are places. */
  get lastPlace(): number {
    return this.best.length < this.limit ? -Infinity : this.best.at(-1)!.score;
  }

  get threshold(): number {
    return this.#scored >= SCORED_MAX ? Math.max(this.#reached, this.lastPlace) : this.lastPlace;
  }

  /** Looks at candidates with bounds from `low` up to, but not including, `high`. */
  visit(low: number, high: number): void {
    for (const candidate of this.#inOrder(low, high)) {
      const bound = this.candidates.bounds[candidate]!;
      if (this.#scored >= SCORED_MAX || bound < this.lastPlace - BOUND_SLACK) return;
      this.#scored++;
      this.#reached = bound;
      const score = this.candidates.scoreOf(candidate);
      if (score !== null) this.#place({ id: this.candidates.idOf(candidate), score });
    }
  }

  #inOrder(low: number, high: number): number[] {
    const { bounds, idOf } = this.candidates;
    const found = between(bounds, low, high);
    // So many are not looked at anyway, and sorting all of them could take long.
    const best = found.length <= SCORED_MAX ? found : between(bounds, Math.max(low, kthLargest(Float32Array.from(found, (i) => bounds[i]!), SCORED_MAX)), high);
    return best.sort((a, b) => bounds[b]! - bounds[a]! || (idOf(a) < idOf(b) ? -1 : 1));
  }

  #place(match: Match): void {
    let place = this.best.length;
    while (place > 0 && isBetter(match, this.best[place - 1]!)) place--;
    if (place >= this.limit) return;
    this.best.splice(place, 0, match);
    if (this.best.length > this.limit) this.best.pop();
  }
}

function between(bounds: Float32Array, low: number, high: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < bounds.length; i++) {
    const bound = bounds[i]!;
    if (bound >= low && bound < high) found.push(i);
  }
  return found;
}

function isBetter(a: Match, b: Match): boolean {
  return a.score > b.score || (a.score === b.score && a.id < b.id);
}

/** -Infinity where there are no more than `k`. */
export function kthLargest(values: Float32Array, k: number): number {
  if (values.length <= k) return -Infinity;
  // A heap of the k largest so far, the least of them on top.
  const heap = values.slice(0, k).sort();
  for (let i = k; i < values.length; i++) if (values[i]! > heap[0]!) replaceLeast(heap, values[i]!);
  return heap[0]!;
}

function replaceLeast(heap: Float32Array, value: number): void {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
    if (heap[child]! >= value) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = value;
}
