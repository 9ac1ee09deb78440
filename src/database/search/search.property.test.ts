import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Value } from "../../values/value.js";
import { NAMESPACE, collect } from "../query/query-database.suite.js";
import { queryPage } from "../query/paginate.js";
import { overlaps } from "../read-set.js";
import type { DocumentValue } from "../table.js";
import { Documents } from "../documents.js";
import { SearchDatabase, TABLE, allDocuments, idsOf, naiveDistance, naiveSearch } from "./search-database.suite.js";
import { TypingErrors } from "./typing-errors.js";
import { presentHere } from "../stored-document.js";

const OPTIONS = { searchField: "body", filterFields: ["channel", "meta.kind"] };

/** Few words, near to each other, so that they meet often. */
const word = fc.constantFrom("red", "reed", "rad", "ready", "reader", "blue", "blurb", "fox", "foxes", "ofx", "Café", "東京都", "東", "x");
const body = fc.oneof({ weight: 12, arbitrary: fc.array(word, { maxLength: 6 }).map((words) => words.join(" ")) }, { weight: 1, arbitrary: fc.constant(7) }, { weight: 1, arbitrary: fc.constant(undefined) });
const channel = fc.constantFrom<Value | undefined>("general", "random", undefined, 1);
const kind = fc.constantFrom("a", "b");
const fields = fc.record({ body, channel, meta: fc.record({ kind }) }).map(({ body, channel, meta }) => ({ ...(body === undefined ? {} : { body }), ...(channel === undefined ? {} : { channel }), meta }));

type Step = { readonly type: "insert"; readonly fields: Record<string, unknown> } | { readonly type: "replace" | "patchNote" | "delete"; readonly at: number; readonly fields: Record<string, unknown> };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant("insert" as const), fields }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom("replace" as const, "patchNote" as const, "delete" as const), at: fc.nat(1_000), fields }) },
);

const search = fc.record({
  text: fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(" ").slice(0, 14)),
  filters: fc.record({ channel, "meta.kind": kind }, { requiredKeys: [] }),
  typoTolerance: fc.constantFrom(0, 1, 2),
});

function apply(documents: Documents, ids: string[], step: Step): void {
  if (step.type === "insert") {
    ids.push(documents.insert(TABLE, step.fields));
    return;
  }
  const at = step.at % Math.max(ids.length, 1);
  const id = ids[at];
  if (id === undefined) return;
  if (step.type === "replace") documents.replace(id, step.fields);
  else if (step.type === "patchNote") documents.patch(id, { note: step.at });
  else {
    documents.delete(id);
    ids.splice(at, 1);
  }
}

function fill(db: SearchDatabase, ids: string[], commits: readonly (readonly Step[])[]): void {
  for (const steps of commits) db.mutate((documents) => steps.forEach((next) => apply(documents, ids, next)));
}

const history = fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { maxLength: 12 });

