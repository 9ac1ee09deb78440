/** streams of results, and together against an oracle. */
import { compareValues as compareValuesOfClient } from "convex/values";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { JsonValue, Value } from "../../values/value.js";
import { overlaps } from "../read-set.js";
import type { DocumentValue } from "../table.js";
import { QueryDatabase, NAMESPACE, bound, collect, field, indexOf, literal, scanOf } from "./query-database.suite.js";
import { QueryStream } from "./query-stream.js";
import type { Order, QueryOperator, SerializedQuery, SerializedRangeExpression } from "./serialized-query.js";
import { documentField } from "./values.suite.js";
import { presentHere } from "../stored-document.js";

let db: QueryDatabase;

beforeEach(() => {
  db = new QueryDatabase();
});

function numbers(documents: readonly DocumentValue[]): unknown[] {
  return documents.map(({ n }) => n);
}

describe("Q-4 streams", () => {
  it("Q-4.1 a full scan is in the order of creation, either way", () => {
    db.insert("messages", { n: 3 }, { n: 1 }, { n: 2 });
    expect(numbers(db.collect(scanOf("messages")))).toEqual([3, 1, 2]);
    expect(numbers(db.collect(scanOf("messages", "desc")))).toEqual([2, 1, 3]);
  });

  it("Q-4.2 a table that is not there yields nothing, and is depended on", () => {
    const { result, readSet } = db.read((transaction) => collect(transaction, indexOf("messages.by_any")));
    expect(result).toEqual([]);
    let touched: readonly string[] = [];
    const transaction = db.database.begin("mutation");
    transaction.ensureTable(NAMESPACE, "messages");
    touched = [...transaction.readSet.points];
    expect(touched).toHaveLength(1);
    expect(overlaps(readSet, touched)).toBe(true);
  });

  it("Q-4.3 operators apply in their order: a limit counts what reaches it", () => {
    db.insert("messages", ...[1, 2, 3, 4, 5, 6].map((n) => ({ n })));
    const even: QueryOperator = { filter: { $eq: [{ $mod: [field("n"), literal(2)] }, literal(0)] } };
    expect(numbers(db.collect(scanOf("messages", null, [even, { limit: 2 }])))).toEqual([2, 4]);
    expect(numbers(db.collect(scanOf("messages", null, [{ limit: 3 }, even])))).toEqual([2]);
    expect(numbers(db.collect(scanOf("messages", null, [{ limit: 5 }, even, { limit: 1 }])))).toEqual([2]);
    expect(numbers(db.collect(scanOf("messages", null, [{ limit: 0 }])))).toEqual([]);
    for (const limit of [-1, 1.5, NaN]) expect(() => db.collect(scanOf("messages", null, [{ limit }]))).toThrow("The limit of a query must be a non-negative integer");
  });

  it("Q-4.4 the first result depends on nothing after it", () => {
    db.insert("messages", ...[1, 2, 3].map((n) => ({ n })));
    const table = db.table("messages");
    const documents = db.collect(scanOf("messages"));
    const keys = documents.map((document) => table.creationIndex.keyOf(document, document["_id"] as string));
    const first = (order: Order): boolean[] => {
      const { readSet } = db.read((transaction) => {
        const stream = new QueryStream(transaction, NAMESPACE, scanOf("messages", order), presentHere);
        expect(stream.next()).not.toBe(null);
        stream.close();
      });
      return keys.map((key) => overlaps(readSet, [key]));
    };
    expect(first("asc")).toEqual([true, false, false]);
    expect(first("desc")).toEqual([false, false, true]);
    const limited = db.read((transaction) => collect(transaction, scanOf("messages", "asc", [{ limit: 2 }])));
    expect(keys.map((key) => overlaps(limited.readSet, [key]))).toEqual([true, true, false]);
    expect(limited.transaction.usage.documentsRead).toBe(2);
    const none = db.read((transaction) => collect(transaction, scanOf("messages", "asc", [{ limit: 0 }])));
    expect(keys.map((key) => overlaps(none.readSet, [key]))).toEqual([false, false, false]);
  });

  it("Q-4.5 a stream left open is closed with its transaction, and then ends", () => {
    db.insert("messages", { n: 1 }, { n: 2 });
    const { result: stream } = db.read((transaction) => {
      const open = new QueryStream(transaction, NAMESPACE, scanOf("messages"), presentHere);
      open.next();
      return open;
    });
    expect(stream.next()).toBe(null);
    stream.close();
  });

  it("Q-4.6 writes of the same function show up in the rest of the stream", () => {
    db.declare("tasks", { by_n: ["n"] });
    db.insert("tasks", ...[10, 20, 30, 40].map((n) => ({ n })));
    db.mutate((documents, transaction) => {
      const stream = new QueryStream(transaction, NAMESPACE, indexOf("tasks.by_n"), presentHere);
      const seen: unknown[] = [];
      for (let task = stream.next(); task !== null; task = stream.next()) {
        seen.push(task["n"]);
        if (task["n"] === 10) documents.insert("tasks", { n: 5 });
        if (task["n"] === 20) for (const n of [25, 50]) documents.insert("tasks", { n });
        if (task["n"] === 25) documents.delete(collect(transaction, indexOf("tasks.by_n", [bound("Eq", "n", 30)]))[0]!["_id"] as string);
      }
      expect(seen).toEqual([10, 20, 25, 40, 50]);
    });
    expect(numbers(db.collect(indexOf("tasks.by_n")))).toEqual([5, 10, 20, 25, 40, 50]);
  });

  it("Q-4.7 a search without a search index is refused, with what to do instead", () => {
    const search: SerializedQuery = { source: { type: "Search", indexName: "messages.by_text", filters: [] }, operators: [] };
    db.declare("messages", {});
    expect(() => db.collect(search)).toThrow("Search index messages.by_text not found. Declare it with .searchIndex(…) in convex/schema.ts and push, or use another index.");
  });
});

