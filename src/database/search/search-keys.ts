/**
 * Where the entries of a search index lie. All start with the index's own prefix (keys.ts).
 *
 *     p <filter:1> <value> <term> \0 <impact:2> <recency:8> <id>    posting: the term occurs in the document
 *     f <id>                                          the document's terms with their impacts, and its filter values
 *     n                                               counter: documents
 *     t <term>                                        counter: documents in which the term occurs
 *     v <filter:1> <value>                            counter: documents with that value in that filter field
 *
 * Postings are there once without a filter (filter 0, no value) and once for each filter field (1, 2, …) with the document's
 * value of it: a search within one tenant reads, and depends on, the postings of that tenant alone.
 *
 * Impact and recency (the creation time) are inverted, so that the best documents of a term come first, the newest first among
 * equals. A posting has no value: everything is in its key.
 */
import { createHash } from "node:crypto";
import type { Key } from "../../storage/store.js";
import { encodeKeyPart } from "../../values/key.js";
import type { Value } from "../../values/value.js";
import { STORED_IMPACT_MAX } from "./relevance.js";

const POSTING = "p";
const FORWARD = "f";
const DOCUMENT_COUNTER = "n";
const TERM_COUNTER = "t";
const FILTER_COUNTER = "v";

/** Ends a term. Below every byte of a term, so that a term comes before those that it is the beginning of. */
const TERM_END = "\0";
/** Follows all postings of a term and precedes all longer terms. */
const AFTER_TERM = "\x01";
const IMPACT_LENGTH = 2;
const RECENCY_LENGTH = 8;
const SCORE_LENGTH = 8;
/** Longer encodings of filter values are replaced by their hash. */
const FILTER_VALUE_BYTES_MAX = 64;
/** Above every tag of an encoded value (values/key.ts). */
const HASHED = "\xff";

export interface Posting {
  /** As stored; see relevance.ts. */
  readonly impact: number;
  /** Recency and id: orders documents of equal relevance. */
  readonly tie: Key;
  readonly id: string;
}

/** UTF-8 as a binary string, which orders like the term's code points. */
export function termToBytes(term: string): Key {
  return Buffer.from(term, "utf8").toString("latin1");
}

export function bytesToTerm(bytes: Key): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}

export function filterValueKey(value: Value | undefined): Key {
  const part = encodeKeyPart(value);
  return part.length <= FILTER_VALUE_BYTES_MAX ? part : HASHED + createHash("sha256").update(part, "latin1").digest("binary");
}

/** Recency and id. Documents have a number as `_creationTime`. */
export function tieKey(creationTime: Value | undefined, id: string): Key {
  const ascending = encodeKeyPart(creationTime).slice(1, 1 + RECENCY_LENGTH);
  return inverted(ascending) + id;
}

/** Of all results of a search, in the order in which they are returned: the position of a cursor. */
export function rankKey(score: number, tie: Key): Key {
  return inverted(encodeKeyPart(score).slice(1)) + tie;
}

export function idOfRankKey(key: Key): string {
  return key.slice(SCORE_LENGTH + RECENCY_LENGTH);
}

function inverted(bytes: Key): Key {
  let result = "";
  for (let i = 0; i < bytes.length; i++) result += String.fromCharCode(255 - bytes.charCodeAt(i));
  return result;
}

/** Postings without a filter, or of one value of a filter field: what the keys of a {@link Posting} start with before the term. */
export function sectionPrefix(indexPrefix: Key, filterNumber: number, valueKey: Key): Key {
  return indexPrefix + POSTING + String.fromCharCode(filterNumber) + valueKey;
}

/** What the postings of a term start with. */
export function termPrefix(section: Key, termBytes: Key): Key {
  return section + termBytes + TERM_END;
}

/** The first key after all postings of a term. */
export function afterTerm(section: Key, termBytes: Key): Key {
  return section + termBytes + AFTER_TERM;
}

export function postingSuffix(impact: number, tie: Key): Key {
  const rest = STORED_IMPACT_MAX - impact;
  return String.fromCharCode(rest >>> 8, rest & 255) + tie;
}

/** `offset` is where the term and its end are over. */
export function decodePosting(key: Key, offset: number): Posting {
  const rest = (key.charCodeAt(offset) << 8) | key.charCodeAt(offset + 1);
  const tie = key.slice(offset + IMPACT_LENGTH);
  return { impact: STORED_IMPACT_MAX - rest, tie, id: tie.slice(RECENCY_LENGTH) };
}

/** The term of a posting in `section`. */
export function termBytesOf(key: Key, section: Key): Key {
  return key.slice(section.length, key.indexOf(TERM_END, section.length));
}

export function forwardKey(indexPrefix: Key, id: string): Key {
  return indexPrefix + FORWARD + id;
}

export function documentCounterKey(indexPrefix: Key): Key {
  return indexPrefix + DOCUMENT_COUNTER;
}

export function termCounterKey(indexPrefix: Key, termBytes: Key): Key {
  return indexPrefix + TERM_COUNTER + termBytes;
}

export function filterCounterKey(indexPrefix: Key, filterNumber: number, valueKey: Key): Key {
  return indexPrefix + FILTER_COUNTER + String.fromCharCode(filterNumber) + valueKey;
}
