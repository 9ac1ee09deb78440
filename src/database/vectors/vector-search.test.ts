/** VS-2 … VS-6 of docs/spec/vector-search.md, against an exact search. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Value } from "../../values/value.js";
import { fieldAt } from "../table.js";
import type { DocumentValue } from "../table.js";
import type { Match } from "./candidates.js";
import { VectorFixture, docsSchema, exactSearch, gaussian, randomVector, type SearchOptions } from "./vector-fixture.suite.js";

const KINDS: readonly Value[] = ["a", "b", 1, 1n, null, true];

function passes({ filter }: SearchOptions): (document: DocumentValue) => boolean {
  return (document) => filter === undefined || filter.some(([path, value]) => fieldAt(document, path.split(".")) === value);
}

/** The same documents with the same scores, but for the last digits. */
function expectMatches(found: readonly Match[], exact: readonly Match[]): void {
  expect(found.map(({ score }) => score)).toEqual(exact.map(({ score }) => expect.closeTo(score, 5) as number));
  const close = exact.filter(({ score }, i) => exact.every((other, j) => i === j || Math.abs(other.score - score) > 1e-5));
  for (const { id, score } of close.slice(0, -1)) expect(found).toContainEqual({ id, score: expect.closeTo(score, 5) as number });
}

type Step =
  | { readonly do: "insert"; readonly seed: number; readonly kind: number; readonly odd: boolean }
  | { readonly do: "patchVector" | "patchKind" | "patchOther" | "delete"; readonly seed: number; readonly at: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("insert" as const), seed: fc.nat(1e6), kind: fc.nat(KINDS.length), odd: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("patchVector" as const, "patchKind" as const, "patchOther" as const, "delete" as const), seed: fc.nat(1e6), at: fc.nat(100) }) },
);

