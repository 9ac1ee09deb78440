/** What a journal promises: nothing that was appended is lost, whatever the process does next, and nothing old comes back. */
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { StorageCorruptError, StorageFullError } from "./errors.js";
import { JOURNAL_KEY, openJournal, type Journal } from "./journal.js";
import { LayeredReader } from "./layers.js";
import { openLmdbStore } from "./lmdb.js";
import { MemoryStore } from "./memory.js";
import { OrderedMap } from "./ordered-map.js";
import { openSharedStore, SharedStore } from "./shared-store.js";
import { Oracle, anyOps, expectSame, withSnapshot } from "./store.suite.js";
import type { Reader, Snapshot, Store, WriteOp } from "./store.js";

/** All but what the journal keeps for itself. */
const ENTRIES = { start: "\0journal\0", end: undefined };
const folders: string[] = [];
const journals: Journal[] = [];

afterEach(async () => {
  for (const journal of journals.splice(0)) await journal.close(false);
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "rivulet-journal-"));
  folders.push(folder);
  return folder;
}

function open(store: Store, folder: string): Journal {
  const journal = openJournal(store, join(folder, "journal"));
  journals.push(journal);
  return journal;
}

function layer(ops: readonly WriteOp[]): OrderedMap<string | null> {
  const map = new OrderedMap<string | null>();
  for (const [key, value] of ops) map.set(key, value ?? null);
  return map;
}

/** What a process finds that starts now. */
function withState<T>(store: Store, folder: string, read: (reader: Reader) => T): T {
  return withSnapshot(store, (snapshot) => read(new LayeredReader(layer(open(store, folder).tail), snapshot)));
}

function overwrite(path: string, position: number, bytes: Buffer): void {
  const file = openSync(path, "r+");
  writeSync(file, bytes, 0, bytes.length, position);
  closeSync(file);
}

/** Every byte of the record that holds `text`. */
function positionOf(path: string, text: string): number {
  const position = readFileSync(path).indexOf(text);
  expect(position).toBeGreaterThan(0);
  return position;
}