describe("SE-3 search against a naive search", () => {
  it("SE-3.1 finds the same documents in the same order, through any commits", () => {
    fc.assert(
      fc.property(history, fc.array(search, { minLength: 1, maxLength: 4 }), (commits, searches) => {
        const db = new SearchDatabase(OPTIONS);
        fill(db, [], commits);
        for (const { text, filters, typoTolerance } of searches) {
          const { result } = db.read((transaction) => ({ found: collect(transaction, db.query(text, filters, typoTolerance)), all: allDocuments(transaction) }));
          expect(idsOf(result.found)).toEqual(idsOf(naiveSearch(result.all, result.all, OPTIONS, text, filters, typoTolerance)));
        }
      }),
      { numRuns: 150 },
    );
  });

  it("SE-6.1 a transaction searches through its own writes, and those of its sub-transactions", () => {
    fc.assert(
      fc.property(history, fc.array(step, { maxLength: 6 }), fc.array(step, { maxLength: 4 }), fc.boolean(), search, (commits, own, nested, isKept, { text, filters, typoTolerance }) => {
        const db = new SearchDatabase(OPTIONS);
        const ids: string[] = [];
        fill(db, ids, commits);
        const counted = db.read(allDocuments).result;
        const transaction = db.database.begin("mutation");
        const check = (reading = transaction): void => {
          const found = collect(reading, db.query(text, filters, typoTolerance));
          expect(idsOf(found)).toEqual(idsOf(naiveSearch(allDocuments(reading), counted, OPTIONS, text, filters, typoTolerance)));
        };
        own.forEach((next) => apply(new Documents({ transaction, namespace: NAMESPACE, present: presentHere }), ids, next));
        check();
        const child = transaction.child();
        nested.forEach((next) => apply(new Documents({ transaction: child, namespace: NAMESPACE, present: presentHere }), ids, next));
        check(child);
        if (isKept) transaction.absorb(child);
        check();
        db.database.commit(transaction);
        const all = db.read(allDocuments).result;
        expect(idsOf(db.collect(db.query(text, filters, typoTolerance)))).toEqual(idsOf(naiveSearch(all, all, OPTIONS, text, filters, typoTolerance)));
      }),
      { numRuns: 100 },
    );
  });

  it("SE-7.1 a commit that does not overlap the read set leaves the result as it is, also where it was read in part", () => {
    let kept = 0;
    fc.assert(
      fc.property(history, fc.array(fc.array(step, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 6 }), search, fc.integer({ min: 1, max: 5 }), (commits, later, { text, filters, typoTolerance }, limit) => {
        const db = new SearchDatabase(OPTIONS);
        const ids: string[] = [];
        fill(db, ids, commits);
        const query = db.query(text, filters, typoTolerance, [{ limit }]);
        for (const steps of later) {
          const before = db.read((transaction) => collect(transaction, query));
          fill(db, ids, [steps]);
          if (overlaps(before.readSet, db.touched)) continue;
          kept++;
          expect(db.collect(query)).toEqual(before.result);
        }
      }),
      { numRuns: 150 },
    );
    expect(kept).toBeGreaterThan(20);
  });

  it("SE-5.1 pages together are the whole result, each document once, whatever their sizes", () => {
    fc.assert(
      fc.property(history, search, fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }), (commits, { text, filters, typoTolerance }, sizes) => {
        const db = new SearchDatabase(OPTIONS);
        fill(db, [], commits);
        const query = db.query(text, filters, typoTolerance);
        const pages: DocumentValue[] = [];
        let cursor: string | null = null;
        for (let i = 0, isDone = false; !isDone; i++) {
          const page = db.page({ query, cursor, pageSize: sizes[i % sizes.length]! });
          pages.push(...page.page);
          ({ isDone, continueCursor: cursor } = page);
        }
        expect(pages).toEqual(db.collect(query));
      }),
      { numRuns: 100 },
    );
  });

  it("SE-5.2 at any later time, pages between the same cursors hold each result once", () => {
    fc.assert(
      fc.property(history, history, search, (commits, later, { text, filters, typoTolerance }) => {
        const db = new SearchDatabase(OPTIONS);
        const ids: string[] = [];
        fill(db, ids, commits);
        const query = db.query(text, filters, typoTolerance);
        const first = db.page({ query, pageSize: 2 });
        const second = db.page({ query, cursor: first.continueCursor, pageSize: 3 });
        fill(db, ids, later);
        const args = { query, maximumRowsRead: null, maximumBytesRead: null, pageSize: 1 };
        const again = db.read((transaction) => [
          queryPage(transaction, NAMESPACE, { ...args, cursor: null, endCursor: first.continueCursor }, presentHere, null),
          queryPage(transaction, NAMESPACE, { ...args, cursor: first.continueCursor, endCursor: second.continueCursor }, presentHere, null),
          queryPage(transaction, NAMESPACE, { ...args, cursor: second.continueCursor, endCursor: null, pageSize: 1_000 }, presentHere, null),
        ]).result;
        expect(again.flatMap(({ page }) => page)).toEqual(db.collect(query));
      }),
      { numRuns: 100 },
    );
  });
});

describe("SE-4 typing errors", () => {
  it("SE-4.3 leaping over a sorted dictionary finds exactly the words that are near", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "c", "é", "東"), maxLength: 6 });
    fc.assert(
      fc.property(letters.filter((text) => text !== ""), fc.uniqueArray(letters.filter((text) => text !== ""), { maxLength: 60 }), fc.constantFrom(1, 2), (word, dictionary, distance) => {
        const sorted = dictionary.map((text) => Buffer.from(text).toString("latin1")).sort();
        const errors = new TypingErrors(word, distance);
        const found: string[] = [];
        let leaps = 0;
        for (let from: string | undefined = ""; from !== undefined; leaps++) {
          const start: string = from;
          const bytes = sorted.find((text) => text >= start);
          if (bytes === undefined) break;
          const look = errors.look(Buffer.from(bytes, "latin1").toString());
          if (look.type === "near") found.push(Buffer.from(bytes, "latin1").toString());
          from = look.type === "near" ? bytes + "\x01" : look.next === null ? undefined : Buffer.from(look.next).toString("latin1");
        }
        const isNear = (text: string): boolean => naiveDistance(word, text) <= (text[0] === word[0] ? distance : 1);
        expect(found.sort()).toEqual(dictionary.filter(isNear).sort());
        expect(leaps).toBeLessThanOrEqual(dictionary.length + 1);
      }),
      { numRuns: 500 },
    );
  });
});