describe("vector search", () => {
  it("VS-3.1 VS-5.1 finds what an exact search finds, over committed documents and own writes, filtered or not", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(2, 3, 16, 40), fc.array(fc.array(step, { maxLength: 8 }), { maxLength: 8 }), fc.nat(1e6), fc.integer({ min: 1, max: 12 }), fc.nat(KINDS.length - 1), async (dimensions, transactions, seed, limit, kind) => {
        await using fixture = await VectorFixture.open(dimensions);
        const vector = randomVector(gaussian(seed), dimensions);
        const searches: SearchOptions[] = [{ limit }, { limit, filter: [["kind", KINDS[kind]!]] }, { limit, filter: [["kind", undefined], ["owner.name", "ann"]] }];
        const ids: string[] = [];
        for (const steps of transactions) {
          const watched = searches.map((options) => fixture.watch(vector, options));
          const { touched } = fixture.mutate((documents, transaction) => {
            for (const next of steps) apply(documents, next, ids, dimensions);
            for (const options of searches) expectMatches(fixture.search(vector, options, transaction), exactSearch(transaction, vector, passes(options), limit));
          });
          for (const [i, options] of searches.entries()) {
            const matches = fixture.search(vector, options);
            expectMatches(matches, exactSearch(fixture.database.begin("query"), vector, passes(options), limit));
            // VS-6.1: what did not touch the read set did not change the result.
            if (!watched[i]!.dependsOn(touched)) expect(matches).toEqual(watched[i]!.matches);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("VS-3.1 finds what an exact search finds among thousands, for the greatest limit too", async () => {
    await using fixture = await VectorFixture.open(64);
    const random = gaussian(7);
    for (let i = 0; i < 5; i++) fixture.insert("docs", ...Array.from({ length: 400 }, () => ({ vector: randomVector(random, 64) })));
    for (const limit of [1, 10, 256]) {
      const vector = randomVector(random, 64);
      expectMatches(fixture.search(vector, { limit }), exactSearch(fixture.database.begin("query"), vector, () => true, limit));
    }
  });

  it("VS-5.2 gives the same from the store as from memory, at earlier timestamps and after a restart", async () => {
    const fixture = await VectorFixture.open(8);
    const random = gaussian(3);
    const vector = randomVector(random, 8);
    const ids = fixture.insert("docs", ...Array.from({ length: 50 }, () => ({ vector: randomVector(random, 8) })));
    const before = fixture.search(vector);
    const ts = fixture.database.lastTs;
    fixture.mutate((documents) => {
      for (const id of ids.slice(0, 25)) documents.delete(id);
      documents.insert("docs", { vector });
    });
    expect(fixture.search(vector, {}, fixture.database.beginAt(ts))).toEqual(before);
    const after = fixture.search(vector);
    expect(after[0]!.score).toBeCloseTo(1, 6);
    await using restarted = new VectorFixture((await fixture.restart()).store);
    expect(restarted.search(vector)).toEqual(after);
  });

  it("VS-6.2 VS-6.3 depends on what can reach its places, and on nothing else", async () => {
    await using fixture = await VectorFixture.open(3);
    const [near] = fixture.insert("docs", { vector: [1, 0, 0], kind: "a" }, { vector: [0.9, 0.1, 0], kind: "a" }, { vector: [-1, 0, 0], kind: "a" });
    const { dependsOn, matches } = fixture.watch([1, 0, 0], { limit: 2, filter: [["kind", "a"]] });
    expect(matches.map(({ id }) => id)[0]).toBe(near);
    const touchedBy = (write: Parameters<VectorFixture["mutate"]>[0]): boolean => dependsOn(fixture.mutate(write).touched);
    expect(touchedBy((documents) => documents.insert("docs", { vector: [0, 1, 0], kind: "a" }))).toBe(false);
    expect(touchedBy((documents) => documents.insert("docs", { vector: [1, 0, 0], kind: "b" }))).toBe(false);
    expect(touchedBy((documents) => documents.insert("docs", { title: "no vector" }))).toBe(false);
    expect(touchedBy((documents) => documents.patch(near!, { title: "near" }))).toBe(false);
    expect(touchedBy((documents) => documents.patch(near!, { kind: "b" }))).toBe(true);
    expect(touchedBy((documents) => documents.insert("docs", { vector: [1, 0.01, 0], kind: "a" }))).toBe(true);
  });

  it("VS-2.4 keeps documents out whose field is no vector of the index's length", async () => {
    await using fixture = await VectorFixture.open(2);
    const odd = [[1], [1, 2, 3], "text", null, [1n, 2n], [1, Infinity], [NaN, 1], [1, "2"], { 0: 1, 1: 2 }];
    fixture.insert("docs", ...odd.map((vector) => ({ vector })), {});
    const [zero, opposite] = fixture.insert("docs", { vector: [0, 0] }, { vector: [-1e300, -1e300] });
    expect(fixture.search([1e-300, 1e-300])).toEqual([
      { id: zero, score: 0 },
      { id: opposite, score: expect.closeTo(-1, 6) as number },
    ]);
  });

  it("VS-2.5 fills an index with the documents that were there before it, and forgets one that is gone", async () => {
    await using fixture = new VectorFixture();
    await fixture.push({ tables: [], schemaValidation: true });
    const random = gaussian(11);
    fixture.insert("docs", ...Array.from({ length: 1_200 }, () => ({ vector: randomVector(random, 6) })));
    const change = fixture.push(docsSchema(6));
    expect(() => fixture.search([1, 0, 0, 0, 0, 0])).toThrow("currently backfilling");
    await change;
    const vector = randomVector(random, 6);
    expectMatches(fixture.search(vector), exactSearch(fixture.database.begin("query"), vector, () => true));
    await fixture.push(docsSchema(7));
    expect(() => fixture.search(vector)).toThrow("has 6 dimensions, and the index has 7");
    await fixture.push(docsSchema(6, { vectorIndexes: [] }));
    expect(() => fixture.search(vector)).toThrow("Vector index docs.by_vector not found");
    const table = fixture.database.catalog.table("", "docs")!;
    expect(fixture.storedIndexIds()).toEqual([table.record.creationIndexId]);
  });

  it("VS-5.3 sees nothing of commits that the disk refused", async () => {
    await using fixture = await VectorFixture.open(2);
    const [kept] = fixture.insert("docs", { vector: [1, 0] });
    await fixture.database.idle();
    fixture.search([1, 0]);
    fixture.store.failNextWrite();
    fixture.insert("docs", { vector: [1, 0] });
    fixture.delete(kept!);
    expect(fixture.search([1, 0]).map(({ id }) => id)).not.toContain(kept);
    await fixture.database.idle();
    expect(fixture.search([1, 0])).toEqual([{ id: kept, score: 1 }]);
  });
});

function apply(documents: { insert(table: string, fields: unknown): string; patch(id: string, fields: unknown): void; delete(id: string): void }, next: Step, ids: string[], dimensions: number): void {
  const random = gaussian(next.seed);
  if (next.do === "insert") {
    const vector = next.odd && next.seed % 3 === 0 ? randomVector(random, dimensions - 1) : randomVector(random, dimensions);
    const kind = KINDS[next.kind];
    ids.push(documents.insert("docs", { vector, owner: { name: next.odd ? "ann" : "bob" }, ...(kind === undefined ? {} : { kind }) }));
    return;
  }
  if (ids.length === 0) return;
  const at = next.at % ids.length;
  const id = ids[at]!;
  switch (next.do) {
    case "patchVector":
      return documents.patch(id, { vector: randomVector(random, dimensions) });
    case "patchKind":
      return documents.patch(id, { kind: KINDS[next.seed % KINDS.length] });
    case "patchOther":
      return documents.patch(id, { other: next.seed });
    case "delete":
      ids.splice(at, 1);
      return documents.delete(id);
  }
}
