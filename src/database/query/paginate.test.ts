/** pages. */
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { DEFAULT_TRANSACTION_LIMITS } from "../limits.js";
import { DatabaseError } from "../errors.js";
import { overlaps, type ReadSet } from "../read-set.js";
import type { DocumentValue } from "../table.js";
import { CursorCodec } from "./cursor.js";
import { PageJournal, type Page } from "./paginate.js";
import { NAMESPACE, QueryDatabase, bound, field, indexOf, literal, page, scanOf } from "./query-database.suite.js";
import type { Order, SerializedQuery } from "./serialized-query.js";

let db: QueryDatabase;

beforeEach(() => {
  db = new QueryDatabase();
  db.declare("items", { by_n: ["n"], by_group_n: ["group", "n"] });
});

const BY_N = indexOf("items.by_n");

function numbers(result: { readonly page: readonly DocumentValue[] } | readonly DocumentValue[]): unknown[] {
  return ("page" in result ? result.page : result).map(({ n }) => n);
}

function insert(...values: readonly number[]): void {
  db.insert("items", ...values.map((n) => ({ n })));
}

function remove(n: number): void {
  db.mutate((documents) => documents.delete(db.collect(indexOf("items.by_n", [bound("Eq", "n", n)]))[0]!["_id"] as string));
}

