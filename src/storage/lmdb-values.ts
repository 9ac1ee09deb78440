/**
 * Values as LMDB takes them: bytes. The texts of a group are written one after another into memory that the next group uses
 * again, since a buffer for each would cost more than its text.
 */
import type { Key, WriteOp } from "./store.js";
import { opToStored } from "./lmdb-keys.js";

/** A key and a value as they lie in LMDB; undefined deletes. */
export type StoredOp = readonly [key: Key, value: Buffer | undefined];

const SHARED_BYTES_MIN = 64 * 1024;
/** What is kept from group to group. */
const SHARED_BYTES_MAX = 1024 * 1024;
/** Longer texts get memory of their own. */
const SHARED_TEXT_CHARS_MAX = 16 * 1024;
/** A UTF-16 code unit takes no more in UTF-8. */
const BYTES_PER_CHAR_MAX = 3;

export class ValueEncoder {
  #shared = Buffer.allocUnsafeSlow(0);
  #used = 0;

  /** The values are good until the next call. */
  encode(ops: readonly WriteOp[]): StoredOp[] {
    this.#used = 0;
    return ops.map((op) => {
      const [key, text] = opToStored(op);
      return [key, text === undefined ? undefined : this.#bytesOf(text)];
    });
  }

  #bytesOf(text: string): Buffer {
    if (text.length > SHARED_TEXT_CHARS_MAX) return Buffer.from(text);
    this.#makeRoom(text.length * BYTES_PER_CHAR_MAX);
    const start = this.#used;
    this.#used += this.#shared.write(text, start);
    return this.#shared.subarray(start, this.#used);
  }

  /** What was written before stays where it is, as long as somebody holds it. */
  #makeRoom(bytes: number): void {
    if (this.#used + bytes <= this.#shared.length) return;
    this.#shared = Buffer.allocUnsafeSlow(Math.min(Math.max(2 * this.#shared.length, SHARED_BYTES_MIN), SHARED_BYTES_MAX));
    this.#used = 0;
  }
}
