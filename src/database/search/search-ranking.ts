/**
 * The results of a search, the most relevant first, found one after another without looking at all that match: the threshold
 * algorithm (Fagin, Lotem, Naor, 2001) over lists of postings that lie in the order of their impact.
 *
 *     lists      "red"  3.1 2.9 2.9│2.4 …          each step takes the next posting of the list that promises most,
 *                "fox"  2.8 2.5│2.2 …              and scores that document for all terms (forward-entry.ts)
 *     threshold         2.9 + 2.5 = 5.4            what no document that was not met yet can exceed
 *     candidates        7.1 5.6│5.2 2.9            those above the threshold are results, in their order
 *
 * A search takes a bounded number of postings. Then the rest of the lists counts as if it were not there: what was met is
 * still ranked. Which postings are taken, and so all results, depends on what is stored alone, not on how many are asked for.
 */
import type { Key } from "../../storage/store.js";
import { assert } from "../errors.js";
import { counterStep, readCounter, type Counter } from "../index-entries.js";
import type { Transaction } from "../transaction.js";
import { encodeFilterValue, filterValuesOf, impactOf, impactsOf } from "./forward-entry.js";
import { KeyHeap } from "./key-heap.js";
import { PostingList } from "./posting-list.js";
import { gainOf, termWeight } from "./relevance.js";
import { forwardKey, idOfRankKey, rankKey, sectionPrefix, type Posting } from "./search-keys.js";
import type { SearchIndex } from "./search-index.js";
import type { RequestedFilter, SearchRequest } from "./search-request.js";
import { TermDictionary, type MatchingTerm } from "./term-dictionary.js";

/** Of one search, however many results are asked for. */
export const POSTINGS_MAX = 16_384;
/** With more lists than this a document's terms are walked once, instead of being searched for each. */
const LOOKUPS_MAX = 12;

export interface Ranked {
  /** See `rankKey` in search-keys.ts. */
  readonly key: Key;
  readonly id: string;
}

interface List {
  readonly postings: PostingList;
  /** Of the request's terms; the best of the lists of one term counts. */
  readonly termNumber: number;
  /** Weight and quality: what a gain is multiplied with. */
  readonly factor: number;
  /** The last posting taken; null before the first. */
  last: Posting | null;
  /** What the next posting can be worth at most. */
  bound: number;
}

export class SearchRanking {
  readonly #lists: readonly List[];
  readonly #listsByTerm = new Map<string, List[]>();
  readonly #termCount: number;
  readonly #candidates = new KeyHeap();
  readonly #met = new Set<string>();
  /** Filters that the postings do not imply. */
  readonly #otherFilters: readonly { readonly position: number; readonly value: string }[];
  #postingsTaken = 0;

  constructor(
    private readonly transaction: Transaction,
    private readonly index: SearchIndex,
    request: SearchRequest,
  ) {
    const [filter, ...others] = this.#mostSelectiveFirst(request.filters);
    const section = filter === undefined ? sectionPrefix(index.prefix, 0, "") : sectionPrefix(index.prefix, filter.number, filter.valueKey);
    this.#otherFilters = others.map(({ number, valueKey }) => ({ position: number - 1, value: encodeFilterValue(valueKey) }));
    this.#termCount = request.terms.length;
    const dictionary = new TermDictionary(transaction, section);
    const matches = request.terms.map((term) => dictionary.matching(term, request.typoTolerance));
    // One term alone needs no weight.
    const documentCount = matches.length > 1 ? this.#count(index.documentCounter) : null;
    this.#lists = matches.flatMap((terms, termNumber) => this.#makeLists(section, terms, termNumber, documentCount === null ? 1 : this.#weight(terms, documentCount)));
  }

  get postingsTaken(): number {
    return this.#postingsTaken;
  }

  /** Whether there were more postings than a search may take. */
  get isCut(): boolean {
    return this.#postingsTaken >= POSTINGS_MAX && this.#lists.some(({ bound }) => bound > 0);
  }

  /** The next result in the order of keys, null at the end. With `upTo` null as soon as no further result can be up to there. */
  next(upTo: Key | null): Ranked | null {
    for (;;) {
      const threshold = this.#threshold();
      const key = this.#candidates.first;
      if (key !== undefined && (threshold === null || key <= threshold)) {
        if (upTo !== null && key > upTo) return null;
        this.#candidates.takeFirst();
        return { key, id: idOfRankKey(key) };
      }
      if (threshold === null) return null;
      if (upTo !== null && threshold >= upTo && (key === undefined || key > upTo)) return null;
      this.#step();
    }
  }

