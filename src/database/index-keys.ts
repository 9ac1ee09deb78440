/** The keys under which a document stands in the indexes of its table. */
import { KEY_BYTES_MAX } from "../storage/limits.js";
import type { Key } from "../storage/store.js";
import { DatabaseError } from "./errors.js";
import type { DocumentValue, Table } from "./table.js";

interface Before {
  readonly value: DocumentValue;
  readonly keys: readonly Key[];
}

/**
 * In the order of `table.indexes`. `before` are the keys of the same document with another value: those of indexes whose fields
 * are the same in both are taken over. Throws for a document that no index could hold, before anything of it is written.
 */
export function indexKeys(table: Table, id: string, value: DocumentValue, before?: Before): readonly Key[] {
  return table.indexes.map((index, i) => {
    if (before !== undefined && index.hasSameKey(before.value, value)) return before.keys[i]!;
    const key = index.keyOf(value, id);
    if (key.length > KEY_BYTES_MAX) {
      throw new DatabaseError("invalidValue", `The values of index ${table.name}.${index.record.name} are too large for an index (${key.length} bytes > maximum ${KEY_BYTES_MAX}). Index a shorter field, for example a hash.`);
    }
    return key;
  });
}
