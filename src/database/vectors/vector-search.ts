/**
 * A vector search within a transaction: the documents whose vectors are most similar to a query vector, as the transaction sees
 * them, its own writes included.
 *
 *     codes of all vectors ──▶ bound of each ──▶ filter ──▶ real score of the best by bound ──▶ matches
 *     (code-table.ts)          (scan-kernel.ts)             (candidates.ts, entries of the store)
 *
 * The codes come from the cache where it shows the state that the transaction began with; elsewhere (an earlier timestamp,
 * another thread) they are read from the store, which gives the same and takes longer.
 */
import type { Key } from "../../storage/store.js";
import { DatabaseError, assert } from "../errors.js";
import { prefixRange } from "../keys.js";
import type { Transaction } from "../transaction.js";
import { rank, type Match } from "./candidates.js";
import { CodeTable } from "./code-table.js";
import { unitVector } from "./unit-vector.js";
import { CodedQuery } from "./vector-code.js";
import { mayPassFilter, parseVectorFilter, passesFilter, type VectorFilter } from "./vector-filter.js";
import type { VectorIndex } from "./vector-index.js";
import { splitVectorIndexName, type VectorQuery } from "./vector-query.js";
import { VectorRegion } from "./vector-region.js";

export function searchVectors(transaction: Transaction, namespace: string, query: VectorQuery): readonly Match[] {
  const index = vectorIndexOf(transaction, namespace, query.indexName);
  const unit = unitVector(query.vector as number[], index.record.dimensions);
  if (unit === null) throw new DatabaseError("invalidQuery", `The vector of a search on ${query.indexName} has ${query.vector.length} dimensions, and the index has ${index.record.dimensions}. Search with a vector of that length, made by the same model as the documents' own.`);
  const filter = parseVectorFilter(index, query.indexName, query.expressions);
  transaction.usage.readRange();
  const search = new Search(transaction, index, unit, filter);
  const { matches, threshold } = rank(search.candidates(), query.limit);
  transaction.readSet.addRegion(new VectorRegion({ prefix: index.codesPrefix, codeBytes: index.codeBytes, unit, filter: filter?.map(({ field, digest }) => ({ field, digest })) ?? null, threshold }));
  return matches;
}

/** The index of a search, `<table>.<index>`. Throws "invalidQuery" where it can't be searched. */
export function vectorIndexOf(transaction: Transaction, namespace: string, qualifiedName: string): VectorIndex {
  const [tableName, indexName] = splitVectorIndexName(qualifiedName);
  const index = transaction.table(namespace, tableName)?.vectorIndex(indexName);
  if (index === undefined) throw new DatabaseError("invalidQuery", `Vector index ${qualifiedName} not found. Declare it with .vectorIndex("${indexName}", …) on the table "${tableName}" of the schema, and push.`);
  const { staged, enabled } = index.record;
  if (staged) throw new DatabaseError("invalidQuery", `Vector index ${qualifiedName} is staged and can't be searched. Remove \`staged: true\` from it in the schema, and push.`);
  if (!enabled) throw new DatabaseError("invalidQuery", `Vector index ${qualifiedName} is currently backfilling and not available to query yet. Wait for the push to finish.`);
  return index;
}

class Search {
  readonly #query: CodedQuery;

  constructor(
    private readonly transaction: Transaction,
    private readonly index: VectorIndex,
    private readonly unit: Float64Array,
    private readonly filter: VectorFilter | null,
  ) {
    this.#query = new CodedQuery(unit);
  }

  candidates(): { bounds: Float32Array; idOf: (candidate: number) => string; scoreOf: (candidate: number) => number | null } {
    const { caches } = this.transaction;
    const codes = prefixRange(this.index.codesPrefix);
    if (caches !== null) return this.#overlaid(caches.vectors.table(this.index, caches.reader), this.transaction.changes(codes));
    const table = new CodeTable(this.index);
    for (const [key] of this.transaction.reader.entries(codes)) table.add(key);
    return this.#overlaid(table, new Map());
  }

  /** The table's codes with what the transaction itself has added and deleted. */
  #overlaid(table: CodeTable, changes: ReadonlyMap<Key, string | null>): ReturnType<Search["candidates"]> {
    const scanned = table.scan(this.#query, this.filter);
    const hidden = new Set<number>();
    const added: { id: string; bound: number }[] = [];
    for (const [key, value] of changes) {
      const row = table.rowOf(key);
      if (row !== undefined && value === null) hidden.add(row);
      else if (row === undefined && value !== null && this.#mayPass(key)) added.push({ id: this.index.idOf(key), bound: this.#bound(key) });
    }
    const visible = hidden.size === 0 ? null : [...scanned.rows.keys()].filter((i) => !hidden.has(scanned.rows[i]!));
    const rows = visible === null ? scanned.rows : Uint32Array.from(visible, (i) => scanned.rows[i]!);
    const rowBounds = visible === null ? scanned.bounds : Float32Array.from(visible, (i) => scanned.bounds[i]!);
    const idOf = (candidate: number): string => (candidate < rows.length ? table.idOf(rows[candidate]!) : added[candidate - rows.length]!.id);
    const bounds = added.length === 0 ? rowBounds : Float32Array.from([...rowBounds, ...added.map(({ bound }) => bound)]);
    return { bounds, idOf, scoreOf: (candidate) => this.#score(idOf(candidate)) };
  }

  #mayPass(codeKey: Key): boolean {
    return this.filter === null || mayPassFilter(this.filter, codeKey, this.index.codesPrefix.length + this.index.codeBytes);
  }

  #bound(codeKey: Key): number {
    const start = this.index.codesPrefix.length;
    return this.#query.bound(Buffer.from(codeKey.slice(start, start + this.index.codeBytes), "latin1"));
  }

  /** The cosine similarity itself; null where the filter lets the document not pass. */
  #score(id: string): number | null {
    const key = this.index.vectorKey(id);
    this.transaction.readSet.addPoint(key);
    const text = this.transaction.reader.get(key);
    assert(text !== undefined, `vector index ${this.index.record.name} has a code but no vector of ${id}`);
    const { vector, filters } = this.index.decodeVector(text);
    if (this.filter !== null && !passesFilter(this.filter, filters)) return null;
    return Math.min(1, Math.max(-1, dotProduct(this.unit, vector)));
  }
}

function dotProduct(a: Float64Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
