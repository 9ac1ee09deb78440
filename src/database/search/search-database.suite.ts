/** For the tests of this folder: a database with a search index, and a naive search to compare with. */
import { compareValues } from "../../values/compare.js";
import type { JsonValue, Value } from "../../values/value.js";
import { QueryDatabase, NAMESPACE, collect } from "../query/query-database.suite.js";
import type { QueryOperator, SerializedQuery } from "../query/serialized-query.js";
import { fieldAt, type DocumentValue } from "../table.js";
import type { Transaction } from "../transaction.js";
import { QUALITY, gainOf, storedImpact, termWeight } from "./relevance.js";
import { termsOfDocument, termsOfQuery, type QueryTerm } from "./terms.js";
import { distanceMax } from "./typing-errors.js";

export interface SearchIndexOptions {
  readonly searchField: string;
  readonly filterFields?: readonly string[];
}

export const TABLE = "messages";
export const INDEX = "search";

export class SearchDatabase extends QueryDatabase {
  constructor(readonly options: SearchIndexOptions) {
    super();
    this.declare(TABLE, {});
    const transaction = this.database.begin("mutation");
    const { record } = this.table(TABLE);
    const index = { kind: "search" as const, id: this.database.catalog.allocateIndexId(), name: INDEX, searchField: options.searchField, filterFields: options.filterFields ?? [] };
    transaction.putTable({ ...record, indexes: [...record.indexes, { ...index, state: "ready", enabled: true, staged: false }] });
    this.database.commit(transaction);
  }

  /** The texts that are found, the best first. */
  found(text: string, filters: Readonly<Record<string, Value | undefined>> = {}, typoTolerance = 0): unknown[] {
    return this.collect(this.query(text, filters, typoTolerance)).map((document) => fieldAt(document, this.options.searchField.split(".")));
  }

  query(text: string, filters: Readonly<Record<string, Value | undefined>> = {}, typoTolerance = 0, operators: readonly QueryOperator[] = []): SerializedQuery {
    return searchOf([searchExpression(this.options.searchField, text, typoTolerance), ...Object.entries(filters).map(([name, value]) => eqExpression(name, value))], operators);
  }
}

export function searchOf(filters: readonly JsonValue[], operators: readonly QueryOperator[] = []): SerializedQuery {
  return { source: { type: "Search", indexName: `${TABLE}.${INDEX}`, filters }, operators };
}

export function searchExpression(fieldPath: string, value: JsonValue, typoTolerance = 0): JsonValue {
  return typoTolerance === 0 ? { type: "Search", fieldPath, value } : { type: "Search", fieldPath, value, typoTolerance };
}

export function eqExpression(fieldPath: string, value: Value | undefined): JsonValue {
  return { type: "Eq", fieldPath, value: value === undefined ? { $undefined: null } : (value as JsonValue) };
}

export function idsOf(documents: readonly DocumentValue[]): unknown[] {
  return documents.map(({ _id }) => _id);
}

/** Every document that matches, scored one by one. `counted` are the documents that the weights of terms count. */
export function naiveSearch(documents: readonly DocumentValue[], counted: readonly DocumentValue[], options: SearchIndexOptions, text: string, filters: Readonly<Record<string, Value | undefined>>, typoTolerance: number): DocumentValue[] {
  const { terms } = termsOfQuery(text);
  const weigh = weights(counted, options);
  const matching = documents.filter((document) => Object.entries(filters).every(([name, value]) => compareValues(fieldAt(document, name.split(".")), value) === 0));
  const vocabulary = new Set(matching.flatMap((document) => [...termsIn(document, options).frequencies.keys()]));
  const matches = terms.map((term) => matchesOf(term, vocabulary, typoTolerance));
  const weightOf = (found: ReadonlyMap<string, number>): number => (terms.length === 1 ? 1 : weigh([...found.keys()]));
  const weighted = matches.map((found) => ({ found, weight: weightOf(found) }));
  const scored = matching.map((document) => ({ document, score: scoreOf(document, options, weighted) })).filter(({ score }) => score > 0);
  scored.sort((a, b) => b.score - a.score || (b.document["_creationTime"] as number) - (a.document["_creationTime"] as number) || (String(a.document["_id"]) < String(b.document["_id"]) ? -1 : 1));
  return scored.map(({ document }) => document);
}

function termsIn(document: DocumentValue, { searchField }: SearchIndexOptions): ReturnType<typeof termsOfDocument> {
  const text = fieldAt(document, searchField.split("."));
  return termsOfDocument(typeof text === "string" ? text : "");
}

function weights(documents: readonly DocumentValue[], options: SearchIndexOptions): (terms: readonly string[]) => number {
  const indexed = documents.filter((document) => typeof fieldAt(document, options.searchField.split(".")) === "string").map((document) => termsIn(document, options));
  const countOf = (term: string): number => indexed.filter(({ frequencies }) => frequencies.has(term)).length;
  return (terms) => termWeight(indexed.length, Math.max(...terms.map(countOf)));
}

function matchesOf({ text, isPrefix, isWord }: QueryTerm, vocabulary: ReadonlySet<string>, typoTolerance: number): ReadonlyMap<string, number> {
  const found = new Map<string, number>([[text, QUALITY.exact]]);
  const errors = isWord ? distanceMax(text, typoTolerance) : 0;
  for (const term of vocabulary) {
    if (term === text) continue;
    const distance = naiveDistance(text, term);
    const allowed = term[0] === text[0] ? errors : Math.min(errors, 1);
    if (isPrefix && term.startsWith(text)) found.set(term, QUALITY.prefix);
    else if (distance <= allowed) found.set(term, distance === 1 ? QUALITY.oneTypo : QUALITY.twoTypos);
  }
  return found;
}

/** Optimal string alignment, by its definition. */
export function naiveDistance(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  const known = new Map<string, number>();
  const distance = (i: number, j: number): number => {
    if (i === 0 || j === 0) return i + j;
    const key = `${i} ${j}`;
    const cached = known.get(key);
    if (cached !== undefined) return cached;
    const options = [distance(i - 1, j) + 1, distance(i, j - 1) + 1, distance(i - 1, j - 1) + (left[i - 1] === right[j - 1] ? 0 : 1)];
    if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]) options.push(distance(i - 2, j - 2) + 1);
    known.set(key, Math.min(...options));
    return Math.min(...options);
  };
  return distance(left.length, right.length);
}

function scoreOf(document: DocumentValue, options: SearchIndexOptions, matches: readonly { readonly found: ReadonlyMap<string, number>; readonly weight: number }[]): number {
  const { frequencies, length } = termsIn(document, options);
  const gains = matches.map(({ found, weight }) => {
    const parts = Array.from(found, ([term, quality]) => (frequencies.has(term) ? weight * quality * gainOf(storedImpact(frequencies.get(term)!, length)) : 0));
    return Math.max(0, ...parts);
  });
  return gains.reduce((sum, gain) => sum + gain, 0);
}

export function allDocuments(transaction: Transaction): DocumentValue[] {
  return collect(transaction, { source: { type: "FullTableScan", tableName: TABLE, order: null }, operators: [] });
}

export { NAMESPACE };
