/**
 * `npm run bench:vectors`: recall, time and memory of vector searches, against an exact scan in the same process, over the
 * database on disk. `-- --vectors 100000 --dimensions 384 --searches 100` are the defaults.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Database } from "../../src/database/database.js";
import { Documents } from "../../src/database/documents.js";
import { BackgroundIndexing } from "../../src/database/schema-change/background-indexing.js";
import { SchemaChange } from "../../src/database/schema-change/schema-change.js";
import type { SchemaJson } from "../../src/database/schema.js";
import { searchVectors } from "../../src/database/vectors/vector-search.js";
import { openLmdbStore } from "../../src/storage/lmdb.js";
import { type JsonValue } from "../../src/values/value.js";
import { temporaryFolder } from "../../tests/harness.js";
import { DATA_KINDS, VectorSource, type DataKind } from "./data.js";
import { presentHere } from "../../src/database/stored-document.js";

const { values } = parseArgs({ options: { vectors: { type: "string", default: "100000" }, dimensions: { type: "string", default: "384" }, searches: { type: "string", default: "100" } } });
const VECTORS = Number(values.vectors);
const DIMENSIONS = Number(values.dimensions);
const SEARCHES = Number(values.searches);
const LIMIT = 10;
/** One document of so many has the kind that filtered searches ask for. */
const RARITY = 100;
const BATCH = 200;
/** Searches before those that count, so that all code is compiled. */
const WARM_UP = 5;

interface Timed {
  readonly ms: number[];
  hits: number;
  found: number;
}

const p = (ms: readonly number[], part: number): number => [...ms].sort((a, b) => a - b)[Math.floor(part * (ms.length - 1))]!;
const round = (value: number): number => Math.round(value * 1000) / 1000;

function schema(isIndexed: boolean): SchemaJson {
  const vectorIndexes = isIndexed ? [{ indexDescriptor: "by_vector", vectorField: "vector", dimensions: DIMENSIONS, filterFields: ["kind"] }] : [];
  return { tables: [{ tableName: "docs", indexes: [], vectorIndexes, documentType: { type: "any" } }], schemaValidation: true };
}

class Bench {
  readonly #exact = new Float32Array(VECTORS * DIMENSIONS);
  readonly #ids: string[] = [];

  constructor(
    private readonly database: Database,
    private readonly indexing: BackgroundIndexing,
    private readonly source: VectorSource,
  ) {}

  async push(isIndexed: boolean): Promise<void> {
    const change = SchemaChange.begin({ database: this.database, namespace: "", next: schema(isIndexed) });
    this.indexing.wake();
    await Promise.all([change.check.run(), this.indexing.idle()]);
    const transaction = this.database.begin("mutation");
    change.finish(transaction);
    this.indexing.wake();
    await this.indexing.idle();
  }