function refusal(action: () => unknown): DatabaseError {
  try {
    action();
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("Q-6 pages", () => {
  it.each([null, "desc"] as const)("Q-6.1 follow one another to the end, order %s", (order) => {
    insert(1, 2, 3, 4, 5);
    const query = indexOf("items.by_n", [], order);
    const first = db.page({ query, pageSize: 2 });
    const second = db.page({ query, pageSize: 2, cursor: first.continueCursor });
    const third = db.page({ query, pageSize: 2, cursor: second.continueCursor });
    const fourth = db.page({ query, pageSize: 2, cursor: third.continueCursor });
    const expected = order === "desc" ? [[5, 4], [3, 2], [1], []] : [[1, 2], [3, 4], [5], []];
    expect([first, second, third, fourth].map(numbers)).toEqual(expected);
    expect([first, second, third, fourth].map(({ isDone }) => isDone)).toEqual([false, false, true, true]);
  });

  it("Q-6.2 pageSize counts what filters let through", () => {
    insert(1, 2, 3, 4, 5, 6, 7);
    const query = indexOf("items.by_n", [], null, [{ filter: { $eq: [{ $mod: [field("n"), literal(3)] }, literal(0)] } }]);
    const first = db.page({ query, pageSize: 1 });
    expect(numbers(first)).toEqual([3]);
    const second = db.page({ query, pageSize: 2, cursor: first.continueCursor });
    expect([numbers(second), second.isDone]).toEqual([[6], true]);
  });

  it("Q-6.3 a live page keeps its interval: it grows, shrinks, and neither overlaps its neighbour nor leaves a gap", () => {
    insert(10, 20, 30, 40);
    const first = db.page({ query: BY_N, pageSize: 2 });
    const second = db.page({ query: BY_N, pageSize: 2, cursor: first.continueCursor });
    remove(20);
    insert(5, 15, 20.5, 25, 45);
    const firstAgain = db.page({ query: BY_N, pageSize: 2 }, first.continueCursor);
    const secondAgain = db.page({ query: BY_N, pageSize: 2, cursor: first.continueCursor }, second.continueCursor);
    expect(numbers(firstAgain)).toEqual([5, 10, 15]);
    expect(numbers(secondAgain)).toEqual([20.5, 25, 30, 40]);
    expect([firstAgain.continueCursor, secondAgain.continueCursor]).toEqual([first.continueCursor, second.continueCursor]);
    expect([firstAgain.isDone, secondAgain.isDone]).toEqual([false, false]);
  });

  it("Q-6.4 a page that reached the end keeps what comes later, before there is a table as well", () => {
    const empty = db.page({ query: scanOf("later") });
    expect(empty).toMatchObject({ page: [], isDone: true, splitCursor: null, pageStatus: null });
    db.insert("later", { n: 1 });
    expect(db.page({ query: scanOf("later") }, empty.continueCursor)).toMatchObject({ page: [{ n: 1 }], isDone: true });
    expect(db.page({ query: scanOf("later"), cursor: empty.continueCursor })).toMatchObject({ page: [], isDone: true });
  });

  it("Q-6.5 no results wanted: no results, and the next page starts where this one did", () => {
    insert(1, 2);
    const { result: none, readSet } = db.read((transaction) => page(transaction, { query: BY_N, pageSize: 0 }));
    expect(none).toMatchObject({ page: [], isDone: false, splitCursor: null, pageStatus: null });
    expect(readSet.ranges).toEqual([]);
    expect(numbers(db.page({ query: BY_N, cursor: none.continueCursor }))).toEqual([1, 2]);
    insert(0);
    expect(numbers(db.page({ query: BY_N }, none.continueCursor))).toEqual([]);
    expect(() => db.page({ query: BY_N, pageSize: -1 })).toThrow("`options.numItems` must be a positive number. Received `-1`.");
    expect(() => db.page({ query: BY_N, pageSize: NaN })).toThrow("Received `NaN`");
  });

  it("Q-6.6 an explicit end wins over the journal", () => {
    insert(1, 2, 3, 4);
    const two = db.page({ query: BY_N, pageSize: 2 });
    const three = db.page({ query: BY_N, pageSize: 3 });
    expect(numbers(db.page({ query: BY_N, endCursor: three.continueCursor }, two.continueCursor))).toEqual([1, 2, 3]);
    expect(numbers(db.page({ query: BY_N, cursor: three.continueCursor, endCursor: two.continueCursor }))).toEqual([]);
  });

  it.each([null, "desc"] as const)("Q-6.7 a page depends on its interval and nothing else, order %s", (order) => {
    insert(1, 2, 3, 4, 5, 6);
    const query = indexOf("items.by_n", [], order);
    const [index] = db.table("items").indexes.filter(({ record }) => record.name === "by_n");
    const keyOf = (n: number): string => index!.keyOf({ n, _creationTime: 1 }, "id");
    const dependsOn = (args: { cursor?: string | null; endCursor?: string | null; pageSize: number }): number[] => {
      const { readSet } = db.read((transaction) => {
        page(transaction, { query, ...args });
        expect(transaction.readSet.ranges, "nothing is left open").toHaveLength(1);
      });
      return [0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5].filter((n) => overlaps(readSet, [keyOf(n)]));
    };
    const first = db.page({ query, pageSize: 2 });
    const second = db.page({ query, pageSize: 2, cursor: first.continueCursor });
    const inOrder = (...ns: number[]): number[] => (order === "desc" ? ns.map((n) => 7 - n).reverse() : ns);
    expect(dependsOn({ pageSize: 2 })).toEqual(inOrder(0.5, 1.5));
    expect(dependsOn({ pageSize: 2, endCursor: first.continueCursor })).toEqual(inOrder(0.5, 1.5));
    expect(dependsOn({ pageSize: 2, cursor: first.continueCursor })).toEqual(inOrder(2.5, 3.5));
    expect(dependsOn({ pageSize: 2, cursor: first.continueCursor, endCursor: second.continueCursor })).toEqual(inOrder(2.5, 3.5));
    expect(dependsOn({ pageSize: 9, cursor: second.continueCursor })).toEqual(inOrder(4.5, 5.5, 6.5));
  });

  it("Q-6.8 maximumRowsRead ends a page early, whatever filters let through; the page is complete", () => {
    insert(1, 2, 3, 4, 5);
    const query = indexOf("items.by_n", [], null, [{ filter: { $gt: [field("n"), literal(3)] } }]);
    const pages: Page[] = [];
    let cursor: string | null = null;
    do {
      const next = db.page({ query, cursor, pageSize: 10, maximumRowsRead: 2 });
      pages.push(next);
      cursor = next.isDone ? null : next.continueCursor;
    } while (cursor !== null);
    expect(pages.map(numbers)).toEqual([[], [4], [5]]);
    expect(pages.map(({ pageStatus }) => pageStatus)).toEqual([null, null, null]);
  });

  it("Q-6.9 maximumBytesRead ends a page early, and lets every page read one document", () => {
    db.insert("items", ...[1, 2, 3].map((n) => ({ n, text: "x".repeat(1000) })));
    const first = db.page({ query: BY_N, maximumBytesRead: 1 });
    expect(numbers(first)).toEqual([1]);
    const second = db.page({ query: BY_N, cursor: first.continueCursor, maximumBytesRead: 1500 });
    expect([numbers(second), second.isDone]).toEqual([[2, 3], false]);
    expect(numbers(db.page({ query: BY_N, maximumBytesRead: 0 }))).toEqual([1]);
    expect(numbers(db.page({ query: BY_N, maximumRowsRead: 0 }))).toEqual([1]);
  });

  it("Q-6.10 a page that can't be read to its given end asks to be split, until the pieces can", () => {
    insert(1);
    const first = db.page({ query: BY_N });
    insert(...Array.from({ length: 9 }, (_, i) => i + 2));
    const grown = db.page({ query: BY_N, maximumRowsRead: 4 }, first.continueCursor);
    expect(grown).toMatchObject({ isDone: true, pageStatus: "SplitRequired", continueCursor: first.continueCursor });
    expect(numbers(grown)).toEqual([1, 2, 3, 4]);
    const pieces = (cursor: string | null, endCursor: string): unknown[][] => {
      const piece = db.page({ query: BY_N, cursor, endCursor, maximumRowsRead: 4 });
      if (piece.pageStatus !== "SplitRequired") return [numbers(piece)];
      return [...pieces(cursor, piece.splitCursor!), ...pieces(piece.splitCursor, endCursor)];
    };
    expect(pieces(null, first.continueCursor)).toEqual([[1, 2], [3, 4], [5, 6], [7, 8, 9, 10]]);
    const single = db.page({ query: BY_N, maximumRowsRead: 1 }, first.continueCursor);
    expect([single.pageStatus, single.splitCursor]).toEqual(["SplitRequired", db.page({ query: BY_N, pageSize: 1 }).continueCursor]);
    expect(db.page({ query: BY_N, endCursor: single.splitCursor, maximumRowsRead: 1 })).toMatchObject({ page: [{ n: 1 }], pageStatus: null, splitCursor: null });
  });

  it("Q-6.11 the split cursor halves what was read; a page that reads much recommends the split", () => {
    const small = new QueryDatabase({ ...DEFAULT_TRANSACTION_LIMITS, documentsReadMax: 16 });
    small.insert("items", ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => ({ n })));
    const query = scanOf("items");
    const ordinary = small.page({ query, pageSize: 6 });
    expect(ordinary.pageStatus).toBe(null);
    expect(numbers(small.page({ query, endCursor: ordinary.splitCursor }))).toEqual([1, 2, 3]);
    expect(numbers(small.page({ query, cursor: ordinary.splitCursor, endCursor: ordinary.continueCursor }))).toEqual([4, 5, 6]);
    const large = small.page({ query, pageSize: 7 });
    expect(large.pageStatus).toBe("SplitRecommended");
    expect(numbers(small.page({ query, endCursor: large.splitCursor }))).toEqual([1, 2, 3, 4]);
    small.insert("items", ...Array.from({ length: 20 }, (_, i) => ({ n: 11 + i })));
    const most = small.page({ query, pageSize: 100 });
    expect([most.page.length, most.isDone, most.pageStatus]).toEqual([12, false, "SplitRecommended"]);
  });

  it("Q-6.12 cursors of another query are refused", () => {
    db.insert("items", { group: 1, n: 1 }, { group: 1, n: 2 }, { group: 2, n: 1 });
    const query = indexOf("items.by_group_n", [bound("Eq", "group", 1)]);
    const { continueCursor, splitCursor } = db.page({ query, pageSize: 2 });
    const others: SerializedQuery[] = [
      indexOf("items.by_group_n", [bound("Eq", "group", 2)]),
      indexOf("items.by_group_n", [bound("Eq", "group", 1)], "desc"),
      indexOf("items.by_group_n", [bound("Eq", "group", 1)], null, [{ filter: literal(true) }]),
      indexOf("items.by_group_n"),
      BY_N,
      scanOf("items"),
    ];
    for (const other of others) {
      for (const args of [{ cursor: continueCursor }, { cursor: splitCursor }, { endCursor: continueCursor }]) {
        const error = refusal(() => db.page({ query: other, ...args }));
        expect(error.kind).toBe("invalidCursor");
        expect(error.message).toContain("InvalidCursor: This cursor belongs to another query.");
      }
      expect(refusal(() => db.page({ query: other }, continueCursor)).kind).toBe("invalidCursor");
    }
    expect(numbers(db.page({ query: { ...query, source: { ...query.source, order: "asc" } as SerializedQuery["source"] }, cursor: splitCursor }))).toEqual([2]);
  });

  it("Q-6.13 a cursor outlives the rebuilding of its index, but not a change of its fields", () => {
    insert(1, 2, 3);
    const { continueCursor } = db.page({ query: BY_N, pageSize: 1 });
    db.declare("items", { by_n: ["n"] });
    expect(numbers(db.page({ query: BY_N, cursor: continueCursor }))).toEqual([2, 3]);
    db.declare("items", { by_n: ["group"] });
    expect(refusal(() => db.page({ query: BY_N, cursor: continueCursor })).kind).toBe("invalidCursor");
  });

  it("Q-6.14 what is no cursor is refused", () => {
    insert(1, 2);
    const { continueCursor } = db.page({ query: BY_N, pageSize: 1 });
    for (const cursor of ["", "x", "end", "AQEB", `${continueCursor}=`, ` ${continueCursor}`, continueCursor.slice(0, -4), `${continueCursor}AAAA`, `B${continueCursor.slice(1)}`]) {
      const error = refusal(() => db.page({ query: BY_N, cursor }));
      expect([error.kind, error.message.startsWith("InvalidCursor: ")], cursor).toEqual(["invalidCursor", true]);
    }
  });

  it.each([null, "desc"] as const)("Q-6.15 no cursor leads out of the range of its query, not even a forged one, order %s", (order) => {
    insert(1, 2, 3, 4, 5);
    const query = indexOf("items.by_n", [bound("Gt", "n", 1), bound("Lt", "n", 5)], order);
    const [index] = db.table("items").indexes.filter(({ record }) => record.name === "by_n");
    const codec = new CursorCodec(NAMESPACE, query, { space: index!.prefix, fields: index!.rangeFields });
    const at = (n: number): string => codec.encode({ type: "after", key: index!.keyOf({ n, _creationTime: 0 }, "") });
    const [before, after] = order === "desc" ? [at(9), at(0)] : [at(0), at(9)];
    expect(numbers(db.page({ query, cursor: before, endCursor: after })).sort()).toEqual([2, 3, 4]);
    expect(numbers(db.page({ query, cursor: after }))).toEqual([]);
    expect(numbers(db.page({ query, endCursor: before }))).toEqual([]);
  });

  it("Q-6.16 a query with a limit can't be paginated", () => {
    expect(refusal(() => db.page({ query: scanOf("items", null, [{ limit: 1 }]) })).message).toContain("A query with a limit can't be paginated");
  });
});

type Change = { readonly type: "insert"; readonly n: number } | { readonly type: "remove"; readonly at: number } | { readonly type: "more"; readonly pageSize: number } | { readonly type: "split"; readonly at: number };

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ type: fc.constant("insert" as const), n: fc.nat(20) }),
  fc.record({ type: fc.constant("remove" as const), at: fc.nat(50) }),
  fc.record({ type: fc.constant("more" as const), pageSize: fc.nat(4) }),
  fc.record({ type: fc.constant("split" as const), at: fc.nat(50) }),
);

