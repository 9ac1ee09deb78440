/** DB-6: what the cache of documents shows is what the store and the pending commits hold. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryStore } from "../storage/memory.js";
import { Database } from "./database.js";
import { DocumentCache } from "./document-cache.js";
import { Documents } from "./documents.js";
import { presentHere, StoredDocument } from "./stored-document.js";
import { Table } from "./table.js";
import type { Transaction } from "./transaction.js";

/** One mutation: writes to documents by number, perhaps in a sub-transaction that is dropped. */
interface Mutation {
  readonly writes: readonly { readonly kind: "insert" | "patch" | "delete"; readonly at: number; readonly n: number }[];
  readonly nested: "none" | "absorbed" | "dropped";
  /** What becomes of its group: it waits for others, is written, or is refused by the disk. */
  readonly fate: "waits" | "settles" | "refused";
}

const mutations = fc.array(
  fc.record<Mutation>({
    writes: fc.array(fc.record({ kind: fc.constantFrom("insert", "patch", "delete"), at: fc.nat(9), n: fc.nat(99) }), { maxLength: 5 }),
    nested: fc.constantFrom("none", "absorbed", "dropped"),
    fate: fc.constantFrom("waits", "settles", "refused"),
  }),
  { maxLength: 15 },
);

class World {
  readonly #store = new MemoryStore();
  readonly #database: Database;
  readonly #ids: string[] = [];

  constructor(documentBytesMax: number) {
    this.#database = new Database({ store: this.#store, nowMs: () => 1_700_000_000_000, documentBytesMax });
  }

  async run({ writes, nested, fate }: Mutation): Promise<void> {
    const transaction = this.#database.begin("mutation");
    const inner = nested === "none" ? transaction : transaction.child();
    for (const { kind, at, n } of writes) this.#write(inner, kind, this.#ids[at % Math.max(1, this.#ids.length)], n);
    if (nested === "absorbed") transaction.absorb(inner);
    if (nested === "dropped") inner.drop();
    if (fate === "refused") this.#store.failNextWrite();
    this.#database.commit(transaction);
    this.check();
    if (fate !== "waits") await this.#database.idle();
    this.check();
  }

  #write(transaction: Transaction, kind: string, id: string | undefined, n: number): void {
    const documents = new Documents({ transaction, namespace: "", present: presentHere });
    if (kind === "insert") this.#ids.push(documents.insert("notes", { n, list: [n] }));
    else if (id !== undefined && documents.get(id, "get") !== null) {
      if (kind === "patch") documents.patch(id, { n });
      else documents.delete(id);
    }
  }

  check(): void {
    const notes = this.#database.catalog.table("", "notes");
    if (notes === undefined) return;
    const query = this.#database.begin("query");
    for (const id of this.#ids) expect(query.get(notes, id)).toBe(this.#database.reader.get(notes.documentKey(id)));
    query.finish();
  }
}

function table(space: number): Table {
  return new Table({ namespace: "", name: "notes", number: 1, space, creationIndexId: 1, indexes: [] });
}

describe("DB-6 cache of documents", () => {
  it("DB-6.1 any order of writes, refused groups and evictions reads as it would without it", async () => {
    await fc.assert(
      fc.asyncProperty(mutations, fc.constantFrom(0, 5_000, 1_000_000), async (all, bytesMax) => {
        const world = new World(bytesMax);
        for (const mutation of all) await world.run(mutation);
      }),
    );
  });

  it("DB-6.2 documents of one id in two tables are told apart", () => {
    const cache = new DocumentCache(1_000_000);
    const store = new Map([[table(7).documentKey("a"), '{"n":7}'], [table(8).documentKey("a"), '{"n":8}']]);
    const reader = { get: (key: string) => store.get(key), entries: () => [] };
    const texts = [7, 8, 7, 8].map((space) => cache.read(table(space), "a", reader)?.text);
    expect(texts).toEqual(['{"n":7}', '{"n":8}', '{"n":7}', '{"n":8}']);
  });

  it("DB-6.3 what is used stays, what is not goes, and memory is bounded", () => {
    const reads: string[] = [];
    const reader = { get: (key: string) => (reads.push(key), "{}"), entries: () => [] };
    const cache = new DocumentCache(100_000);
    for (let i = 0; i < 1_000; i++) {
      cache.read(table(1), "hot", reader);
      cache.read(table(1), `cold${i}`, reader);
    }
    expect(reads.filter((key) => key.endsWith("hot"))).toHaveLength(1);
    cache.read(table(1), "cold0", reader);
    expect(reads.filter((key) => key.endsWith("cold0"))).toHaveLength(2);
  });

  it("DB-6.4 what was written past transactions is forgotten", () => {
    const cache = new DocumentCache(100_000);
    cache.put(new StoredDocument(table(1), "a", '{"n":1}'));
    cache.forget([[table(1).documentKey("a"), '{"n":2}']]);
    expect(cache.read(table(1), "a", { get: () => '{"n":2}', entries: () => [] })?.text).toBe('{"n":2}');
  });
});
