/** IM-21, IM-25: which numbers tables have after an import. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ImportError } from "./import-error.js";
import { NEW_NUMBER, numbersAfterImport, type ExistingTable, type ImportedTable } from "./table-numbers.js";

const NAMES = ["a", "b", "c", "d"];
const existingTables = fc.uniqueArray(fc.record({ name: fc.constantFrom(...NAMES), number: fc.integer({ min: 1, max: 5 }), isFree: fc.boolean() }), { selector: ({ name }) => name }).filter((tables) => new Set(tables.map(({ number }) => number)).size === tables.length);
const importedTables = fc.uniqueArray(fc.record({ name: fc.constantFrom(...NAMES), number: fc.option(fc.integer({ min: 1, max: 5 }), { nil: null }) }), { selector: ({ name }) => name });

function attempt(existing: readonly ExistingTable[], imported: readonly ImportedTable[]): ReturnType<typeof numbersAfterImport> | null {
  try {
    return numbersAfterImport(existing, imported);
  } catch (error) {
    if (error instanceof ImportError) return null;
    throw error;
  }
}

describe("numbers of tables", () => {
  it("IM-21 IM-25 are those of the ids, nobody's twice, and documents that stay keep theirs", () => {
    fc.assert(
      fc.property(existingTables, importedTables, (existing, imported) => {
        const numbers = attempt(existing, imported);
        if (numbers === null) return;
        const after = new Map([...existing.map(({ name, number }) => [name, number] as const), ...numbers]);
        const taken = [...after.values()].filter((number) => number !== NEW_NUMBER);
        expect(new Set(taken).size).toBe(taken.length);
        for (const { name, number } of imported) if (number !== null) expect(after.get(name)).toBe(number);
        for (const { name, number, isFree } of existing) if (!isFree) expect(after.get(name)).toBe(number);
      }),
    );
  });

  it("IM-25 can be had by any import whose ids are in order, where nothing stays", () => {
    fc.assert(
      fc.property(existingTables, importedTables, (existing, imported) => {
        const wanted = imported.flatMap(({ number }) => number ?? []);
        fc.pre(new Set(wanted).size === wanted.length);
        expect(attempt(existing.map((table) => ({ ...table, isFree: true })), imported)).not.toBeNull();
      }),
    );
  });
});
