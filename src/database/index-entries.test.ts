import { describe, expect, it } from "vitest";
import { MemoryStore } from "../storage/memory.js";
import { EntryWriter, counterStep, entryChanges, mergeChanges, readCounter, type Counter, type EntryIndex, type IndexEntry } from "./index-entries.js";
import type { DocumentValue } from "./table.js";

const COUNTER: Counter = { key: "i0001#", countMin: 1 };

/** One entry for each word of `text`, with the note as its value. */
const WORDS: EntryIndex = {
  record: { id: 1, name: "words", kind: "search", searchField: "text", filterFields: [], state: "ready", enabled: true, staged: false },
  prefix: "i0001",
  entriesOf: (document, id) => wordsOf(document).map((word) => ({ key: `i0001${word}${id}`, value: String(document["note"]), counters: [COUNTER] })),
  hasSameEntries: (before, after) => before["text"] === after["text"] && before["note"] === after["note"],
};

function wordsOf({ text }: DocumentValue): string[] {
  return typeof text === "string" ? text.split(" ") : [];
}

function change(before: DocumentValue | null, after: DocumentValue | null): { before: readonly IndexEntry[]; after: readonly IndexEntry[] } {
  return entryChanges([WORDS], "x", before, after)![0]!;
}

async function storeOf(...entries: readonly (readonly [string, string])[]): Promise<MemoryStore> {
  const store = new MemoryStore();
  await store.write(entries);
  return store;
}

describe("entries of an index", () => {
  it("touches only entries that differ, and counts them", async () => {
    const store = await storeOf(["i0001ax", "1"], ["i0001bx", "1"], [COUNTER.key, "2"]);
    const writer = new EntryWriter(store.snapshot());
    writer.change(change({ text: "a b", note: 1 }, { text: "b c d", note: 1 }), false);
    writer.finish();
    expect(writer.ops).toEqual([
      ["i0001cx", "1"],
      ["i0001dx", "1"],
      ["i0001ax", undefined],
      [COUNTER.key, "3"],
    ]);
    // From 2 to 3 entries is no new step.
    expect(writer.touched).toEqual(["i0001cx", "i0001dx", "i0001ax"]);
  });

  it("touches an entry whose value alone differs, and a counter that reaches a new step", async () => {
    const writer = new EntryWriter((await storeOf(["i0001ax", "1"], [COUNTER.key, "1"])).snapshot());
    writer.change(change({ text: "a", note: 1 }, { text: "a b", note: 2 }), false);
    writer.finish();
    expect(writer.touched).toEqual(["i0001ax", "i0001bx", COUNTER.key]);
  });

  it("has no change where the index says that nothing changed", () => {
    expect(entryChanges([WORDS], "x", { text: "a", other: 1 }, { text: "a", other: 2 })).toEqual([null]);
    expect(entryChanges([], "x", null, { text: "a" })).toBeNull();
  });

  it("merges two writes of a document to what they are together", () => {
    const first = entryChanges([WORDS], "x", { text: "a" }, { text: "b" });
    const unchanged = entryChanges([WORDS], "x", { text: "b", other: 1 }, { text: "b", other: 2 });
    const second = entryChanges([WORDS], "x", { text: "b" }, null);
    expect(mergeChanges(first, unchanged)).toEqual(first);
    expect(mergeChanges(unchanged, second)).toEqual(second);
    expect(mergeChanges(first, second)).toEqual([{ before: first![0]!.before, after: [] }]);
    expect(mergeChanges(null, first)).toEqual(first);
    expect(mergeChanges(first, null)).toEqual(first);
  });

  it("fills what is missing, and neither counts nor deletes what was never there", async () => {
    const store = await storeOf(["i0001ax", "1"], [COUNTER.key, "1"]);
    const filling = new EntryWriter(store.snapshot());
    filling.fill(WORDS.entriesOf({ text: "a b", note: 1 }, "x"));
    filling.finish();
    expect(filling.ops).toEqual([
      ["i0001bx", "1"],
      [COUNTER.key, "2"],
    ]);
    // A write of a document that the fill has not reached: "b" and "c" of before are not stored.
    const writer = new EntryWriter(store.snapshot());
    writer.change(change({ text: "a b c", note: 1 }, { text: "b d", note: 1 }), true);
    writer.finish();
    expect(writer.ops).toEqual([
      ["i0001bx", "1"],
      ["i0001dx", "1"],
      ["i0001ax", undefined],
      [COUNTER.key, "2"],
    ]);
  });

  it("forgets a counter that reaches zero", async () => {
    const store = await storeOf(["i0001ax", "1"], [COUNTER.key, "1"]);
    const writer = new EntryWriter(store.snapshot());
    writer.change(change({ text: "a", note: 1 }, null), false);
    writer.finish();
    expect(writer.ops.at(-1)).toEqual([COUNTER.key, undefined]);
    await store.write(writer.ops);
    expect(readCounter(store.snapshot(), COUNTER)).toBe(0);
  });

  it("steps at each doubling", () => {
    expect([0, 1, 2, 3, 4, 7, 8].map((count) => counterStep(count, 1))).toEqual([0, 1, 2, 2, 3, 3, 4]);
    expect([0, 63, 64, 127, 128].map((count) => counterStep(count, 64))).toEqual([0, 0, 1, 1, 2]);
  });
});
