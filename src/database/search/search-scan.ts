/**
 * Walks the results of a search within a transaction, like an index scan walks a range: the position of a result is its
 * rank key behind the prefix of the index, so that pages are intervals of ranks.
 *
 * Where a page ends is a rank, not a document: when relevance changes, documents move between pages, but at any one
 * time each is in exactly one.
 */
import type { Key } from "../../storage/store.js";
import { DatabaseError } from "../errors.js";
import type { DocumentScan, ScannedDocument } from "../document-scan.js";
import type { Table } from "../table.js";
import type { Transaction } from "../transaction.js";
import type { SearchIndex } from "./search-index.js";
import { SearchRanking, type Ranked } from "./search-ranking.js";
import type { SearchRequest } from "./search-request.js";

/** Public limit of Convex (docs.convex.dev, "Full Text Search"); of a page, results before its cursor do not count. */
const RESULTS_MAX = 1_024;

export interface RankInterval {
  /** Exclusive; null for the best result. */
  readonly after: Key | null;
  /** Inclusive; null for the last result. */
  readonly upTo: Key | null;
}

export class SearchScan implements DocumentScan {
  #ranking: SearchRanking | null = null;
  #version = -1;
  #lastKey: Key | null;
  #results = 0;
  #isClosed = false;

  constructor(
    private readonly transaction: Transaction,
    private readonly table: Table,
    private readonly index: SearchIndex,
    private readonly request: SearchRequest,
    private readonly interval: RankInterval,
  ) {
    this.#lastKey = interval.after;
    transaction.track(this);
  }

  /** How much the search has read: of its newest ranking. */
  get postingsTaken(): number {
    return this.#ranking?.postingsTaken ?? 0;
  }

  next(): ScannedDocument | null {
    while (!this.#isClosed) {
      const ranked = this.#nextRanked();
      if (ranked === null) return this.#end();
      const found = this.#document(ranked);
      if (found !== null) return found;
    }
    return null;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#ranking?.close();
    this.transaction.untrack(this);
  }

  #nextRanked(): Ranked | null {
    const { upTo } = this.interval;
    const ranking = this.#currentRanking();
    for (;;) {
      const ranked = ranking.next(upTo === null ? null : upTo.slice(this.index.prefix.length));
      if (ranked === null || this.#lastKey === null || this.index.prefix + ranked.key > this.#lastKey) return ranked;
    }
  }

  /** Writes of the transaction itself change what is found: the search begins anew, and goes on behind its last result. */
  #currentRanking(): SearchRanking {
    if (this.#ranking !== null && this.#version === this.transaction.version) return this.#ranking;
    this.#ranking?.close();
    this.#version = this.transaction.version;
    this.#ranking = new SearchRanking(this.transaction, this.index, this.request);
    return this.#ranking;
  }

  #document({ key, id }: Ranked): ScannedDocument | null {
    this.#lastKey = this.index.prefix + key;
    const document = this.transaction.document(this.table, id);
    this.transaction.readSet.addPoint(document?.key ?? this.table.documentKey(id));
    if (document === undefined) return null;
    if (++this.#results > RESULTS_MAX) throw this.#tooMany(`more than ${RESULTS_MAX} results`);
    this.transaction.usage.readDocument(document.text.length);
    return { key: this.#lastKey, document };
  }

  #end(): null {
    const isCut = this.#ranking?.isCut === true;
    this.close();
    if (isCut) throw this.#tooMany("more matches than one search goes through");
    return null;
  }

  #tooMany(what: string): DatabaseError {
    return new DatabaseError(
      "limit",
      `Search query scanned too many documents: the search index ${this.table.name}.${this.index.record.name} has ${what} for it. ` +
        "Take fewer results with take(n) or paginate(…), search for more specific words, or put filters into withSearchIndex(…) with q.eq(…).",
    );
  }
}