describe("journal", () => {
  it("ST-53 has what was appended when it is opened again: in order, with deletions, long keys and any text", async () => {
    const [store, folder] = [new MemoryStore(), newFolder()];
    const journal = open(store, folder);
    expect(journal.tail).toEqual([]);
    const groups: WriteOp[][] = [
      [["a", "1"], ["b", undefined], ["a", "2"]],
      [],
      [["\x00\xff", ""], ["k".repeat(100_000), "😀".repeat(100_000)], ["ÿ", "\ufeffZoë 日本"]],
      [["a", undefined]],
    ];
    for (const group of groups) await journal.append(group);
    expect(open(store, folder).tail).toEqual(groups.flat());
  });

  it("ST-54 leaves to the store what a checkpoint carried there, and nothing else", async () => {
    const [store, folder] = [new MemoryStore(), newFolder()];
    const journal = open(store, folder);
    await journal.append([["a", "1"]]);
    await journal.append([["b", "1"]]);
    const resume = store.holdWrites();
    const checkpoint = journal.checkpoint([["a", "1"], ["b", "1"]]);
    await journal.append([["a", "2"]]);
    expect(open(store, folder).tail).toEqual([["a", "1"], ["b", "1"], ["a", "2"]]);
    resume();
    await checkpoint;
    expect(open(store, folder).tail).toEqual([["a", "2"]]);
    withState(store, folder, (reader) => expect([...reader.entries(ENTRIES)]).toEqual([["a", "2"], ["b", "1"]]));
  });

  it("ST-55 equals the oracle at every crash, whatever was appended, carried and refused before", async () => {
    const step = fc.oneof(
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("append" as const), ops: anyOps }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("checkpoint" as const, "refused" as const, "groupRefused" as const, "crash" as const), ops: anyOps }) },
    );
    const property = fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), async (steps) => {
      const folder = newFolder();
      const [store, oracle] = [new MemoryStore(), new Oracle()];
      let journal = open(store, folder);
      let lacking: WriteOp[] = [];
      for (const { kind, ops } of steps) {
        if (kind === "append") {
          await journal.append(ops);
          oracle.apply(ops);
          lacking.push(...ops);
        } else if (kind === "checkpoint") {
          await journal.checkpoint(lacking, ops);
          oracle.apply(ops);
          lacking = [];
        } else if (kind === "refused") {
          store.failNextWrite();
          await expect(journal.checkpoint(lacking)).rejects.toBeInstanceOf(StorageFullError);
        } else if (kind === "groupRefused") {
          store.failNextWrite();
          await expect(journal.checkpoint(lacking, [...ops, ["refused", "1"]])).rejects.toBeInstanceOf(StorageFullError);
          await expect(journal.append(ops)).rejects.toThrow("while it was waiting for a checkpoint");
          withState(store, folder, (reader) => expect(reader.get("refused")).toBeUndefined());
          await journal.checkpoint(lacking);
          lacking = [];
        } else {
          journal = open(store, folder);
          lacking = [...journal.tail];
        }
        withState(store, folder, (reader) => {
          expect([...reader.entries(ENTRIES)]).toEqual(oracle.entries(ENTRIES));
          for (const [key] of ops) expect(reader.get(key)).toBe(oracle.get(key));
        });
      }
      for (const opened of journals.splice(0)) await opened.close(false);
    });
    await fc.assert(property, { numRuns: 60 });
  });

  it("ST-56 takes what stands after an interrupted record for never written", async () => {
    const [store, folder] = [new MemoryStore(), newFolder()];
    const journal = open(store, folder);
    for (const n of ["one", "two", "three"]) await journal.append([["key", n]]);
    const path = join(folder, "journal", "0");
    overwrite(path, positionOf(path, "three"), Buffer.from("thr\0\0"));
    expect(open(store, folder).tail).toEqual([["key", "one"], ["key", "two"]]);
  });

  it("ST-57 refuses to open without a group that others followed", async () => {
    const [store, folder] = [new MemoryStore(), newFolder()];
    const journal = open(store, folder);
    for (const n of ["one", "two"]) await journal.append([["key", n]]);
    store.failNextWrite();
    await expect(journal.checkpoint([["key", "two"]])).rejects.toThrow();
    await journal.append([["key", "three"]]);
    expect(open(store, folder).tail).toHaveLength(3);
    const path = join(folder, "journal", "0");
    overwrite(path, positionOf(path, "two"), Buffer.from("2"));
    expect(() => open(store, folder)).toThrow(/lacks writes after number 0: it is damaged.*Restore both from one backup/);
    expect(() => open(store, folder)).toThrow(StorageCorruptError);
  });

  it("ST-57 refuses to open beside a data file from before a group that went into the store directly", async () => {
    const [store, folder] = [new MemoryStore(), newFolder()];
    const journal = open(store, folder);
    await journal.append([["a", "1"]]);
    await journal.checkpoint([["a", "1"]]);
    const copy = store.fork();
    await journal.checkpoint([], [["long", "1"]]);
    await journal.append([["a", "2"]]);
    expect(open(store, folder).tail).toEqual([["a", "2"]]);
    expect(() => open(copy, folder)).toThrow(/lacks writes after number 1/);
  });

  it("ST-58 refuses a journal of another data file, and one without its data file", async () => {
    const [store, folder] = [new MemoryStore(), newFolder()];
    await open(store, folder).append([["a", "1"]]);
    expect(() => open(new MemoryStore(), folder)).toThrow(/not the one of the data file beside it/);
    const [other, otherFolder] = [new MemoryStore(), newFolder()];
    await open(other, otherFolder).append([["a", "1"]]);
    expect(() => open(other, folder)).toThrow(StorageCorruptError);
  });

  it("ST-59 survives an append that failed: the group never was, and a checkpoint lets it go on", async () => {
    const [store, folder] = [new MemoryStore(), newFolder()];
    const journal = open(store, folder);
    writeFileSync(join(folder, "journal"), "in the way");
    await expect(journal.append([["a", "1"]])).rejects.toThrow("EEXIST");
    rmSync(join(folder, "journal"));
    await expect(journal.append([["a", "2"]])).rejects.toThrow("while it was waiting for a checkpoint");
    await journal.checkpoint([["b", "1"]]);
    await journal.append([["c", "1"]]);
    expect(open(store, folder).tail).toEqual([["c", "1"]]);
  });

  it("ST-60 is gone after a close that left nothing, and begins again", async () => {
    const [store, folder] = [new MemoryStore(), newFolder()];
    const journal = openJournal(store, join(folder, "journal"));
    expect(existsSync(join(folder, "journal"))).toBe(false);
    await journal.append([["a", "1"]]);
    await journal.checkpoint([["a", "1"]]);
    await journal.close(true);
    expect(existsSync(join(folder, "journal"))).toBe(false);
    await expect(journal.append([["a", "2"]])).rejects.toThrow("while it was closed");
    await open(store, folder).append([["a", "3"]]);
    expect(open(store, folder).tail).toEqual([["a", "3"]]);
  });

  it("ST-61 uses its files again: they do not grow with what passes through", async () => {
    const [store, folder] = [new MemoryStore(), newFolder()];
    const journal = open(store, folder);
    const value = "v".repeat(10_000);
    for (let round = 0; round < 100; round++) {
      const ops: WriteOp[] = Array.from({ length: 5 }, (_, i) => [`key${i}`, `${round}${value}`]);
      for (const op of ops) await journal.append([op]);
      await journal.checkpoint(ops);
    }
    expect(statSync(join(folder, "journal", "0")).size + statSync(join(folder, "journal", "1")).size).toBeLessThan(1_000_000);
    expect(open(store, folder).tail).toEqual([]);
  });

  it("ST-66 carries much over in slices, and loses nothing where one of them is refused", async () => {
    const [memory, folder] = [new MemoryStore(), newFolder()];
    let writes = 0;
    const store: Store = {
      snapshot: () => memory.snapshot(),
      stats: () => memory.stats(),
      close: () => memory.close(),
      write: (ops) => (++writes === 4 ? Promise.reject(new StorageFullError("full")) : memory.write(ops)),
    };
    const journal = open(store, folder);
    const [older, newer] = ["1", "2"].map((value) => Array.from({ length: 5_000 }, (_, i): WriteOp => [`key${i}`, i % 3 === 0 ? undefined : value]));
    await memory.write(older!.map(([key]) => [key, "0"]));
    await journal.append(older!);
    await journal.checkpoint(older!.slice(0, 1));
    await journal.append(newer!);
    await expect(journal.checkpoint(newer!, [["z", "1"]])).rejects.toBeInstanceOf(StorageFullError);
    const oracle = new Oracle(newer!.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])).sort(([a], [b]) => (a < b ? -1 : 1)));
    withState(store, folder, (reader) => expect([...reader.entries(ENTRIES)]).toEqual(oracle.entries(ENTRIES)));
    await journal.checkpoint(newer!, [["z", "1"]]);
    expect(open(store, folder).tail).toEqual([]);
    oracle.apply([["z", "1"]]);
    withState(store, folder, (reader) => expect([...reader.entries(ENTRIES)]).toEqual(oracle.entries(ENTRIES)));
  });

  it("ST-62 refuses keys that the store would refuse, before anything is written", async () => {
    const [store, folder] = [new MemoryStore(), newFolder()];
    const journal = open(store, folder);
    await expect(journal.append([["", "v"]])).rejects.toMatchObject({ kind: "invalid" });
    await journal.append([["a", "1"]]);
    expect(open(store, folder).tail).toEqual([["a", "1"]]);
  });
});

