/**
 * The postings of one term, best first, read as far as they are asked for. What was looked at goes into the read set: from
 * the start of the list up to the last posting taken, all of it when the end was seen.
 */
import type { Key, KeyRange } from "../../storage/store.js";
import { keyAfter } from "../keys.js";
import type { Transaction } from "../transaction.js";
import { afterTerm, bytesToTerm, decodePosting, termPrefix, type Posting } from "./search-keys.js";

const CHUNK_LENGTH_MIN = 8;
const CHUNK_LENGTH_MAX = 512;

export class PostingList {
  readonly term: string;
  readonly #start: Key;
  readonly #end: Key;
  /** Read ahead: it counts as read only when it is taken. */
  #chunk: Key[] = [];
  #position = 0;
  #chunkLength = CHUNK_LENGTH_MIN;
  #isLastChunk = false;
  #lastTaken: Key | null = null;
  #isExhausted = false;

  constructor(
    private readonly transaction: Transaction,
    section: Key,
    termBytes: Key,
  ) {
    this.term = bytesToTerm(termBytes);
    this.#start = termPrefix(section, termBytes);
    this.#end = afterTerm(section, termBytes);
  }

  /** Null at the end and ever after. */
  next(): Posting | null {
    if (this.#position === this.#chunk.length && !this.#isLastChunk) this.#readChunk();
    const key = this.#chunk[this.#position];
    if (key === undefined) {
      this.#isExhausted = true;
      return null;
    }
    this.#position++;
    this.#lastTaken = key;
    return decodePosting(key, this.#start.length);
  }

  get readRange(): KeyRange {
    if (this.#isExhausted) return { start: this.#start, end: this.#end };
    return { start: this.#start, end: this.#lastTaken === null ? this.#start : keyAfter(this.#lastTaken) };
  }

  #readChunk(): void {
    const start = this.#chunk.length === 0 ? this.#start : keyAfter(this.#chunk.at(-1)!);
    this.#chunk = [];
    this.#position = 0;
    for (const [key] of this.transaction.reader.entries({ start, end: this.#end })) {
      this.#chunk.push(key);
      if (this.#chunk.length === this.#chunkLength) {
        this.#chunkLength = Math.min(2 * this.#chunkLength, CHUNK_LENGTH_MAX);
        return;
      }
    }
    this.#isLastChunk = true;
  }
}
