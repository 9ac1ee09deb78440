/**
 * Which terms there are: the terms of a section's postings, found by leaping from one term's first posting to the next. What
 * was leapt over is a gap without terms; gaps go into the read set, so that a new term in one of them wakes who looked.
 */
import type { Key, KeyRange } from "../../storage/store.js";
import { keySuccessor } from "../../values/key.js";
import { assert } from "../errors.js";
import { prefixRange } from "../keys.js";
import type { Transaction } from "../transaction.js";
import { QUALITY } from "./relevance.js";
import { afterTerm, bytesToTerm, termBytesOf, termPrefix, termToBytes } from "./search-keys.js";
import type { QueryTerm } from "./terms.js";
import { TypingErrors, distanceMax } from "./typing-errors.js";

/** Terms that one term of a search can stand for, in the order of their code points. */
const EXPANSIONS_MAX = 256;
/** Of one search. */
const LEAPS_MAX = 4_096;

export interface MatchingTerm {
  readonly bytes: Key;
  /** See relevance.ts. */
  readonly quality: number;
}

export class TermDictionary {
  #leaps = 0;

  constructor(
    private readonly transaction: Transaction,
    private readonly section: Key,
  ) {}

  /** The term itself first, whether or not any document has it. */
  matching(term: QueryTerm, typoTolerance: number): MatchingTerm[] {
    const bytes = termToBytes(term.text);
    const found = new Map<Key, MatchingTerm>([[bytes, { bytes, quality: QUALITY.exact }]]);
    if (term.isPrefix) for (const longer of this.#startingWith(bytes)) found.set(longer, { bytes: longer, quality: QUALITY.prefix });
    const distance = term.isWord ? distanceMax(term.text, typoTolerance) : 0;
    if (distance > 0) for (const near of this.#near(term.text, distance)) if (!found.has(near.bytes)) found.set(near.bytes, near);
    return [...found.values()];
  }

  *#startingWith(bytes: Key): Generator<Key> {
    const end = keySuccessor(this.section + bytes);
    assert(end !== undefined, "a term has no key after it");
    let start = afterTerm(this.section, bytes);
    for (let count = 0; count < EXPANSIONS_MAX; count++) {
      const term = this.#firstTerm({ start, end });
      if (term === null) return;
      yield term;
      start = afterTerm(this.section, term);
    }
  }

  *#near(word: string, distance: number): Generator<MatchingTerm> {
    const errors = new TypingErrors(word, distance);
    const { end } = prefixRange(this.section);
    let count = 0;
    for (let start: Key = this.section; count < EXPANSIONS_MAX; ) {
      const term = this.#firstTerm({ start, end });
      if (term === null) return;
      const look = errors.look(bytesToTerm(term));
      if (look.type === "near") {
        count++;
        if (look.distance > 0) yield { bytes: term, quality: look.distance === 1 ? QUALITY.oneTypo : QUALITY.twoTypos };
        start = afterTerm(this.section, term);
      } else if (look.next === null) return;
      else start = this.section + termToBytes(look.next);
    }
  }

  /** Of those with postings in the range, which begins before all postings of some term. Null also when all leaps are used. */
  #firstTerm(range: KeyRange): Key | null {
    if (this.#leaps >= LEAPS_MAX) return null;
    this.#leaps++;
    for (const [key] of this.transaction.reader.entries(range)) {
      const bytes = termBytesOf(key, this.section);
      this.transaction.readSet.addRange({ start: range.start, end: termPrefix(this.section, bytes) });
      return bytes;
    }
    this.transaction.readSet.addRange(range);
    return null;
  }
}
