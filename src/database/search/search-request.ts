/**
 * What a search asks for, checked against the index: from the serialized filters of `withSearchIndex("name", (q) =>
 * q.search("body", "words", { typoTolerance: 1 }).eq("channel", id))` to terms and filter values.
 */
import type { Key } from "../../storage/store.js";
import type { JsonValue } from "../../values/value.js";
import { DatabaseError } from "../errors.js";
import { decodeOperand } from "../query/serialized-query.js";
import type { SearchIndexRecord } from "../table.js";
import { filterValueKey } from "./search-keys.js";
import { termsOfQuery, type QueryTerm } from "./terms.js";

/** Public limits of Convex (docs.convex.dev, "Full Text Search"). */
const WORDS_MAX = 16;
const FILTERS_MAX = 8;
/** A sentence without spaces is one word of many terms. */
const TERMS_MAX = 64;
/** What is longer has more terms than that anyway, or none. */
const TEXT_LENGTH_MAX = 64 * 1024;

export type TypoTolerance = 0 | 1 | 2;

export interface RequestedFilter {
  /** Filter fields of the index, counted from 1. */
  readonly number: number;
  readonly valueKey: Key;
}

export interface SearchRequest {
  readonly terms: readonly QueryTerm[];
  readonly filters: readonly RequestedFilter[];
  readonly typoTolerance: TypoTolerance;
}

interface Expression {
  readonly type?: unknown;
  readonly fieldPath?: unknown;
  readonly value?: unknown;
  readonly typoTolerance?: unknown;
}

/** Throws `invalidQuery` where the expressions do not fit the index. `name` is that of the index, for messages. */
export function parseSearchRequest(name: string, index: SearchIndexRecord, filters: readonly JsonValue[]): SearchRequest {
  const expressions = filters.map((filter) => expressionOf(name, filter));
  const searches = expressions.filter(({ type }) => type === "Search");
  const equalities = expressions.filter(({ type }) => type === "Eq");
  const [search] = searches;
  if (search === undefined) throw new DatabaseError("invalidQuery", `A query of the search index ${name} has no search expression. Begin with q.search(${JSON.stringify(index.searchField)}, text).`);
  if (searches.length > 1) throw new DatabaseError("invalidQuery", `A query of the search index ${name} has ${searches.length} search expressions, and exactly one is allowed. Put all words into one q.search(…).`);
  return { terms: searchTerms(name, index, search), filters: requestedFilters(name, index, equalities), typoTolerance: typoToleranceOf(search) };
}

function expressionOf(name: string, filter: JsonValue): Expression {
  const expression = (typeof filter === "object" && filter !== null ? filter : {}) as Expression;
  if (expression.type === "Search" || expression.type === "Eq") return expression;
  throw new DatabaseError("invalidQuery", `Malformed query of the search index ${name}: its filters must be what the \`q\` of withSearchIndex(name, (q) => …) builds.`);
}

function searchTerms(name: string, index: SearchIndexRecord, { fieldPath, value }: Expression): readonly QueryTerm[] {
  if (fieldPath !== index.searchField) {
    throw new DatabaseError("invalidQuery", `The search index ${name} searches the field "${index.searchField}", not ${JSON.stringify(fieldPath)}. Pass "${index.searchField}" to q.search(…), or define a search index of the other field.`);
  }
  if (typeof value !== "string") throw new DatabaseError("invalidQuery", `The text to search for in ${name} must be a string, not ${value === null ? "null" : typeof value}.`);
  if (value.length > TEXT_LENGTH_MAX) throw tooLong(name, `${value.length} characters (maximum ${TEXT_LENGTH_MAX})`);
  const { terms, words } = termsOfQuery(value);
  if (words > WORDS_MAX) throw tooLong(name, `${words} words (maximum ${WORDS_MAX})`);
  if (terms.length > TERMS_MAX) throw tooLong(name, `${terms.length} terms (maximum ${TERMS_MAX})`);
  return terms;
}

function tooLong(name: string, what: string): DatabaseError {
  return new DatabaseError("limit", `The text to search for in ${name} has too many words: ${what}. Search for fewer words.`);
}

function typoToleranceOf({ typoTolerance }: Expression): TypoTolerance {
  if (typoTolerance === undefined) return 0;
  if (typoTolerance === 0 || typoTolerance === 1 || typoTolerance === 2) return typoTolerance;
  throw new DatabaseError("invalidQuery", `\`typoTolerance\` of q.search(…) must be 0, 1 or 2, not ${JSON.stringify(typoTolerance)}.`);
}

function requestedFilters(name: string, index: SearchIndexRecord, equalities: readonly Expression[]): RequestedFilter[] {
  if (equalities.length > FILTERS_MAX) throw new DatabaseError("limit", `A query of the search index ${name} has ${equalities.length} filters, and at most ${FILTERS_MAX} are allowed. Use .filter(…) for the others.`);
  const seen = new Set<unknown>();
  return equalities.map(({ fieldPath, value }) => {
    const position = index.filterFields.indexOf(String(fieldPath));
    if (position === -1) {
      throw new DatabaseError("invalidQuery", `The search index ${name} has no filter field ${JSON.stringify(fieldPath)}. Its filter fields are ${JSON.stringify(index.filterFields)}: add the field to its \`filterFields\` in convex/schema.ts, or use .filter(…).`);
    }
    if (seen.has(fieldPath)) throw new DatabaseError("invalidQuery", `A query of the search index ${name} filters by "${index.filterFields[position]!}" twice. Give each field one q.eq(…).`);
    if (value === undefined) throw new DatabaseError("invalidQuery", `A filter by "${index.filterFields[position]!}" of the search index ${name} has no value.`);
    seen.add(fieldPath);
    return { number: position + 1, valueKey: filterValueKey(decodeOperand(value as JsonValue)) };
  });
}
