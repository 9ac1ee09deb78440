/** DB-2 … DB-5: documents, transactions, commits, history and recovery, over the memory store. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryStore } from "../storage/memory.js";
import type { Value } from "../values/value.js";
import type { LogRetention } from "./commit-log.js";
import { Database, type Commit } from "./database.js";
import { Documents } from "./documents.js";
import { DatabaseError } from "./errors.js";
import { overlaps } from "./read-set.js";
import { QueryStream } from "./query/query-stream.js";
import { DEFAULT_TRANSACTION_LIMITS } from "./limits.js";
import { beginOnSnapshot } from "./snapshot-database.js";
import type { DocumentValue } from "./table.js";
import type { Transaction } from "./transaction.js";
import { presentHere } from "./stored-document.js";

class World {
  readonly store = new MemoryStore();
  readonly commits: Commit[] = [];
  readonly rollbacks: (readonly string[])[] = [];
  nowMs = 1_700_000_000_000;
  database = this.open();

  open(logRetention?: LogRetention): Database {
    return new Database({
      store: this.store,
      ...(logRetention === undefined ? {} : { logRetention }),
      nowMs: () => this.nowMs,
      onCommit: (commit) => this.commits.push(commit),
      onRollback: (_ts, keys) => this.rollbacks.push(keys),
    });
  }

  documents(transaction: Transaction): Documents {
    return new Documents({ transaction, namespace: "", present: presentHere });
  }

  mutate<T>(action: (documents: Documents, transaction: Transaction) => T): T {
    const transaction = this.database.begin("mutation");
    const result = action(this.documents(transaction), transaction);
    this.database.commit(transaction);
    return result;
  }

  read<T>(action: (documents: Documents, transaction: Transaction) => T, transaction = this.database.begin("query")): T {
    const result = action(this.documents(transaction), transaction);
    transaction.finish();
    return result;
  }
}

function all(transaction: Transaction, tableName: string): DocumentValue[] {
  const stream = new QueryStream(transaction, "", { source: { type: "FullTableScan", tableName, order: null }, operators: [] }, presentHere);
  const found: DocumentValue[] = [];
  for (let next = stream.next(); next !== null; next = stream.next()) found.push(next);
  stream.close();
  return found;
}

describe("DB-2 documents", () => {
  it("DB-2.1 are visible to the next transaction at once, before they are durable", () => {
    const world = new World();
    const id = world.mutate((documents) => documents.insert("notes", { text: "a" }));
    expect(world.read((documents) => documents.get(id, "get"))).toMatchObject({ _id: id, text: "a" });
    expect(world.database.durableTs).toBeLessThan(world.database.lastTs);
  });

  it("DB-2.2 have creation times that are unique and increase, within one transaction and over a clock that goes back", () => {
    const world = new World();
    const ids = world.mutate((documents) => [1, 2, 3].map((i) => documents.insert("notes", { i })));
    world.nowMs -= 1000;
    ids.push(world.mutate((documents) => documents.insert("notes", { i: 4 })));
    const times = ids.map((id) => world.read((documents) => documents.get(id, "get")!["_creationTime"] as number));
    expect(new Set(times).size).toBe(4);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it("DB-2.3 a write that changes nothing commits nothing", () => {
    const world = new World();
    const id = world.mutate((documents) => documents.insert("notes", { text: "a", n: 1 }));
    const before = world.commits.length;
    world.mutate((documents) => documents.patch(id, { n: 1 }));
    world.mutate((documents) => documents.replace(id, { n: 1, text: "a" }));
    world.mutate((documents) => {
      documents.patch(id, { n: 2 });
      documents.patch(id, { n: 1 });
    });
    world.mutate((documents) => documents.delete(documents.insert("notes", {})));
    expect(world.commits.length).toBe(before);
  });

  it("DB-2.4 patch sets, and removes with undefined; replace keeps the system fields only", () => {
    const world = new World();
    const id = world.mutate((documents) => documents.insert("notes", { a: 1, b: { c: 2 } }));
    world.mutate((documents) => documents.patch(id, { a: undefined, d: "x" }));
    const { _creationTime } = world.read((documents) => documents.get(id, "get"))!;
    expect(world.read((documents) => documents.get(id, "get"))).toEqual({ _id: id, _creationTime, b: { c: 2 }, d: "x" });
    world.mutate((documents) => documents.replace(id, { e: 1n as Value }));
    expect(world.read((documents) => documents.get(id, "get"))).toEqual({ _id: id, _creationTime, e: 1n });
  });

  it("DB-2.5 ids of another table, malformed ids and absent documents are refused by name", () => {
    const world = new World();
    const id = world.mutate((documents) => documents.insert("notes", {}));
    world.mutate((documents) => documents.insert("other", {}));
    const failure = (action: (documents: Documents) => unknown): string => {
      try {
        world.mutate(action);
      } catch (error) {
        return (error as DatabaseError).message;
      }
      return "no error";
    };
    expect(failure((documents) => documents.get(id, "get", "other"))).toContain("'notes'");
    expect(failure((documents) => documents.get("no id", "get"))).toContain("Unable to decode ID");
    world.mutate((documents) => documents.delete(id));
    expect(failure((documents) => documents.patch(id, {}))).toContain(`nonexistent document ID ${id}`);
    expect(world.read((documents) => documents.get(id, "get"))).toBeNull();
  });
});

describe("DB-3 transactions", () => {
  it("DB-3.1 read their own writes in gets and ranges; others see nothing until the commit", () => {
    const world = new World();
    const transaction = world.database.begin("mutation");
    const documents = world.documents(transaction);
    const id = documents.insert("notes", { text: "new" });
    expect(documents.get(id, "get")).toMatchObject({ text: "new" });
    expect(all(transaction, "notes")).toHaveLength(1);
    expect(world.read((_documents, other) => all(other, "notes"))).toHaveLength(0);
  });

  it("DB-3.2 a sub-transaction is absorbed whole or dropped whole", () => {
    const world = new World();
    world.mutate((documents, transaction) => {
      documents.insert("notes", { text: "parent" });
      const dropped = transaction.child();
      world.documents(dropped).insert("notes", { text: "dropped" });
      expect(all(dropped, "notes")).toHaveLength(2);
      const kept = transaction.child();
      world.documents(kept).insert("notes", { text: "kept" });
      transaction.absorb(kept);
      expect(all(transaction, "notes").map((note) => note["text"])).toEqual(["parent", "kept"]);
    });
    expect(world.read((_documents, transaction) => all(transaction, "notes"))).toHaveLength(2);
  });

  it("DB-3.3 conflict exactly when a later commit touched what they read", () => {
    const world = new World();
    const [a, b] = world.mutate((documents) => [documents.insert("notes", { n: 0 }), documents.insert("notes", { n: 0 })]);
    const readsA = world.database.begin("mutation");
    world.documents(readsA).patch(a!, { n: 1 });
    const readsB = world.database.begin("mutation");
    world.documents(readsB).patch(b!, { n: 1 });
    world.mutate((documents) => documents.patch(b!, { n: 7 }));
    expect(() => world.database.commit(readsB)).toThrow("Another transaction changed");
    expect(world.database.commit(readsA)).toBeGreaterThan(readsA.ts);
  });

  it("DB-3.5 conflict with a change of the tables or of the schema that they ran with", () => {
    const world = new World();
    const id = world.mutate((documents) => documents.insert("notes", { a: 1 }));
    const table = world.database.catalog.table("", "notes")!;
    const older = world.database.begin("mutation");
    world.documents(older).patch(id, { a: 2 });
    const change = world.database.begin("mutation");
    change.putTable({ ...table.record, indexes: [{ id: world.database.catalog.allocateIndexId(), name: "by_a", fields: ["a"], state: "ready", enabled: true, staged: false }] });
    world.database.commit(change);
    expect(() => world.database.commit(older)).toThrow("Another transaction changed");
  });

  it("DB-3.5 on a snapshot, conflict with a change of the schema that they were checked by", async () => {
    const world = new World();
    const id = world.mutate((documents) => documents.insert("notes", { a: 1 }));
    await world.database.idle();
    const older = beginOnSnapshot(world.store, DEFAULT_TRANSACTION_LIMITS, () => world.nowMs);
    world.documents(older.transaction).patch(id, { a: 2 });
    world.database.setSchema("", { tables: [], schemaValidation: true });
    expect(() => world.database.commit(older.transaction)).toThrow("Another transaction changed");
    older.release();
  });

  it("DB-3.8 conflict when they are older than the commits that are remembered", () => {
    const world = new World();
    const id = world.mutate((documents) => documents.insert("notes", { n: 0 }));
    world.mutate((documents) => documents.insert("other", { n: -1 }));
    const begin = (): Transaction => {
      const transaction = world.database.begin("mutation");
      world.documents(transaction).patch(id, { n: 1 });
      return transaction;
    };
    const older = begin();
    world.mutate((documents) => documents.insert("other", { n: 0 }));
    const old = begin();
    for (let n = 1; n <= 4096; n++) world.mutate((documents) => documents.insert("other", { n }));
    expect(() => world.database.commit(older)).toThrow("Another transaction changed");
    expect(world.database.commit(old)).toBeGreaterThan(old.ts);
  });

  it("DB-3.9 a detached one reads what was committed before, and what it read conflicts with nothing", () => {
    const world = new World();
    const id = world.mutate((documents) => documents.insert("notes", { n: 0 }));
    const look = (detached: boolean): Transaction => {
      const transaction = world.database.begin("mutation");
      world.documents(transaction).insert("notes", { n: 1 });
      const child = transaction.child({ writable: false, detached });
      expect(all(child, "notes")).toHaveLength(detached ? 1 : 2);
      child.finish();
      return transaction;
    };
    const [beside, within] = [look(true), look(false)];
    world.mutate((documents) => documents.patch(id, { n: 2 }));
    expect(world.database.commit(beside)).toBeGreaterThan(beside.ts);
    expect(() => world.database.commit(within)).toThrow("Another transaction changed");
    expect(() => beside.child({ writable: true, detached: true })).toThrow("a query began a sub-mutation");
  });

  it("DB-3.6 two tables of one name are never made, by a transaction and its child", () => {
    const world = new World();
    const id = world.mutate((documents, transaction) => {
      const child = transaction.child();
      world.documents(child).insert("fresh", { from: "child" });
      const made = documents.insert("fresh", { from: "parent" });
      transaction.absorb(child);
      return made;
    });
    expect(world.read((documents) => documents.get(id, "get"))).toMatchObject({ from: "parent" });
    expect(world.read((_documents, transaction) => all(transaction, "fresh"))).toHaveLength(2);
  });

  it("DB-3.7 do nothing any more once they are finished", () => {
    const world = new World();
    const transaction = world.database.begin("mutation");
    const documents = world.documents(transaction);
    documents.insert("notes", {});
    world.database.commit(transaction);
    expect(() => documents.insert("notes", {})).toThrow("The function has ended");
    expect(() => all(transaction, "notes")).toThrow("The function has ended");
  });

  it("DB-3.4 the touched keys of a commit overlap every range that shows the document, also where its place stays the same", () => {
    const world = new World();
    const id = world.mutate((documents) => documents.insert("notes", { n: 0 }));
    const reader = world.database.begin("query");
    expect(all(reader, "notes")).toHaveLength(1);
    world.mutate((documents) => documents.patch(id, { n: 1 }));
    expect(overlaps(reader.readSet, world.commits.at(-1)!.keys)).toBe(true);
  });
});

describe("DB-4 durability", () => {
  it("DB-4.1 everything settled is there when the store is opened again, timestamps go on", async () => {
    const world = new World();
    const id = world.mutate((documents) => documents.insert("notes", { text: "kept" }));
    const { lastTs } = world.database;
    await world.database.idle();
    expect(world.database.durableTs).toBe(lastTs);
    world.database = world.open();
    expect(world.database.lastTs).toBe(lastTs);
    expect(world.read((documents) => documents.get(id, "get"))).toMatchObject({ text: "kept" });
    world.nowMs -= 60_000;
    world.mutate((documents) => documents.insert("notes", {}));
    expect(world.database.lastTs).toBeGreaterThan(lastTs);
  });

  it("DB-4.2 a group that the disk refuses is undone with everything after it, and writing goes on", async () => {
    const world = new World();
    world.mutate((documents) => documents.insert("notes", { text: "first" }));
    await world.database.idle();
    world.store.failNextWrite();
    world.mutate((documents) => documents.insert("notes", { text: "refused" }));
    world.mutate((documents) => documents.insert("newTable", {}));
    await world.database.idle();
    expect(world.rollbacks).toHaveLength(1);
    expect(world.read((_documents, transaction) => all(transaction, "notes"))).toHaveLength(1);
    expect(world.database.catalog.table("", "newTable")).toBeUndefined();
    world.mutate((documents) => documents.insert("notes", { text: "second" }));
    await world.database.idle();
    world.database = world.open();
    expect(world.read((_documents, transaction) => all(transaction, "notes")).map((note) => note["text"])).toEqual(["first", "second"]);
  });

  it("DB-4.4 after a refused group nothing is waited for that can't come", async () => {
    const world = new World();
    world.mutate((documents) => documents.insert("notes", {}));
    world.store.failNextWrite();
    await world.database.idle();
    expect(world.database.durableTs).toBe(world.database.lastTs);
  });

  it("DB-4.5 a key that no index can hold refuses its own transaction, not its group", () => {
    const world = new World();
    const id = world.mutate((documents) => documents.insert("notes", { text: "a" }));
    const table = world.database.catalog.table("", "notes")!;
    const transaction = world.database.begin("mutation");
    transaction.putTable({ ...table.record, indexes: [{ id: world.database.catalog.allocateIndexId(), name: "by_text", fields: ["text"], state: "ready", enabled: true, staged: false }] });
    world.database.commit(transaction);
    expect(() => world.mutate((documents) => documents.patch(id, { text: "\0".repeat(600_000) }))).toThrow("notes.by_text are too large for an index");
    expect(world.rollbacks).toHaveLength(0);
  });

  it("DB-4.6 commits of one turn are one group, and so are those that are decided while it is written", async () => {
    const world = new World();
    const resume = world.store.holdWrites();
    for (let n = 0; n < 3; n++) world.mutate((documents) => documents.insert("notes", { n }));
    await Promise.resolve();
    for (let n = 0; n < 3; n++) {
      world.mutate((documents) => documents.insert("notes", { n }));
      await Promise.resolve();
    }
    resume();
    await world.database.idle();
    expect(world.database.groupsWritten).toBe(2);
  });

  it("DB-4.3 the answer to a client's request is stored with its commit", async () => {
    const world = new World();
    const request = { sessionId: "s", requestId: 1 };
    const transaction = world.database.begin("mutation");
    world.documents(transaction).insert("notes", {});
    expect(world.database.answerOf(request)).toBeUndefined();
    const ts = world.database.commit(transaction, { request, answer: () => '"result":1}' });
    await world.database.idle();
    world.database = world.open();
    expect(world.database.answerOf(request)).toEqual({ ts, answer: '"result":1}' });
  });
});

describe("DB-5 history", () => {
  it("DB-5.1 a read at an earlier timestamp sees exactly what was there then", () => {
    const operation = fc.record({ slot: fc.nat(4), n: fc.nat(3), kind: fc.constantFrom("put", "delete") });
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 25 }), (operations) => {
        const world = new World();
        const ids = world.mutate((documents) => [0, 1, 2, 3, 4].map((slot) => documents.insert("notes", { slot, n: -1 })));
        const alive = new Set(ids);
        const past: { ts: number; notes: DocumentValue[] }[] = [];
        for (const { slot, n, kind } of operations) {
          const id = ids[slot]!;
          if (alive.has(id)) {
            world.mutate((documents) => (kind === "put" ? documents.patch(id, { n }) : documents.delete(id)));
            if (kind === "delete") alive.delete(id);
          }
          past.push({ ts: world.database.lastTs, notes: world.read((_documents, transaction) => all(transaction, "notes")) });
        }
        for (const { ts, notes } of past) {
          const transaction = world.database.beginAt(ts);
          expect(world.read(() => all(transaction, "notes"), transaction)).toEqual(notes);
        }
        expect(() => world.database.beginAt(world.database.lastTs + 1)).toThrow("There is no timestamp");
      }),
      { numRuns: 100 },
    );
  });

  it("DB-5.2 trimming forgets old history, its answers, and never the newest entry", async () => {
    const world = new World();
    world.mutate((documents) => documents.insert("notes", {}));
    const early = world.database.lastTs;
    world.nowMs += 48 * 3_600_000;
    world.mutate((documents) => documents.insert("notes", {}));
    expect(world.database.trimLog(100)).toBe(false);
    expect(() => world.database.beginAt(early)).toThrow("no longer kept");
    world.nowMs += 48 * 3_600_000;
    world.database.trimLog(100);
    await world.database.idle();
    const { lastTs } = world.database;
    expect(world.open().lastTs).toBe(lastTs);
  });

  it("DB-5.2 trimming stops at as many entries as it is allowed, and goes on from there", () => {
    const world = new World();
    for (let n = 0; n < 5; n++) world.mutate((documents) => documents.insert("notes", { n }));
    const oldest = world.commits.map(({ ts }) => ts);
    world.nowMs += 48 * 3_600_000;
    expect([world.database.trimLog(3), world.database.trimLog(3)]).toEqual([true, false]);
    expect(() => world.database.beginAt(oldest[3]!)).toThrow("no longer kept");
    expect(all(world.database.beginAt(oldest[4]!), "notes")).toHaveLength(5);
  });

  it("DB-5.3 a commit is forgotten for the size of the log, but not before its least age", () => {
    const world = new World();
    world.database = world.open({ ageMsMax: 3_600_000, ageMsMin: 60_000, bytesMax: 1000 });
    world.mutate((documents) => documents.insert("notes", { text: "x".repeat(2000) }));
    const early = world.database.lastTs;
    world.nowMs += 59_000;
    world.mutate((documents) => documents.insert("notes", { text: "x".repeat(2000) }));
    world.database.trimLog(100);
    expect(all(world.database.beginAt(early), "notes")).toHaveLength(1);
    world.nowMs += 2_000;
    world.database.trimLog(100);
    expect(() => world.database.beginAt(early)).toThrow("no longer kept");
  });
});
