/** Puts the commit's timestamp into what it writes, wherever the transaction left a placeholder for it. */
import { resolveCommitTimestamp } from "../values/commit-timestamp.js";
import { parseValue } from "../values/value.js";
import { entryChanges } from "./index-entries.js";
import { StoredDocument } from "./stored-document.js";
import type { DocumentValue } from "./table.js";
import type { DocumentWrite } from "./write-overlay.js";

/** `ts` in microseconds. */
export function resolvedWrites(writes: readonly DocumentWrite[], ts: number): readonly DocumentWrite[] {
  return writes.some(isUnresolved) ? writes.map((write) => (isUnresolved(write) ? resolved(write, write.document.text, ts) : write)) : writes;
}

function isUnresolved(write: DocumentWrite): write is DocumentWrite & { readonly document: StoredDocument } {
  return write.document !== null && write.document.isUnresolved;
}

/** Index keys were of the placeholder, which stands after every timestamp. */
function resolved(write: DocumentWrite, text: string, ts: number): DocumentWrite {
  const { table, id, before } = write;
  const after = resolveCommitTimestamp(text, ts);
  const document = new StoredDocument(table, id, after);
  return {
    ...write,
    after,
    document,
    afterKeys: document.indexKeys(table),
    entries: entryChanges(table.entryIndexes, id, before === null ? null : (parseValue(before) as DocumentValue), document.value),
  };
}
