/** SX-21, SX-23, SX-31, SX-35: snapshots and changes from the commit log, against what the documents were. Over the memory store. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryStore } from "../storage/memory.js";
import { readChanges } from "./change-feed.js";
import { edgeOfLog, logReachesBackTo } from "./commit-log.js";
import { Database } from "./database.js";
import { Documents } from "./documents.js";
import { FormerDocuments } from "./former-documents.js";
import { DOCUMENT_RANGE, HISTORY_START_KEY, LOG_TRIMMED_KEY, keyAfter } from "./keys.js";
import { presentHere } from "./stored-document.js";

const LIMITS = { documentsMax: 3, charsMax: Infinity, scannedCharsMax: Infinity };

class World {
  nowMs = 1_700_000_000_000;
  readonly ids: string[] = [];
  readonly database = new Database({ store: new MemoryStore(), nowMs: () => this.nowMs++, logRetention: { ageMsMax: 1_000, ageMsMin: 0, bytesMax: 2 ** 30 } });

  /** One transaction of several writes; a number stands for a document that is there, or a new one. */
  commit(writes: readonly { readonly target: number; readonly value: number | null }[]): void {
    const transaction = this.database.begin("mutation");
    const documents = new Documents({ transaction, namespace: "", present: presentHere });
    for (const { target, value } of writes) {
      const id = this.ids[target];
      if (id === undefined) this.ids.push(documents.insert("items", { value }));
      else if (documents.get(id, "items") === null) continue;
      else if (value === null) documents.delete(id, "items");
      else documents.patch(id, { value }, "items");
    }
    this.database.commit(transaction);
  }

  documents(): ReadonlyMap<string, string> {
    return new Map(this.database.reader.entries(DOCUMENT_RANGE));
  }
}

const commits = fc.array(fc.array(fc.record({ target: fc.nat(12), value: fc.option(fc.nat(3), { freq: 3 }) }), { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 40 });

describe("documents at an earlier timestamp", () => {
  it("SX-21, SX-23 are what they were, page by page, while others write", () => {
    fc.assert(
      fc.property(commits, fc.nat(), fc.integer({ min: 1, max: 4 }), (all, start, pageSize) => {
        const world = new World();
        const before = start % all.length;
        for (const writes of all.slice(0, before)) world.commit(writes);
        const [truth, ts] = [world.documents(), world.database.lastTs];
        const former = new FormerDocuments(ts, DOCUMENT_RANGE.start);
        const found = new Map<string, string>();
        let from = DOCUMENT_RANGE.start;
        for (const writes of [...all.slice(before), ...Array.from({ length: 20 }, () => [])]) {
          world.commit(writes);
          while (!former.advance(world.database.reader, world.database.lastTs, 1)) continue;
          let count = 0;
          for (const [key, text] of former.over(world.database.reader).entries({ start: from, end: DOCUMENT_RANGE.end })) {
            found.set(key, text);
            from = keyAfter(key);
            if (++count === pageSize) break;
          }
        }
        expect(found).toEqual(truth);
        // A walk that is taken up in the middle, by a server that remembers nothing.
        const [middle] = [...truth.keys()].slice(truth.size / 2);
        const later = new FormerDocuments(ts, middle ?? "");
        expect(later.advance(world.database.reader, world.database.lastTs, Infinity)).toBe(true);
        const rest = new Map(later.over(world.database.reader).entries({ start: middle ?? "", end: DOCUMENT_RANGE.end }));
        expect(rest).toEqual(new Map([...truth].filter(([key]) => middle === undefined || key >= middle)));
        for (const key of rest.keys()) expect(later.over(world.database.reader).get(key)).toBe(truth.get(key));
      }),
    );
  });
});

describe("changes", () => {
  it("SX-31 lead from any state to the newest, each once, in whole commits", () => {
    fc.assert(
      fc.property(commits, fc.nat(), (all, start) => {
        const world = new World();
        const before = start % all.length;
        for (const writes of all.slice(0, before)) world.commit(writes);
        const copy = new Map(world.documents());
        let cursor = world.database.lastTs;
        for (const writes of all.slice(before)) world.commit(writes);
        const { reader, catalog, lastTs } = world.database;
        const seen = new Set<string>();
        for (let hasMore = true; hasMore; ) {
          const page = readChanges(reader, catalog, cursor, lastTs, () => true, LIMITS);
          for (const { ts, table, id, after } of page.changes) {
            expect(ts > cursor && ts <= page.ts && !seen.has(`${ts} ${id}`)).toBe(true);
            seen.add(`${ts} ${id}`);
            if (after === null) copy.delete(table.documentKey(id));
            else copy.set(table.documentKey(id), after);
          }
          cursor = page.ts;
          hasMore = page.hasMore;
        }
        expect([copy, cursor]).toEqual([world.documents(), lastTs]);
      }),
    );
  });

  it("SX-34 end early where much of the log is passed over", () => {
    const world = new World();
    for (let count = 0; count < 10; count++) world.commit([{ target: count, value: 1 }]);
    const { reader, catalog, lastTs } = world.database;
    const page = readChanges(reader, catalog, 0, lastTs, () => false, { ...LIMITS, scannedCharsMax: 1 });
    expect(page).toMatchObject({ changes: [], hasMore: true });
    expect(page.ts).toBe(edgeOfLog(reader, "first")!.ts);
  });

  it("SX-35 are known from the last commit on that is not kept, however long ago that was", () => {
    const world = new World();
    for (let count = 0; count < 10; count++) world.commit([{ target: count, value: 1 }]);
    const { database } = world;
    expect(logReachesBackTo(database.reader)).toBe(edgeOfLog(database.reader, "first")!.ts);
    const seenTs = database.lastTs;
    world.nowMs += 2_000;
    database.trimLog(100);
    // The newest entry always stays.
    expect([logReachesBackTo(database.reader) < seenTs, edgeOfLog(database.reader, "first")!.ts]).toEqual([true, seenTs]);
    world.commit([{ target: 0, value: 2 }]);
    database.trimLog(100);
    expect([logReachesBackTo(database.reader), edgeOfLog(database.reader, "first")!.ts]).toEqual([seenTs, database.lastTs]);
    world.commit([{ target: 1, value: 2 }]);
    world.nowMs += 2_000;
    database.trimLog(1);
    expect(logReachesBackTo(database.reader)).toBeGreaterThan(seenTs);
  });

  it("SX-35 are not known across a replacement that the log does not tell, nor in a copy with a log of its own", () => {
    const world = new World();
    for (let count = 0; count < 3; count++) world.commit([{ target: count, value: 1 }]);
    const { database } = world;
    database.applyUnseen([[LOG_TRIMMED_KEY, JSON.stringify([1, 2])]]);
    expect(logReachesBackTo(database.reader)).toBe(edgeOfLog(database.reader, "first")!.ts);
    database.applyUnseen([[HISTORY_START_KEY, String(database.lastTs)]]);
    expect(logReachesBackTo(database.reader)).toBe(database.lastTs);
  });
});