type Row = Readonly<Record<"a" | "b", Value | undefined>> & { readonly nested: { readonly c: Value | undefined } };

const row: fc.Arbitrary<Row> = fc.record({ a: documentField, b: documentField, nested: fc.record({ c: documentField }) });
const INDEXES: Readonly<Record<string, readonly string[]>> = { by_a_b: ["a", "b"], by_c: ["nested.c"], by_b_c_a: ["b", "nested.c", "a"] };

interface RangeSpec {
  readonly indexName: string;
  readonly equal: readonly (Value | undefined)[];
  readonly lower: readonly ["Gt" | "Gte", Value | undefined] | null;
  readonly upper: readonly ["Lt" | "Lte", Value | undefined] | null;
}

const rangeSpec: fc.Arbitrary<RangeSpec> = fc.record({
  indexName: fc.constantFrom(...Object.keys(INDEXES)),
  equal: fc.array(documentField, { maxLength: 2 }),
  lower: fc.option(fc.tuple(fc.constantFrom("Gt" as const, "Gte" as const), documentField), { nil: null }),
  upper: fc.option(fc.tuple(fc.constantFrom("Lt" as const, "Lte" as const), documentField), { nil: null }),
});

const filterJson: fc.Arbitrary<{ operator: string; path: string; value: Value | undefined }> = fc.record({
  operator: fc.constantFrom("$eq", "$neq", "$lt", "$lte", "$gt", "$gte"),
  path: fc.constantFrom("a", "b", "nested.c", "nested"),
  value: documentField,
});

function valueAt(document: DocumentValue, path: string): Value | undefined {
  if (path === "nested.c") return (document["nested"] as { c?: Value }).c;
  return document[path];
}

const HOLDS: Readonly<Record<string, (order: number) => boolean>> = {
  $eq: (order) => order === 0,
  $neq: (order) => order !== 0,
  $lt: (order) => order < 0,
  $lte: (order) => order <= 0,
  $gt: (order) => order > 0,
  $gte: (order) => order >= 0,
  Gt: (order) => order > 0,
  Gte: (order) => order >= 0,
  Lt: (order) => order < 0,
  Lte: (order) => order <= 0,
};

function rangeExpressions({ indexName, equal, lower, upper }: RangeSpec): SerializedRangeExpression[] {
  const fields = [...INDEXES[indexName]!, "_creationTime"];
  const values = equal.slice(0, fields.length - 1);
  const bounds = [lower, upper].flatMap((each) => (each === null ? [] : [bound(each[0], fields[values.length]!, each[1])]));
  return [...values.map((value, i) => bound("Eq", fields[i]!, value)), ...bounds];
}

/** All documents, kept and sorted by definition. */
function expectedOf(documents: readonly DocumentValue[], { indexName, equal, lower, upper }: RangeSpec): DocumentValue[] {
  const fields = [...INDEXES[indexName]!, "_creationTime"];
  const values = equal.slice(0, fields.length - 1);
  const inRange = documents.filter(
    (document) =>
      values.every((value, i) => compareValuesOfClient(valueAt(document, fields[i]!), value) === 0) &&
      [lower, upper].every((each) => each === null || HOLDS[each[0]]!(compareValuesOfClient(valueAt(document, fields[values.length]!), each[1]))),
  );
  return inRange.sort((x, y) => fields.map((name) => compareValuesOfClient(valueAt(x, name), valueAt(y, name))).find((order) => order !== 0) ?? 0);
}

describe("Q-5 queries against an oracle", () => {
  it("Q-5.1 index, range, order, filters and limit give what their definition gives", () => {
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 25 }),
        fc.array(row, { maxLength: 5 }),
        fc.array(rangeSpec, { minLength: 1, maxLength: 5 }),
        fc.constantFrom<Order>("asc", "desc", null),
        fc.option(filterJson, { nil: null }),
        fc.option(fc.nat(6), { nil: null }),
        (committed, uncommitted, ranges, order, filter, limit) => {
          const own = new QueryDatabase();
          own.declare("rows", INDEXES);
          own.insert("rows", ...committed);
          own.mutate((documents, transaction) => {
            for (const each of uncommitted) documents.insert("rows", each);
            const all = collect(transaction, scanOf("rows"));
            expect(all).toHaveLength(committed.length + uncommitted.length);
            const operators: QueryOperator[] = [];
            if (filter !== null) operators.push({ filter: { [filter.operator]: [field(filter.path), literal(filter.value)] } as JsonValue });
            if (limit !== null) operators.push({ limit });
            for (const range of ranges) {
              let expected = expectedOf(all, range);
              if (order === "desc") expected.reverse();
              if (filter !== null) expected = expected.filter((document) => HOLDS[filter.operator]!(compareValuesOfClient(valueAt(document, filter.path), filter.value)));
              if (limit !== null) expected = expected.slice(0, limit);
              expect(collect(transaction, indexOf(`rows.${range.indexName}`, rangeExpressions(range), order, operators))).toEqual(expected);
            }
          });
        },
      ),
      { numRuns: 300 },
    );
  });
});
