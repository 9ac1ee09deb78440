/**
 * A document as it is stored: its text, and what follows from the text, worked out once when it is first asked for.
 * Transactions share it (see document-cache.ts), so nobody may change what it holds, and user code gets copies.
 */
import type { Key } from "../storage/store.js";
import { holdsCommitTimestamp } from "../values/commit-timestamp.js";
import { IN_TRANSACTION, parseValue } from "../values/value.js";
import { indexKeys } from "./index-keys.js";
import type { DocumentValue, Table } from "./table.js";

/** A document's text with the value it stands for. */
export interface Revision {
  readonly text: string;
  /** A commit timestamp that is not known yet is the greatest int64 in it; see commit-timestamp.ts. */
  readonly value: DocumentValue;
}

/** Makes a new value of a document for user code, which may change it, in that code's realm. */
export type Presenter = (document: StoredDocument) => DocumentValue;

/** For code of ours. */
export const presentHere: Presenter = ({ text }) => parseValue(text) as DocumentValue;

export class StoredDocument implements Revision {
  /** Where it lies; see Table.space. */
  readonly space: number;
  readonly key: Key;
  #value: DocumentValue | undefined;
  #flatValue: DocumentValue | null | undefined;
  #table: Table;
  #indexKeys: readonly Key[] | undefined;

  constructor(
    table: Table,
    readonly id: string,
    readonly text: string,
    value?: DocumentValue,
    isFlat = false,
  ) {
    this.space = table.space;
    this.key = table.documentKey(id);
    this.#table = table;
    this.#value = value;
    this.#flatValue = isFlat ? value : undefined;
  }

  get value(): DocumentValue {
    return (this.#value ??= parseValue(this.text, IN_TRANSACTION) as DocumentValue);
  }

  /** The value where a copy of its fields is a copy of all of it, and nothing in it depends on who looks: no objects, arrays or bytes. */
  get flatValue(): DocumentValue | null {
    return (this.#flatValue ??= this.text.includes('"$') || holdsObjects(this.value) ? null : this.value);
  }

  /** Whether a commit timestamp that is not known yet stands in it. */
  get isUnresolved(): boolean {
    const isFlat = this.#flatValue !== undefined && this.#flatValue !== null;
    return !isFlat && holdsCommitTimestamp(this.text);
  }

  /** In the order of `table.indexes`. `before` is the same document before a write. Throws for a document that no index could hold. */
  indexKeys(table: Table, before: StoredDocument | null = null): readonly Key[] {
    if (this.#indexKeys === undefined || this.#table !== table) {
      this.#indexKeys = indexKeys(table, this.id, this.value, before === null ? undefined : { value: before.value, keys: before.indexKeys(table) });
      this.#table = table;
    }
    return this.#indexKeys;
  }
}

export function holdsObjects(value: Readonly<Record<string, unknown>>): boolean {
  for (const name in value) if (typeof value[name] === "object" && value[name] !== null) return true;
  return false;
}