  /** Adds what was looked at to the read set. */
  close(): void {
    for (const { postings } of this.#lists) this.transaction.readSet.addRange(postings.readRange);
  }

  /** A term weighs what the most frequent of its matches weighs. */
  #weight(terms: readonly MatchingTerm[], documentCount: number): number {
    return termWeight(documentCount, Math.max(...terms.map(({ bytes }) => this.#count(this.index.termCounter(bytes)))));
  }

  #makeLists(section: Key, terms: readonly MatchingTerm[], termNumber: number, weight: number): List[] {
    return terms.map(({ bytes, quality }) => {
      const list = { postings: new PostingList(this.transaction, section, bytes), termNumber, factor: weight * quality, last: null, bound: Infinity };
      const same = this.#listsByTerm.get(list.postings.term);
      if (same === undefined) this.#listsByTerm.set(list.postings.term, [list]);
      else same.push(list);
      return list;
    });
  }

  /** The list that promises most gives its next posting. */
  #step(): void {
    let best = this.#lists[0];
    for (const list of this.#lists) if (list.bound > best!.bound) best = list;
    assert(best !== undefined, "a search without lists has a threshold");
    const posting = best.postings.next();
    if (posting === null) {
      best.bound = 0;
      return;
    }
    this.#postingsTaken++;
    best.last = posting;
    best.bound = best.factor * gainOf(posting.impact);
    this.#meet(posting, best);
  }

  #meet(posting: Posting, list: List): void {
    if (this.#lists.length === 1 && this.#otherFilters.length === 0) return this.#candidates.add(rankKey(list.bound, posting.tie));
    if (this.#met.has(posting.id)) return;
    this.#met.add(posting.id);
    const key = forwardKey(this.index.prefix, posting.id);
    this.transaction.readSet.addPoint(key);
    const forward = this.transaction.reader.get(key);
    if (forward === undefined || !this.#passesFilters(forward)) return;
    this.#candidates.add(rankKey(this.#score(forward), posting.tie));
  }

  #passesFilters(forward: string): boolean {
    if (this.#otherFilters.length === 0) return true;
    const values = filterValuesOf(forward);
    return this.#otherFilters.every(({ position, value }) => values[position] === value);
  }

  #score(forward: string): number {
    const best = new Array<number>(this.#termCount).fill(0);
    const count = (list: List, impact: number): void => {
      best[list.termNumber] = Math.max(best[list.termNumber]!, list.factor * gainOf(impact));
    };
    if (this.#lists.length <= LOOKUPS_MAX) {
      for (const list of this.#lists) {
        const impact = impactOf(forward, list.postings.term);
        if (impact !== null) count(list, impact);
      }
    } else {
      for (const [term, impact] of impactsOf(forward)) for (const list of this.#listsByTerm.get(term) ?? []) count(list, impact);
    }
    return best.reduce((sum, part) => sum + part, 0);
  }

  /** A key that those of all documents that were not met yet come after; null where there are none. */
  #threshold(): Key | null {
    if (this.#postingsTaken >= POSTINGS_MAX) return null;
    const bounds = new Array<number>(this.#termCount).fill(0);
    for (const { bound, termNumber } of this.#lists) bounds[termNumber] = Math.max(bounds[termNumber]!, bound);
    const score = bounds.reduce((sum, part) => sum + part, 0);
    if (score === 0) return null;
    return rankKey(score, this.#leastTie(bounds));
  }

  /** A document as good as the threshold is in one of the best lists of every term, after what was taken from that list. */
  #leastTie(bounds: readonly number[]): Key {
    let least: Key = "";
    bounds.forEach((bound, termNumber) => {
      if (bound === 0) return;
      const ties = this.#lists.filter((list) => list.termNumber === termNumber && list.bound === bound).map(({ last }) => last?.tie ?? "");
      const first = ties.reduce((a, b) => (a < b ? a : b));
      if (first > least) least = first;
    });
    return least;
  }

  /** The filter with the fewest documents leads: its postings are read, and the others checked. */
  #mostSelectiveFirst(filters: readonly RequestedFilter[]): readonly RequestedFilter[] {
    if (filters.length < 2) return filters;
    const counted = filters.map((filter) => {
      const counter = this.index.filterCounter(filter.number, filter.valueKey);
      return { filter, step: counterStep(this.#count(counter), counter.countMin) };
    });
    return counted.sort((a, b) => a.step - b.step).map(({ filter }) => filter);
  }

  /** To be used by its step only: see index-entries.ts. */
  #count(counter: Counter): number {
    this.transaction.readSet.addPoint(counter.key);
    return readCounter(this.transaction.reader, counter);
  }
}
