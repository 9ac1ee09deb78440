/**
 * The numbers of tables after an import. Imported documents keep their ids, and an id begins with the number of its table: so
 * an imported table takes the number that its documents have, if it can be had.
 *
 * A number is free where no table has it, or one that will be empty, which gets another: nobody holds an id of it.
 */
import { ImportError } from "./import-error.js";

export interface ExistingTable {
  readonly name: string;
  readonly number: number;
  /** Has no documents, or will have none of those that it has: it is replaced, emptied or deleted. */
  readonly isFree: boolean;
}

export interface ImportedTable {
  readonly name: string;
  /** Null where nothing in the file says. */
  readonly number: number | null;
}

/** A number that is yet to be allocated. */
export const NEW_NUMBER = "new";
export type TableNumber = number | typeof NEW_NUMBER;

/** Larger ones come from no deployment; they would use up the numbers. */
const NUMBER_MAX = 2 ** 24;

/** Of one namespace: the number of each imported table, and of each other that has to give way. Throws {@link ImportError}. */
export function numbersAfterImport(existing: readonly ExistingTable[], imported: readonly ImportedTable[]): Map<string, TableNumber> {
  const byName = new Map(existing.map((table) => [table.name, table]));
  const numbers = new Map<string, TableNumber>();
  const takenBy = new Map<number, string>();
  for (const { name, number } of imported) {
    if (number === null) continue;
    if (number < 1 || number > NUMBER_MAX) throw new ImportError(`The ids of table "${name}" have table number ${number}, which no deployment gives. Leave "_id" out, and the documents get new ids.`);
    const other = takenBy.get(number);
    if (other !== undefined) throw new ImportError(`The tables "${other}" and "${name}" of the import have ids of one table (number ${number}). Leave "_id" out of one of them.`);
    const own = byName.get(name);
    if (own !== undefined && !own.isFree && own.number !== number) {
      throw new ImportError(`The ids of table "${name}" in the import are of another table (number ${number}) than those of the documents that it has (number ${own.number}). Leave "_id" out, or import with --replace.`);
    }
    const holder = existing.find((table) => table.number === number && table.name !== name);
    if (holder !== undefined && !holder.isFree && !imported.some((table) => table.name === holder.name)) {
      throw new ImportError(`The ids of table "${name}" in the import are those of the table "${holder.name}" here, which has documents (table number ${number}). Leave "_id" out, import both tables together, or replace everything with --replace-all.`);
    }
    takenBy.set(number, name);
    numbers.set(name, number);
  }
  for (const { name, number, isFree } of existing) {
    if (numbers.has(name)) continue;
    const isImported = imported.some((table) => table.name === name);
    if (!takenBy.has(number)) {
      if (isImported) numbers.set(name, number);
    } else if (isFree) numbers.set(name, NEW_NUMBER);
    else throw new ImportError(`The ids of table "${takenBy.get(number)!}" in the import are those of the table "${name}" here, which has documents (table number ${number}). Leave "_id" out, or import with --replace.`);
  }
  for (const { name } of imported) if (!numbers.has(name)) numbers.set(name, NEW_NUMBER);
  return numbers;
}
