/** What a query walks through: documents in its order, wherever they are found. */
import type { Key } from "../storage/store.js";
import type { StoredDocument } from "./stored-document.js";

export interface ScannedDocument {
  /** Position in the order of the scan, of which cursors are made; it starts with the prefix of an index (keys.ts). */
  readonly key: Key;
  readonly document: StoredDocument;
}

export interface DocumentScan {
  /** Null at the end and ever after. */
  next(): ScannedDocument | null;
  /** Records what was read. Idempotent; the transaction closes what is left open when it finishes. */
  close(): void;
}
