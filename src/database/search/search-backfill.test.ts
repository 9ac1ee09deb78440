import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { prefixRange } from "../keys.js";
import { ChangeFixture, STRING, schemaJson, tableJson } from "../schema-change/change-fixture.suite.js";
import { parseDocument } from "../schema-change/table-walk.js";
import { SearchIndex } from "./search-index.js";

const WITH_INDEX = schemaJson(tableJson("messages", { body: STRING, channel: STRING }, { searchIndexes: [{ indexDescriptor: "search", searchField: "body", filterFields: ["channel"] }] }));
const WITHOUT_INDEX = schemaJson(tableJson("messages", { body: STRING, channel: STRING }));

function documents(count: number): { body: string; channel: string }[] {
  return Array.from({ length: count }, (_, i) => ({ body: `word${i % 7} common ${"again ".repeat(i % 3)}`, channel: `c${i % 2}` }));
}

function indexIn(fixture: ChangeFixture): SearchIndex {
  return fixture.database.catalog.table("", "messages")!.entryIndexes[0] as SearchIndex;
}

/** Everything that is stored of the index, counters included. */
function stored(fixture: ChangeFixture): Map<string, string> {
  return new Map(fixture.database.reader.entries(prefixRange(indexIn(fixture).prefix)));
}

/** What the documents ask for. */
/** Differences as text that can be read. */
function differences(fixture: ChangeFixture): string[] {
  const [is, should] = [stored(fixture), expected(fixture)];
  const show = (key: string, value: string | undefined): string => `${JSON.stringify(key.slice(5))}: ${JSON.stringify(value)}`;
  return [...Array.from(is).filter(([key, value]) => should.get(key) !== value).map(([key, value]) => `stored ${show(key, value)}`), ...Array.from(should).filter(([key, value]) => is.get(key) !== value).map(([key, value]) => `missing ${show(key, value)}`)];
}

function expected(fixture: ChangeFixture): Map<string, string> {
  const table = fixture.database.catalog.table("", "messages")!;
  const index = indexIn(fixture);
  const entries = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const [key, text] of fixture.database.reader.entries(prefixRange(table.documentPrefix))) {
    for (const entry of index.entriesOf(parseDocument(text), key.slice(table.documentPrefix.length))) {
      entries.set(entry.key, entry.value);
      for (const counter of entry.counters ?? []) counts.set(counter.key, (counts.get(counter.key) ?? 0) + 1);
    }
  }
  for (const [key, count] of counts) entries.set(key, String(count));
  return new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe("SE-1 filling a search index", () => {
  const anyWrite = fc.record({ kind: fc.constantFrom("insert", "patch", "move", "delete"), at: fc.nat(), body: fc.constantFrom("common", "word1 word2", "", "again again"), turns: fc.nat(2) });

  it("SE-1.5 ends with exactly the entries and counts of the documents, whatever is written meanwhile", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyWrite, { maxLength: 30 }), async (writes) => {
        await using fixture = new ChangeFixture();
        const ids = fixture.insert("messages", ...documents(700));
        fixture.begin(WITH_INDEX);
        for (const { kind, at, body, turns } of writes) {
          const id = ids[at % ids.length]!;
          if (kind === "insert") ids.push(...fixture.insert("messages", { body, channel: "c1" }));
          else if (kind === "patch") fixture.patch(id, { body });
          else if (kind === "move") fixture.patch(id, { channel: "c3" });
          else {
            fixture.delete(id);
            ids.splice(at % ids.length, 1);
          }
          await fixture.turns(turns);
        }
        await fixture.indexing.idle();
        expect(differences(fixture)).toEqual([]);
      }),
      { numRuns: 6 },
    );
  });

  it("SE-1.6 begins again after a restart, and counts nothing twice", async () => {
    await using fixture = new ChangeFixture();
    fixture.insert("messages", ...documents(1_700));
    fixture.begin(WITH_INDEX);
    await fixture.turns(3);
    await using restarted = await fixture.restart();
    restarted.indexing.wake();
    await restarted.indexing.idle();
    expect(differences(restarted)).toEqual([]);
  });

  it("SE-1.7 when it is dropped, all that is stored of it goes", async () => {
    await using fixture = new ChangeFixture();
    fixture.insert("messages", ...documents(200));
    await fixture.push(WITH_INDEX);
    const { id } = indexIn(fixture).record;
    expect(fixture.storedIndexIds()).toContain(id);
    await fixture.push(WITHOUT_INDEX);
    expect(fixture.storedIndexIds()).not.toContain(id);
  });

  it("SE-1.8 every commit leaves exactly the entries and counts of the documents", async () => {
    await using fixture = new ChangeFixture();
    await fixture.push(WITH_INDEX);
    const ids = fixture.insert("messages", ...documents(20));
    expect(differences(fixture)).toEqual([]);
    ids.forEach((id, i) => {
      if (i % 3 === 0) fixture.patch(id, { body: `common word${i}` });
      else if (i % 3 === 1) fixture.patch(id, { channel: "elsewhere" });
      else fixture.delete(id);
      expect(differences(fixture)).toEqual([]);
    });
  });
});
