/** The keys under which a document stands in the indexes of its table. */
import { KEY_BYTES_MAX } from "../storage/limits.js";
import type { Key } from "../storage/store.js";
import { DatabaseError } from "./errors.js";
import type { DocumentValue, Table } from "./table.js";

/** Throws for a document that no index could hold, before anything of it is written. */
export function indexKeys(table: Table, id: string, value: DocumentValue): Key[] {
  return table.indexes.map((index) => {
    const key = index.keyOf(value, id);
    if (key.length > KEY_BYTES_MAX) {
      throw new DatabaseError("invalidValue", `The values of index ${table.name}.${index.record.name} are too large for an index (${key.length} bytes > maximum ${KEY_BYTES_MAX}). Index a shorter field, for example a hash.`);
    }
    return key;
  });
}