interface LivePage {
  readonly cursor: string | null;
  readonly endCursor: string | null;
  readonly pageSize: number;
  journal: string | null;
  result: Page;
  readSet: ReadSet;
}

/** A list of pages as a client keeps it: a page re-runs with its journal when a commit touches what it read, and may be split. */
class LiveList {
  readonly pages: LivePage[] = [];

  constructor(
    private readonly own: QueryDatabase,
    private readonly query: SerializedQuery,
  ) {
    this.pages.push(this.#open(null, null, 2));
  }

  more(pageSize: number): void {
    const { isDone, continueCursor } = this.pages.at(-1)!.result;
    if (!isDone) this.pages.push(this.#open(continueCursor, null, pageSize));
  }

  split(at: number): void {
    const i = at % this.pages.length;
    const { cursor, pageSize, result } = this.pages[i]!;
    if (result.splitCursor !== null) this.pages.splice(i, 1, this.#open(cursor, result.splitCursor, pageSize), this.#open(result.splitCursor, result.continueCursor, pageSize));
  }

  commit(touched: readonly string[]): void {
    for (const live of this.pages) if (overlaps(live.readSet, touched)) Object.assign(live, this.#read(live));
  }

  #open(cursor: string | null, endCursor: string | null, pageSize: number): LivePage {
    const live = { cursor, endCursor, pageSize, journal: null as string | null };
    return { ...live, ...this.#read(live) };
  }

  #read({ cursor, endCursor, pageSize, journal }: Omit<LivePage, "result" | "readSet">): Pick<LivePage, "journal" | "result" | "readSet"> {
    const pages = new PageJournal(journal);
    const { result, readSet } = this.own.read((transaction) => page(transaction, { query: this.query, cursor, endCursor, pageSize }, pages.nextEndCursor()));
    pages.record(result.continueCursor);
    return { journal: pages.serialize(), result, readSet };
  }
}

describe("Q-8 live lists", () => {
  it("Q-8.1 through inserts, removals, loads and splits, the pages together are the naive result up to their end", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 12 }), fc.array(change, { maxLength: 25 }), fc.constantFrom<Order>("asc", "desc"), fc.boolean(), (start, changes, order, filtered) => {
        const own = new QueryDatabase();
        own.declare("items", { by_n: ["n"] });
        own.insert("items", ...start.map((n) => ({ n })));
        const operators = filtered ? [{ filter: { $neq: [{ $mod: [field("n"), literal(3)] }, literal(0)] } }] : [];
        const query = indexOf("items.by_n", [bound("Gte", "n", 2), bound("Lt", "n", 18)], order, operators);
        const list = new LiveList(own, query);
        for (const each of changes) {
          apply(own, list, each);
          list.commit(own.touched);
          expectGapless(own.collect(query), list);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function apply(own: QueryDatabase, list: LiveList, each: Change): void {
  switch (each.type) {
    case "insert":
      own.insert("items", { n: each.n });
      return;
    case "remove": {
      const documents = own.collect(scanOf("items"));
      if (documents.length > 0) own.mutate((writer) => writer.delete(documents[each.at % documents.length]!["_id"] as string));
      return;
    }
    case "more":
      return list.more(each.pageSize);
    case "split":
      return list.split(each.at);
  }
}

function expectGapless(naive: readonly DocumentValue[], list: LiveList): void {
  const shown = list.pages.flatMap(({ result }) => result.page);
  expect(shown).toEqual(naive.slice(0, shown.length));
  if (list.pages.at(-1)!.result.isDone) expect(shown).toEqual(naive);
  list.pages.slice(1).forEach(({ cursor }, i) => expect(cursor).toBe(list.pages[i]!.result.continueCursor));
}
