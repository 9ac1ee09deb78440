/** `npm run bench:search`: what text searches read and how long they take, and what an index costs writes. In one thread, without a network. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Database } from "../../src/database/database.js";
import { Documents } from "../../src/database/documents.js";
import { BackgroundIndexing } from "../../src/database/schema-change/background-indexing.js";
import { SchemaChange } from "../../src/database/schema-change/schema-change.js";
import type { SchemaJson } from "../../src/database/schema.js";
import { WHOLE } from "../../src/database/query/interval.js";
import { planQuery } from "../../src/database/query/query-plan.js";
import type { SearchSource } from "../../src/database/query/serialized-query.js";
import { SearchScan } from "../../src/database/search/search-scan.js";
import { openLmdbStore } from "../../src/storage/lmdb.js";
import { makeCorpus, randomOf, type Corpus } from "./corpus.js";
import { presentHere } from "../../src/database/stored-document.js";

const HELP = `Fills a table with documents of 50 words and searches it.

Options:
  --documents N  (default 100000)
  --searches N   of each kind (default 200)
  --inserts N    measured with and without an index (default 2000)
  --help         this text
`;

const WORDS = 50;
const VOCABULARY = 30_000;
const TENANTS = 200;
const RESULTS = 10;
const BATCH = 500;


function schemaOf(isIndexed: boolean): SchemaJson {
  const searchIndexes = isIndexed ? [{ indexDescriptor: "search", searchField: "body", filterFields: ["tenant"] }] : [];
  return { tables: [{ tableName: "posts", indexes: [], searchIndexes, documentType: null }], schemaValidation: false };
}

class Bench implements AsyncDisposable {
  readonly #random = randomOf(7);
  readonly #indexing: BackgroundIndexing;

  private constructor(
    readonly database: Database,
    readonly corpus: Corpus,
    private readonly folder: string,
  ) {
    this.#indexing = new BackgroundIndexing({ database, onProgress: () => undefined });
  }

  static async open(): Promise<Bench> {
    const folder = await mkdtemp(join(tmpdir(), "rivulet-bench-"));
    const store = await openLmdbStore({ path: join(folder, "data.mdb") });
    return new Bench(new Database({ store, nowMs: () => Date.now() }), makeCorpus(VOCABULARY, 1), folder);
  }

  async push(schema: SchemaJson): Promise<void> {
    const change = SchemaChange.begin({ database: this.database, namespace: "", next: schema });
    this.#indexing.wake();
    await Promise.all([change.check.run(), this.#indexing.idle()]);
    change.finish(this.database.begin("mutation"));
    this.#indexing.wake();
    await this.#indexing.idle();
  }

  insert(count: number): void {
    const transaction = this.database.begin("mutation");
    const documents = new Documents({ transaction, namespace: "", present: presentHere });
    for (let i = 0; i < count; i++) documents.insert("posts", { tenant: `tenant${Math.floor(this.#random() * TENANTS)}`, body: this.corpus.text(WORDS) });
    this.database.commit(transaction);
  }

  /** Postings that the search read. */
  search(text: string, tenant: string | null, typoTolerance: number): number {
    const filters = [{ type: "Search", fieldPath: "body", value: text, typoTolerance }, ...(tenant === null ? [] : [{ type: "Eq", fieldPath: "tenant", value: tenant }])];
    const source: SearchSource = { type: "Search", indexName: "posts.search", filters };
    const transaction = this.database.begin("query");
    const scan = planQuery(transaction, "", source)!.open(WHOLE) as SearchScan;
    for (let i = 0; i < RESULTS; i++) if (scan.next() === null) break;
    transaction.finish();
    return scan.postingsTaken;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#indexing.close();
    await this.database.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Words of about this rank; another one at each call. */
function wordsAround(vocabulary: readonly string[], rank: number): () => string {
  let calls = 0;
  return () => vocabulary[rank + (calls++ % Math.max(1, Math.floor(rank / 4)))]!;
}

type Kind = readonly [name: string, search: () => readonly [text: string, tenant: string | null, typoTolerance: number]];

function kindsOf({ vocabulary }: Corpus): Kind[] {
  const rare = wordsAround(vocabulary, 20_000);
  const middle = wordsAround(vocabulary, 1_000);
  const common = wordsAround(vocabulary, 12);
  // A last word that is no beginning of others, so that what stands before it is measured.
  const whole = (text: string): string => `${text} qqqq`;
  const misspelt = (word: string): string => word.slice(0, 2) + "x" + word.slice(3);
  const long = vocabulary.filter((word) => word.length >= 7);
  const longWord = wordsAround(long, 1_000);
  return [
    ["one rare word", () => [whole(rare()), null, 0]],
    ["one common word", () => [whole(common()), null, 0]],
    ["a rare and a common word", () => [whole(`${rare()} ${common()}`), null, 0]],
    ["two words of middle frequency", () => [whole(`${middle()} ${middle()}`), null, 0]],
    ["two common words", () => [whole(`${common()} ${common()}`), null, 0]],
    ["five words, common to rare", () => [whole(`${common()} ${common()} ${middle()} ${middle()} ${rare()}`), null, 0]],
    ["one letter, as typed", () => [middle().slice(0, 1), null, 0]],
    ["three letters, as typed", () => [middle().slice(0, 3), null, 0]],
    ["a word and three letters", () => [`${middle()} ${middle().slice(0, 3)}`, null, 0]],
    ["one common word of a tenant", () => [whole(common()), `tenant${Math.floor(Math.random() * TENANTS)}`, 0]],
    ["two common words of a tenant", () => [whole(`${common()} ${common()}`), `tenant${Math.floor(Math.random() * TENANTS)}`, 0]],
    ["a misspelt word, tolerance 1", () => [whole(misspelt(longWord())), null, 1]],
    ["a misspelt word, tolerance 2", () => [whole(misspelt(longWord())), null, 2]],
    ["a misspelt word of a tenant, tolerance 2", () => [whole(misspelt(longWord())), "tenant7", 2]],
  ];
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

function measureSearches(bench: Bench, count: number): void {
  for (const [name, make] of kindsOf(bench.corpus)) {
    const times: number[] = [];
    const postings: number[] = [];
    for (let i = 0; i < count; i++) {
      const [text, tenant, typoTolerance] = make();
      const start = performance.now();
      postings.push(bench.search(text, tenant, typoTolerance));
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    postings.sort((a, b) => a - b);
    console.log(`${name.padEnd(42)} ${quantile(times, 0.5).toFixed(2).padStart(8)} ${quantile(times, 0.99).toFixed(2).padStart(8)} ${String(quantile(postings, 0.5)).padStart(8)} ${String(quantile(postings, 0.99)).padStart(8)}`);
  }
}

/** Microseconds of this thread for one insert in a transaction of its own, many of them in a group for the disk. */
async function measureInserts(bench: Bench, count: number): Promise<number> {
  let spentMs = 0;
  for (let i = 0; i < count; i += 50) {
    const start = performance.now();
    for (let k = 0; k < 50; k++) bench.insert(1);
    spentMs += performance.now() - start;
    await bench.database.idle();
  }
  return (1000 * spentMs) / count;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { documents: { type: "string", default: "100000" }, searches: { type: "string", default: "200" }, inserts: { type: "string", default: "2000" }, help: { type: "boolean" } } });
  if (values.help === true) return void console.log(HELP);
  const [documents, searches, inserts] = [Number(values.documents), Number(values.searches), Number(values.inserts)];
  await using bench = await Bench.open();
  await bench.push(schemaOf(false));
  for (let i = 0; i < documents; i += BATCH) {
    bench.insert(Math.min(BATCH, documents - i));
    await bench.database.idle();
  }
  const plain = await measureInserts(bench, inserts);
  const start = performance.now();
  await bench.push(schemaOf(true));
  const fillMs = performance.now() - start;
  const indexed = await measureInserts(bench, inserts);
  console.log(`${documents} documents of ${WORDS} words, ${VOCABULARY} different words, ${TENANTS} tenants; one filter field; the first ${RESULTS} results`);
  console.log(`the index is filled in ${(fillMs / 1000).toFixed(1)} s`);
  console.log(`an insert takes ${plain.toFixed(0)} µs without the index, ${indexed.toFixed(0)} µs with it\n`);
  console.log(`${"".padEnd(42)} ${"ms p50".padStart(8)} ${"p99".padStart(8)} ${"postings".padStart(8)} ${"p99".padStart(8)}`);
  measureSearches(bench, searches);
}

await main();