/** A shared store whose first looks at the data file are these. */
function sharedAfter(store: MemoryStore, folder: string, looks: (() => Snapshot)[]): SharedStore {
  const source = { snapshot: () => (looks.shift() ?? (() => store.snapshot()))(), close: () => store.close() };
  return new SharedStore(source, join(folder, "journal"));
}

describe("shared store", () => {
  it("ST-63 shows what was appended, over and under what was carried into the data file, at every moment", async () => {
    const folder = newFolder();
    const store = await openLmdbStore({ path: join(folder, "data.mdb") });
    const shared = await openSharedStore(folder);
    const journal = open(store, folder);
    const oracle = new Oracle();
    const lacking: WriteOp[] = [];
    let checkpoint: Promise<void> = Promise.resolve();
    for (const [i, ops] of fc.sample(anyOps, { numRuns: 120, seed: 5 }).entries()) {
      await journal.append(ops);
      oracle.apply(ops);
      lacking.push(...ops);
      withSnapshot(shared, (reader) => expectSame(reader, oracle, ENTRIES));
      if (i % 7 !== 6) continue;
      await checkpoint;
      const held = shared.snapshot();
      const then = oracle.fork();
      checkpoint = journal.checkpoint(lacking.splice(0));
      await journal.append([["during", String(i)]]);
      oracle.apply([["during", String(i)]]);
      lacking.push(["during", String(i)]);
      withSnapshot(shared, (reader) => expectSame(reader, oracle, ENTRIES));
      await checkpoint;
      expectSame(held, then, ENTRIES);
      held.release();
    }
    await checkpoint;
    await shared.close();
    await store.close();
  });

  it("ST-64 is the data file alone where no journal ever was", async () => {
    const folder = newFolder();
    const store = await openLmdbStore({ path: join(folder, "data.mdb") });
    await store.write([["a", "1"]]);
    const shared = await openSharedStore(folder);
    withSnapshot(shared, (reader) => expect([...reader.entries({ start: "", end: undefined })]).toEqual([["a", "1"]]));
    await shared.close();
    await store.close();
  });

  it("ST-63 does not miss what went into the data file directly, between its own looks at file and journal", async () => {
    const folder = newFolder();
    const store = new MemoryStore();
    const journal = open(store, folder);
    await journal.append([["a", "1"]]);
    await journal.checkpoint([["a", "1"]]);
    const before = store.snapshot();
    await journal.checkpoint([], [["long", "1"]]);
    await journal.append([["small", "1"]]);
    const shared = sharedAfter(store, folder, [() => before]);
    withSnapshot(shared, (reader) => expect([...reader.entries(ENTRIES)]).toEqual([["a", "1"], ["long", "1"], ["small", "1"]]));
  });

  it("ST-63 takes groups that were appended between its looks at the two files for no damage", async () => {
    const folder = newFolder();
    const store = new MemoryStore();
    const journal = open(store, folder);
    await journal.append([["a", "1"]]);
    const path = join(folder, "journal", "0");
    const early = readFileSync(path);
    await journal.append([["b", "1"]]);
    const resume = store.holdWrites();
    const checkpoint = journal.checkpoint([["a", "1"], ["b", "1"]]);
    await journal.append([["c", "1"]]);
    const whole = readFileSync(path);
    writeFileSync(path, early);
    const shared = sharedAfter(store, folder, [
      () => store.snapshot(),
      () => {
        writeFileSync(path, whole);
        return store.snapshot();
      },
    ]);
    withSnapshot(shared, (reader) => expect([...reader.entries(ENTRIES)]).toEqual([["a", "1"], ["b", "1"], ["c", "1"]]));
    resume();
    await checkpoint;
  });

  it("ST-65 tells of a journal that is damaged in place of showing less", async () => {
    const folder = newFolder();
    const store = await openLmdbStore({ path: join(folder, "data.mdb") });
    await open(store, folder).append([["a", "1"]]);
    await store.write([[JOURNAL_KEY, JSON.stringify(["00".repeat(16), 0, 0])]]);
    const shared = await openSharedStore(folder);
    expect(() => shared.snapshot()).toThrow(StorageCorruptError);
    await shared.close();
    await store.close();
  });
});
