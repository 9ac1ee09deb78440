import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChangeFixture, STRING, index, schemaJson, tableJson } from "./change-fixture.suite.js";
import { reserveLeftoverIndexIds } from "./leftover-sweep.js";

const withIndex = schemaJson(tableJson("messages", { body: STRING }, { indexes: [index("by_body", "body")] }));

function documents(count: number): { body: string }[] {
  return Array.from({ length: count }, (_, i) => ({ body: `m${String((i * 7919) % count).padStart(5, "0")}` }));
}

describe("IndexBackfill", () => {
  it("D-41 fills the index in slices and marks it ready", async () => {
    await using fixture = new ChangeFixture();
    fixture.insert("messages", ...documents(1_700));
    const change = fixture.begin(withIndex);
    const { id } = fixture.indexes("messages")[0]!;
    await fixture.turns(2);
    expect(fixture.indexing.documentsDone(id)).toBeGreaterThan(0);
    expect(fixture.indexing.documentsDone(id)).toBeLessThan(1_700);
    expect(change.status).toMatchObject({ indexesReady: 0, indexesTotal: 1 });
    await fixture.indexing.idle();
    expect(change.status).toMatchObject({ indexesReady: 1, indexesTotal: 1 });
    const found = fixture.indexed("messages", id, "body");
    expect(found).toHaveLength(1_700);
    expect(found).toEqual([...found].sort());
  });

  it("D-42 ends with exactly the entries of the documents, whatever is written meanwhile", async () => {
    const anyWrite = fc.record({ kind: fc.constantFrom("insert", "patch", "delete"), at: fc.nat(), body: fc.stringMatching(/^[a-z]{0,3}$/), turns: fc.nat(2) });
    await fc.assert(
      fc.asyncProperty(fc.array(anyWrite, { maxLength: 30 }), async (writes) => {
        await using fixture = new ChangeFixture();
        const ids = fixture.insert("messages", ...documents(1_100));
        fixture.begin(withIndex);
        for (const { kind, at, body, turns } of writes) {
          const id = ids[at % ids.length]!;
          if (kind === "insert") ids.push(...fixture.insert("messages", { body }));
          else if (kind === "patch") fixture.patch(id, { body });
          else {
            fixture.delete(id);
            ids.splice(at % ids.length, 1);
          }
          await fixture.turns(turns);
        }
        await fixture.indexing.idle();
        const { id } = fixture.indexes("messages")[0]!;
        const expected = fixture.indexed("messages", fixture.creationIndexId("messages"), "body").sort();
        expect(fixture.indexed("messages", id, "body")).toEqual(expected);
      }),
      { numRuns: 15 },
    );
  });

  it("D-43 begins again after a restart", async () => {
    await using fixture = new ChangeFixture();
    fixture.insert("messages", ...documents(1_700));
    fixture.begin(withIndex);
    await fixture.turns(2);
    await using restarted = await fixture.restart();
    expect(restarted.indexes("messages")).toMatchObject([{ state: "backfilling" }]);
    restarted.indexing.wake();
    await restarted.indexing.idle();
    expect(restarted.indexes("messages")).toMatchObject([{ state: "ready" }]);
    expect(restarted.indexed("messages", restarted.indexes("messages")[0]!.id, "body")).toHaveLength(1_700);
  });

  it("D-44 begins again when the disk refused slices", async () => {
    await using fixture = new ChangeFixture();
    fixture.insert("messages", ...documents(1_700));
    fixture.begin(withIndex);
    await fixture.database.idle();
    await fixture.turns(2);
    fixture.store.failNextWrite();
    await fixture.indexing.idle();
    expect(fixture.indexes("messages")).toMatchObject([{ state: "ready" }]);
    await fixture.database.idle();
    await using restarted = await fixture.restart();
    expect(restarted.indexed("messages", restarted.indexes("messages")[0]!.id, "body")).toHaveLength(1_700);
  });

  it("D-45 stops when its index is dropped", async () => {
    await using fixture = new ChangeFixture();
    fixture.insert("messages", ...documents(1_700));
    const change = fixture.begin(withIndex);
    await fixture.turns(2);
    change.abandon();
    fixture.indexing.wake();
    await fixture.indexing.idle();
    expect(fixture.storedIndexIds()).toEqual([fixture.creationIndexId("messages")]);
  });

  it("D-46 gives no new index the number of one whose entries are left over", async () => {
    await using fixture = new ChangeFixture();
    fixture.insert("messages", ...documents(10));
    const change = fixture.begin(withIndex);
    await fixture.indexing.idle();
    const { id } = fixture.indexes("messages")[0]!;
    change.abandon();
    await using restarted = await fixture.restart();
    expect(restarted.storedIndexIds()).toContain(id);
    reserveLeftoverIndexIds(restarted.database);
    restarted.insert("others", { body: "x" });
    expect(restarted.creationIndexId("others")).toBeGreaterThan(id);
    restarted.indexing.wake();
    await restarted.indexing.idle();
    expect(restarted.storedIndexIds()).not.toContain(id);
  });
});