  /** Microseconds for each document. */
  async insert(from: number, to: number): Promise<number> {
    let ms = 0;
    for (let start = from; start < to; start += BATCH) {
      const vectors = Array.from({ length: Math.min(BATCH, to - start) }, () => this.source.next());
      const begin = performance.now();
      const transaction = this.database.begin("mutation");
      const documents = new Documents({ transaction, namespace: "", present: presentHere });
      const ids = vectors.map((vector, i) => documents.insert("docs", { vector: [...vector], kind: (start + i) % RARITY }));
      this.database.commit(transaction);
      ms += performance.now() - begin;
      await this.database.idle();
      vectors.forEach((vector, i) => this.#exact.set(vector, (start + i) * DIMENSIONS));
      this.#ids.push(...ids);
    }
    return (ms / (to - from)) * 1000;
  }

  /** Milliseconds until the codes are in memory. */
  firstSearch(): number {
    const begin = performance.now();
    this.#search(this.source.next(), null);
    return performance.now() - begin;
  }

  run(): { exact: Timed; plain: Timed; filtered: Timed } {
    const timed = (): Timed => ({ ms: [], hits: 0, found: 0 });
    const results = { exact: timed(), plain: timed(), filtered: timed() };
    for (let i = -WARM_UP; i < SEARCHES; i++) {
      const vector = this.source.next();
      const scores = new Float32Array(VECTORS);
      const exactMs = timeOf(() => this.#scan(vector, scores));
      const filter = { $eq: [{ $field: "kind" }, { $literal: ((i + WARM_UP) * 7) % RARITY }] };
      if (i < 0) {
        this.#search(vector, null);
        this.#search(vector, filter);
        continue;
      }
      results.exact.ms.push(exactMs);
      this.#compare(results.plain, vector, scores, null, () => true);
      this.#compare(results.filtered, vector, scores, filter, (row) => row % RARITY === ((i + WARM_UP) * 7) % RARITY);
    }
    return results;
  }

  #compare(timed: Timed, vector: Float64Array, scores: Float32Array, filter: JsonValue, passes: (row: number) => boolean): void {
    let found: readonly { id: string }[] = [];
    timed.ms.push(timeOf(() => (found = this.#search(vector, filter))));
    const best = new Set(bestOf(scores, passes).map((row) => this.#ids[row]));
    timed.hits += found.filter(({ id }) => best.has(id)).length;
    timed.found += found.length;
  }

  /** The plain exact scan: a dot product with every vector. */
  #scan(query: Float64Array, scores: Float32Array): void {
    const vectors = this.#exact;
    const vector = Float32Array.from(query);
    for (let row = 0, at = 0; row < VECTORS; row++) {
      let sum = 0;
      for (let i = 0; i < DIMENSIONS; i++, at++) sum += vectors[at]! * vector[i]!;
      scores[row] = sum;
    }
  }

  #search(vector: Float64Array, expressions: JsonValue): readonly { id: string }[] {
    const transaction = this.database.begin("query");
    const found = searchVectors(transaction, "", { indexName: "docs.by_vector", vector: [...vector], limit: LIMIT, expressions });
    transaction.finish();
    return found;
  }
}

function timeOf(action: () => unknown): number {
  const begin = performance.now();
  action();
  return performance.now() - begin;
}

function bestOf(scores: Float32Array, passes: (row: number) => boolean): number[] {
  const best: number[] = [];
  for (let row = 0; row < scores.length; row++) {
    if (best.length === LIMIT && scores[row]! <= scores[best.at(-1)!]!) continue;
    if (!passes(row)) continue;
    let place = best.length;
    while (place > 0 && scores[best[place - 1]!]! < scores[row]!) place--;
    best.splice(place, 0, row);
    best.length = Math.min(best.length, LIMIT);
  }
  return best;
}

async function measure(kind: DataKind): Promise<void> {
  const folder = await temporaryFolder();
  try {
    const store = await openLmdbStore({ path: join(folder, "vectors") });
    const database = new Database({ store, nowMs: Date.now });
    const indexing = new BackgroundIndexing({ database, onProgress: () => undefined });
    const bench = new Bench(database, indexing, new VectorSource(kind, DIMENSIONS));
    await bench.push(false);
    const half = Math.floor(VECTORS / 2);
    const plainInsertUs = await bench.insert(0, half);
    const fillBegin = performance.now();
    await bench.push(true);
    const fillMs = performance.now() - fillBegin;
    const indexedInsertUs = await bench.insert(half, VECTORS);
    globalThis.gc?.();
    const before = process.memoryUsage();
    const loadMs = bench.firstSearch();
    const { exact, plain, filtered } = bench.run();
    globalThis.gc?.();
    const after = process.memoryUsage();
    const memory = after.heapUsed + after.external - before.heapUsed - before.external;
    const exactMs = p(exact.ms, 0.5);
    console.log(`\n${VECTORS} ${kind} vectors of ${DIMENSIONS} dimensions, ${SEARCHES} searches, limit ${LIMIT}`);
    console.table({
      "exact scan": { "p50 ms": round(exactMs), "p99 ms": round(p(exact.ms, 0.99)) },
      search: { "p50 ms": round(p(plain.ms, 0.5)), "p99 ms": round(p(plain.ms, 0.99)), "of exact": round(p(plain.ms, 0.5) / exactMs), recall: round(plain.hits / (SEARCHES * LIMIT)), found: plain.found / SEARCHES },
      "filter, 1 %": { "p50 ms": round(p(filtered.ms, 0.5)), "p99 ms": round(p(filtered.ms, 0.99)), "of exact": round(p(filtered.ms, 0.5) / exactMs), recall: round(filtered.hits / (SEARCHES * LIMIT)), found: filtered.found / SEARCHES },
    });
    console.log(`insert ${Math.round(plainInsertUs)} µs without the index, ${Math.round(indexedInsertUs)} µs with it · filled ${half} in ${Math.round(fillMs)} ms · first search ${Math.round(loadMs)} ms · memory ${Math.round(memory / VECTORS)} bytes a vector`);
    await indexing.close();
    await database.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

for (const kind of DATA_KINDS) await measure(kind);
