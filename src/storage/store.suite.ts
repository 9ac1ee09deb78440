/**
 * The contract of Store (`docs/spec/storage.md`, ST-1 to ST-21) as tests that every implementation passes. Contents
 * are compared with a naive oracle: a sorted array of entries.
 */
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { StorageError } from "./errors.js";
import { KEY_BYTES_MAX } from "./limits.js";
import type { Entry, Key, KeyRange, Reader, SnapshotSource, Store, WriteOp } from "./store.js";

const ALL: KeyRange = { start: "", end: undefined };

export class Oracle implements Reader {
  #entries: Entry[];

  constructor(entries: readonly Entry[] = []) {
    this.#entries = [...entries];
  }

  apply(ops: readonly WriteOp[]): void {
    for (const [key, value] of ops) {
      this.#entries = this.#entries.filter(([present]) => present !== key);
      if (value !== undefined) this.#entries.push([key, value]);
    }
    this.#entries.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  get(key: Key): string | undefined {
    return this.#entries.find(([present]) => present === key)?.[1];
  }

  entries({ start, end }: KeyRange, reverse = false): Entry[] {
    const inRange = this.#entries.filter(([key]) => key >= start && (end === undefined || key < end));
    return reverse ? inRange.reverse() : inRange;
  }

  fork(): Oracle {
    return new Oracle(this.#entries);
  }
}

/** Few distinct bytes and few lengths around the limits of the disk store: collisions and shared prefixes are common. */
const byte = fc.constantFrom("\x00", "\x01", "a", "b", "\x7f", "\x80", "\xff");
const shortKey = fc.string({ unit: byte, minLength: 1, maxLength: 4 });
const longKey = fc
  .tuple(fc.constantFrom("p", "q"), fc.constantFrom(1898, 1899, 1900, 1901, 1932, 1978, 5000), shortKey)
  .map(([filler, length, tail]) => filler.repeat(length - 1) + tail);
export const anyKey = fc.oneof({ weight: 3, arbitrary: shortKey }, { weight: 2, arbitrary: longKey });
export const anyValue = fc.oneof(
  fc.constantFrom("", "0:", "7:abc", "\ufeff{}", '{"name":"Zoë 😀 日本"}'),
  fc.string({ unit: "grapheme", maxLength: 20 }),
);
const anyOp = fc.tuple(anyKey, fc.option(anyValue, { nil: undefined }));
export const anyOps = fc.array(anyOp, { maxLength: 30 });
export const anyRange = fc.record({
  start: fc.oneof(fc.constant(""), anyKey),
  end: fc.option(anyKey, { nil: undefined }),
});

export function expectSame(reader: Reader, oracle: Oracle, range: KeyRange = ALL): void {
  expect([...reader.entries(range)]).toEqual(oracle.entries(range));
  expect([...reader.entries(range, true)]).toEqual(oracle.entries(range, true));
}

export function withSnapshot<T>(store: SnapshotSource, read: (reader: Reader) => T): T {
  const snapshot = store.snapshot();
  try {
    return read(snapshot);
  } finally {
    snapshot.release();
  }
}

/** `openEmpty` gives a store without entries; the suite closes it. */
export function storeContractSuite(name: string, openEmpty: () => Promise<Store>): void {
  describe(`${name} store`, () => {
    const opened: Store[] = [];
    afterEach(async () => {
      for (const store of opened.splice(0)) await store.close();
    });
    async function openStore(): Promise<Store> {
      const store = await openEmpty();
      opened.push(store);
      return store;
    }
    /** Empties the store between the runs of a property, which share one. */
    async function clear(store: Store): Promise<void> {
      const keys = withSnapshot(store, (reader) => [...reader.entries(ALL)].map(([key]) => key));
      await store.write(keys.map((key) => [key, undefined]));
    }

    it("ST-1 returns undefined for a key that was never written", async () => {
      const store = await openStore();
      withSnapshot(store, (reader) => {
        expect(reader.get("a")).toBe(undefined);
        expect(reader.get("")).toBe(undefined);
        expect(reader.get("x".repeat(5000))).toBe(undefined);
      });
    });

    it("ST-2, ST-3, ST-4 holds what a sorted array would after any groups of writes", async () => {
      const store = await openStore();
      const property = fc.asyncProperty(fc.array(anyOps, { maxLength: 5 }), fc.array(anyRange), async (groups, ranges) => {
        await clear(store);
        const oracle = new Oracle();
        for (const ops of groups) {
          await store.write(ops);
          oracle.apply(ops);
        }
        withSnapshot(store, (reader) => {
          expectSame(reader, oracle);
          for (const range of ranges) expectSame(reader, oracle, range);
          for (const [key] of groups.flat()) expect(reader.get(key)).toBe(oracle.get(key));
        });
      });
      await fc.assert(property, { numRuns: 150 });
    });

    it("ST-5 keeps a snapshot as it was, whatever is written later", async () => {
      const store = await openStore();
      const property = fc.asyncProperty(fc.array(anyOps, { minLength: 1, maxLength: 6 }), async (groups) => {
        await clear(store);
        const oracle = new Oracle();
        const views = [];
        for (const ops of groups) {
          views.push({ snapshot: store.snapshot(), expected: oracle.fork() });
          await store.write(ops);
          oracle.apply(ops);
        }
        for (const { snapshot, expected } of views) {
          expectSame(snapshot, expected);
          for (const [key] of groups.flat()) expect(snapshot.get(key)).toBe(expected.get(key));
          snapshot.release();
        }
      });
      await fc.assert(property, { numRuns: 50 });
    });

    it("ST-6 sees a write in the first snapshot after it resolved, in the same turn", async () => {
      const store = await openStore();
      for (let i = 0; i < 50; i++) {
        const before = store.snapshot();
        await store.write([["counter", String(i)]]);
        expect(withSnapshot(store, (reader) => reader.get("counter"))).toBe(String(i));
        expect(before.get("counter")).toBe(i === 0 ? undefined : String(i - 1));
        before.release();
      }
    });

    it("ST-7 shows a group whole or not at all while writes are under way", async () => {
      const store = await openStore();
      const keys = Array.from({ length: 40 }, (_, i) => `key${i}`);
      let done = false;
      const writing = (async () => {
        for (let round = 0; round < 30; round++) await store.write(keys.map((key) => [key, String(round)]));
        done = true;
      })();
      while (!done) {
        const seen = withSnapshot(store, (reader) => [...reader.entries(ALL)].map(([, value]) => value));
        expect(new Set(seen).size).toBeLessThanOrEqual(1);
        expect([0, keys.length]).toContain(seen.length);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await writing;
    });

    it("ST-8 applies concurrent writes in the order of the calls, each whole", async () => {
      const store = await openStore();
      const settled: number[] = [];
      const writes = Array.from({ length: 20 }, async (_, i) => {
        await store.write([
          ["last", String(i)],
          [`own${String(i).padStart(2, "0")}`, "x"],
          [`own${String(i - 1).padStart(2, "0")}`, undefined],
        ]);
        settled.push(i);
      });
      await Promise.all(writes);
      expect(settled).toEqual(Array.from({ length: 20 }, (_, i) => i));
      withSnapshot(store, (reader) => {
        expect([...reader.entries(ALL)]).toEqual([
          ["last", "19"],
          ["own19", "x"],
        ]);
      });
    });

    it("ST-9 lets the later of two writes to one key in a group count", async () => {
      const store = await openStore();
      const long = "k".repeat(3000);
      await store.write([
        ["a", "1"],
        ["a", "2"],
        ["b", "1"],
        ["b", undefined],
        [long, undefined],
        [long, "3"],
        ["absent", undefined],
      ]);
      withSnapshot(store, (reader) => {
        expect([...reader.entries(ALL)]).toEqual([
          ["a", "2"],
          [long, "3"],
        ]);
      });
    });

    it("ST-10 takes an empty group", async () => {
      const store = await openStore();
      await store.write([]);
      withSnapshot(store, (reader) => expect([...reader.entries(ALL)]).toEqual([]));
    });

    it("ST-11 keeps values exactly: empty, unicode, long, and text that looks like the store's own framing", async () => {
      const store = await openStore();
      const values = ["", "\x00", "\ufeffBOM", "😀".repeat(100_000), "x".repeat(3_000_000), "12:abc", "ÿ\u0080é"];
      const ops = values.flatMap((value, i): WriteOp[] => [
        [`short${i}`, value],
        [`${"l".repeat(2500)}${i}`, value],
      ]);
      await store.write(ops);
      withSnapshot(store, (reader) => {
        for (const [key, value] of ops) expect(reader.get(key) === value).toBe(true);
        for (const [key, value] of reader.entries(ALL)) expect(value === new Map(ops).get(key)).toBe(true);
      });
    });

    it("ST-12 orders every byte and every pair of bytes", async () => {
      const store = await openStore();
      const bytes = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i));
      const keys = bytes.flatMap((first) => [first, `${first}\x00`, `${first}\xff`, `\xff${first}`, `\x00${first}`]);
      const sorted = [...new Set(keys)].sort((a, b) => (a < b ? -1 : 1));
      await store.write(keys.map((key) => [key, "v"]));
      withSnapshot(store, (reader) => {
        expect([...reader.entries(ALL)].map(([key]) => key)).toEqual(sorted);
        expect([...reader.entries(ALL, true)].map(([key]) => key)).toEqual(sorted.reverse());
      });
    });

    it("ST-13 orders long keys that share a prefix, at every bound and in both directions", async () => {
      const store = await openStore();
      const prefix = "\xff".repeat(1900);
      const tails = ["", "\x00", "\x00\x00", "a", "a\xff", "b", "\xff", "\xff".repeat(40), "z".repeat(100_000)];
      const keys = [...tails.map((tail) => prefix + tail), "\xff".repeat(1899), `${"\xff".repeat(1899)}\xfe`, "a"];
      const ops = keys.map((key): WriteOp => [key, `value of ${key.length}`]);
      const oracle = new Oracle();
      oracle.apply(ops);
      await store.write(ops);
      withSnapshot(store, (reader) => {
        const bounds = [...keys, `${prefix}aa`, `${prefix}${"\xff".repeat(33)}`, "b"];
        for (const start of ["", ...bounds]) {
          for (const end of [undefined, ...bounds]) expectSame(reader, oracle, { start, end });
        }
        for (const key of bounds) expect(reader.get(key)).toBe(oracle.get(key));
      });
    });

    it("ST-14 holds a key of the greatest length and refuses a longer one and an empty one", async () => {
      const store = await openStore();
      const longest = "k".repeat(KEY_BYTES_MAX);
      await store.write([[longest, "v"]]);
      await expect(store.write([["a", "1"], [`${longest}k`, "v"]])).rejects.toMatchObject({ kind: "invalid" });
      await expect(store.write([["a", "1"], ["", "v"]])).rejects.toMatchObject({ kind: "invalid" });
      withSnapshot(store, (reader) => expect([...reader.entries(ALL)]).toEqual([[longest, "v"]]));
    });

    it("ST-15 is empty for a range whose end is not above its start", async () => {
      const store = await openStore();
      await store.write([["a", "1"], ["b", "2"]]);
      withSnapshot(store, (reader) => {
        for (const range of [{ start: "b", end: "a" }, { start: "a", end: "a" }, { start: "", end: "" }]) {
          expect([...reader.entries(range), ...reader.entries(range, true)]).toEqual([]);
        }
      });
    });

    it("ST-16 reads lazily and releases the cursor when the loop is left", async () => {
      const store = await openStore();
      const keys = Array.from({ length: 1000 }, (_, i) => `k${String(i).padStart(4, "0")}`);
      await store.write(keys.map((key) => [key, key]));
      withSnapshot(store, (reader) => {
        for (let i = 0; i < 2000; i++) {
          for (const [key] of reader.entries({ start: keys[i % 1000]!, end: undefined })) {
            expect(key).toBe(keys[i % 1000]);
            break;
          }
        }
      });
      expect(store.stats().snapshots).toBe(0);
    });

    it("ST-17 runs iterations of one snapshot side by side, with gets between", async () => {
      const store = await openStore();
      const keys = Array.from({ length: 30 }, (_, i) => `k${String(i).padStart(2, "0")}`);
      await store.write(keys.map((key) => [key, `v${key}`]));
      withSnapshot(store, (reader) => {
        const pairs: string[] = [];
        for (const [outer, value] of reader.entries({ start: "", end: "k05" })) {
          expect(value).toBe(`v${outer}`);
          for (const [inner] of reader.entries({ start: "k10", end: "k13" }, true)) pairs.push(`${outer}${inner}`);
          expect(reader.get("k20")).toBe("vk20");
        }
        expect(pairs).toEqual(
          ["k00", "k01", "k02", "k03", "k04"].flatMap((outer) => ["k12", "k11", "k10"].map((inner) => outer + inner)),
        );
      });
    });

    it("ST-18 refuses reads of a released snapshot; releasing twice is harmless", async () => {
      const store = await openStore();
      await store.write([["a", "1"]]);
      const snapshot = store.snapshot();
      snapshot.release();
      snapshot.release();
      expect(() => snapshot.get("a")).toThrow(StorageError);
      expect(() => snapshot.entries(ALL)).toThrow(StorageError);
      expect(store.stats().snapshots).toBe(0);
    });

    it("ST-19 lets writes go on while an old snapshot is held", async () => {
      const store = await openStore();
      await store.write([["a", "0"]]);
      const old = store.snapshot();
      for (let i = 1; i <= 100; i++) await store.write([["a", String(i)]]);
      expect(old.get("a")).toBe("0");
      expect(withSnapshot(store, (reader) => reader.get("a"))).toBe("100");
      old.release();
    });

    it("ST-20 waits on close for writes under way, then refuses everything", async () => {
      const store = await openEmpty();
      const writing = store.write([["a", "1"]]);
      await store.close();
      await writing;
      await store.close();
      expect(() => store.snapshot()).toThrow(StorageError);
      await expect(store.write([["a", "2"]])).rejects.toMatchObject({ kind: "closed" });
    });

    it("ST-21 counts entries and open snapshots", async () => {
      const store = await openStore();
      await store.write([["a", "1"], ["b", "2"], ["c".repeat(4000), "3"]]);
      const snapshots = [store.snapshot(), store.snapshot()];
      expect(store.stats()).toMatchObject({ entries: 3, snapshots: 2 });
      for (const snapshot of snapshots) snapshot.release();
      expect(store.stats()).toMatchObject({ entries: 3, snapshots: 0 });
    });
  });
}
