/**
 * How relevant a document is to a search: BM25+ (Lv and Zhai, 2011).
 *
 *     score = Σ over the terms of the search   weight(term) · quality(match) · (1 + impact(term, document))
 *
 *     impact    grows with how often the term occurs in the document and falls with the document's length. It depends on
 *               nothing but the document, so it is stored, and entries of a term lie in its order. Length counts by its
 *               logarithm, which needs no average that would change with every write.
 *     weight    the rarity of the term (inverse document frequency). Counts are rounded to their steps (index-entries.ts):
 *               the weights of a search, which are read like all else, change rarely.
 *     quality   1 for the word itself, less for one that only begins with it, or is off by typing errors. Ranges of
 *               `quality · (1 + impact)` do not overlap, so that in a search for one word the better match always comes first.
 */
import { counterStep } from "../index-entries.js";

/** BM25's k1 and b. */
const SATURATION = 1.2;
const LENGTH_SHARE = 0.75;
/** A document of this length is an average one. */
const LENGTH_MEAN = 64;
const IMPACT_MAX = SATURATION + 1;
/** Impacts are stored as 16 bits. */
export const STORED_IMPACT_MAX = 0xffff;

export function storedImpact(frequency: number, length: number): number {
  const norm = 1 - LENGTH_SHARE + (LENGTH_SHARE * Math.log2(1 + length)) / Math.log2(1 + LENGTH_MEAN);
  return Math.round((frequency / (frequency + SATURATION * norm)) * STORED_IMPACT_MAX);
}

/** `1 + impact`, between 1 and 3.2. */
export function gainOf(stored: number): number {
  return 1 + (stored / STORED_IMPACT_MAX) * IMPACT_MAX;
}

export const QUALITY = { exact: 1, prefix: 0.3, oneTypo: 0.09, twoTypos: 0.025 } as const;

/** Deployments with fewer documents are all the same: their weights would change with every other insert. */
export const DOCUMENTS_COUNT_MIN = 64;
export const TERM_COUNT_MIN = 1;

/** Of a term that occurs in `termCount` of `documentCount` documents. Greater than 0. */
export function termWeight(documentCount: number, termCount: number): number {
  const documents = DOCUMENTS_COUNT_MIN * 2 ** counterStep(documentCount, DOCUMENTS_COUNT_MIN);
  const occurrences = TERM_COUNT_MIN * 2 ** Math.max(0, counterStep(termCount, TERM_COUNT_MIN) - 1);
  return Math.log(1 + (Math.max(documents - occurrences, 0) + 0.5) / (occurrences + 0.5));
}
