/** A database in memory whose table "docs" has vector indexes, and the exact result of any search, for the tests of this folder. */
import { parseValue, valueToJson, type JsonValue, type Value } from "../../values/value.js";
import { Documents } from "../documents.js";
import { ChangeFixture } from "../schema-change/change-fixture.suite.js";
import type { SchemaJson } from "../schema.js";
import { overlaps } from "../read-set.js";
import { QueryStream } from "../query/query-stream.js";
import type { DocumentValue } from "../table.js";
import type { Transaction } from "../transaction.js";
import { parseVectorQuery } from "./vector-query.js";
import { searchVectors } from "./vector-search.js";
import type { Match } from "./candidates.js";
import { presentHere } from "../stored-document.js";

export interface SearchOptions {
  readonly limit?: number;
  /** Field and value, any of which lets a document pass. */
  readonly filter?: readonly (readonly [field: string, value: Value | undefined])[];
}

export const parse = (text: string): DocumentValue => parseValue(text) as DocumentValue;

/** "docs" with the index "by_vector" over `vector`, and the filter fields `kind` and `owner.name`. */
export function docsSchema(dimensions: number, more: object = {}): SchemaJson {
  const vectorIndexes = [{ indexDescriptor: "by_vector", vectorField: "vector", dimensions, filterFields: ["kind", "owner.name"] }];
  return { tables: [{ tableName: "docs", indexes: [], vectorIndexes, documentType: { type: "any" }, ...more }], schemaValidation: true };
}

export class VectorFixture extends ChangeFixture {
  static async open(dimensions: number): Promise<VectorFixture> {
    const fixture = new VectorFixture();
    await fixture.push(docsSchema(dimensions));
    return fixture;
  }

  mutate<T>(action: (documents: Documents, transaction: Transaction) => T): { result: T; touched: readonly string[] } {
    const transaction = this.database.begin("mutation");
    const result = action(this.documents(transaction), transaction);
    const touched = transaction.writes().flatMap(({ table, id, beforeKeys, afterKeys, entries }) => [
      table.documentKey(id),
      ...beforeKeys,
      ...afterKeys,
      ...(entries ?? []).flatMap((change) => (change === null ? [] : changedKeys(change.before, change.after))),
    ]);
    this.database.commit(transaction);
    return { result, touched };
  }

  documents(transaction: Transaction): Documents {
    return new Documents({ transaction, namespace: "", present: presentHere });
  }

  search(vector: readonly number[], options: SearchOptions = {}, transaction: Transaction = this.database.begin("query")): readonly Match[] {
    return searchVectors(transaction, "", parseVectorQuery({ indexName: "docs.by_vector", vector, limit: options.limit, expressions: filterJson(options.filter) }));
  }

  /** A search, and whether a commit that touches `keys` would make it run again. */
  watch(vector: readonly number[], options: SearchOptions = {}): { matches: readonly Match[]; dependsOn: (keys: readonly string[]) => boolean } {
    const transaction = this.database.begin("query");
    const matches = this.search(vector, options, transaction);
    transaction.finish();
    return { matches, dependsOn: (keys) => overlaps(transaction.readSet, keys) };
  }
}

function changedKeys(before: readonly { key: string; value: string }[], after: readonly { key: string; value: string }[]): string[] {
  const same = new Set(before.filter(({ key, value }) => after.some((entry) => entry.key === key && entry.value === value)).map(({ key }) => key));
  return [...before, ...after].map(({ key }) => key).filter((key) => !same.has(key));
}

export function filterJson(filter: SearchOptions["filter"]): JsonValue {
  if (filter === undefined) return null;
  return { $or: filter.map(([path, value]) => ({ $eq: [{ $field: path }, { $literal: value === undefined ? { $undefined: null } : valueToJson(value) }] })) };
}

/** By looking at every document that `transaction` sees. */
export function exactSearch(transaction: Transaction, vector: readonly number[], passes: (document: DocumentValue) => boolean, limit = 10): Match[] {
  const stream = new QueryStream(transaction, "", { source: { type: "FullTableScan", tableName: "docs", order: null }, operators: [] }, presentHere);
  const matches: Match[] = [];
  for (let document = stream.next(); document !== null; document = stream.next()) {
    const stored = document["vector"];
    if (!isVector(stored, vector.length) || !passes(document)) continue;
    matches.push({ id: document["_id"] as string, score: cosine(vector, stored) });
  }
  stream.close();
  return matches.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)).slice(0, limit);
}

function isVector(value: Value | undefined, length: number): value is number[] {
  return Array.isArray(value) && value.length === length && value.every((coordinate) => typeof coordinate === "number" && Number.isFinite(coordinate));
}

export function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]): number => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  const lengths = Math.sqrt(dot(a, a)) * Math.sqrt(dot(b, b));
  return lengths === 0 ? 0 : dot(a, b) / lengths;
}

/** Numbers that look normally distributed, the same for the same seed. */
export function gaussian(seed: number): () => number {
  let state = seed | 1;
  const uniform = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

export function randomVector(random: () => number, dimensions: number): number[] {
  return Array.from({ length: dimensions }, random);
}
