/**
 * The newest state of documents that were lately read or written, so that hot ones are neither looked up in the store nor
 * parsed again. Whoever changes the newest state tells the cache.
 *
 * Two generations: what is used moves to the young one; when that has grown to half of what is allowed, the old one is
 * let go of and the young one becomes the old.
 */
import type { Reader, WriteOp } from "../storage/store.js";
import { documentSpaceOf, SPACE_PREFIX_LENGTH } from "./keys.js";
import { StoredDocument } from "./stored-document.js";
import type { Table } from "./table.js";

/** Of what lies around a text: keys, the parsed value, entries of maps. Estimated generously. */
const OVERHEAD_BYTES = 600;
/** Larger documents are parsed again: few of them would crowd out all others. */
const CACHED_CHARS_MAX = 64 * 1024;

export class DocumentCache {
  #young = new Map<string, StoredDocument>();
  #old = new Map<string, StoredDocument>();
  #youngBytes = 0;

  /** `bytesMax`: estimated memory of both generations. 0 keeps nothing. */
  constructor(private readonly bytesMax: number) {}

  /** `reader` shows the newest state. Undefined where there is no such document. */
  read(table: Table, id: string, reader: Reader): StoredDocument | undefined {
    const known = this.#find(table.space, id);
    if (known !== undefined) return known;
    const text = reader.get(table.documentKey(id));
    if (text === undefined) return undefined;
    const document = new StoredDocument(table, id, text);
    this.put(document);
    return document;
  }

  /** The document's newest state. */
  put(document: StoredDocument): void {
    const { id, text } = document;
    if (text.length > CACHED_CHARS_MAX) {
      this.delete(id);
      return;
    }
    const replaced = this.#young.get(id);
    if (replaced !== undefined) this.#youngBytes -= bytesOf(replaced);
    this.#young.set(id, document);
    this.#youngBytes += bytesOf(document);
    if (this.#youngBytes * 2 > this.bytesMax) this.#age();
  }

  /** Of every space: ids are hardly ever in two. */
  delete(id: string): void {
    const young = this.#young.get(id);
    if (young !== undefined) this.#youngBytes -= bytesOf(young);
    this.#young.delete(id);
    this.#old.delete(id);
  }

  /** What was written past transactions. */
  forget(ops: readonly WriteOp[]): void {
    for (const [key] of ops) if (documentSpaceOf(key) !== null) this.delete(key.slice(SPACE_PREFIX_LENGTH));
  }

  clear(): void {
    this.#old.clear();
    this.#young.clear();
    this.#youngBytes = 0;
  }

  #find(space: number, id: string): StoredDocument | undefined {
    const young = this.#young.get(id);
    if (young !== undefined) return young.space === space ? young : undefined;
    const old = this.#old.get(id);
    if (old?.space !== space) return undefined;
    this.put(old);
    return old;
  }

  #age(): void {
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngBytes = 0;
  }
}

function bytesOf({ text }: StoredDocument): number {
  return OVERHEAD_BYTES + 2 * text.length;
}
