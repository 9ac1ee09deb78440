/**
 * How keys lie in LMDB, which holds keys of at most 1,978 bytes while index keys may reach 1 MiB.
 *
 * A key of up to SHORT_KEY_BYTES_MAX bytes is stored as it is. Of a longer one the first SHORT_KEY_BYTES_MAX bytes are
 * stored, followed by the SHA-256 of the whole key; the rest of the key precedes the value. The length of a stored key
 * alone tells which it is, so that short keys pay one comparison of a number.
 *
 *     prefix (1,900 bytes)             a short key that is exactly the prefix: before all of the run
 *     prefix ‖ hash of long key B  ┐
 *     prefix ‖ hash of long key A  ┘   a run: contiguous, but in the order of the hashes, not of the keys
 *     next prefix …
 *
 * Between runs, and between runs and short keys, stored order is key order. Whoever iterates gathers a run and sorts it.
 */
import { createHash } from "node:crypto";
import type { Entry, Key, WriteOp } from "./store.js";

export const SHORT_KEY_BYTES_MAX = 1900;
/** Longer than every stored key, so that it is above all of a run and below the next prefix. */
const RUN_END = "\xff".repeat(33);
/** Below every hash and above the short key that is the prefix itself. */
const RUN_START = "\x00";

export function isLong(key: Key): boolean {
  return key.length > SHORT_KEY_BYTES_MAX;
}

export function prefixOf(key: Key): Key {
  return key.slice(0, SHORT_KEY_BYTES_MAX);
}

export function keyToStored(key: Key): Key {
  if (!isLong(key)) return key;
  return prefixOf(key) + createHash("sha256").update(key, "latin1").digest("binary");
}

/** The least stored key that can stand for a key `>= key`. */
export function startToStored(key: Key): Key {
  return isLong(key) ? prefixOf(key) + RUN_START : key;
}

/** A bound above all stored keys that can stand for a key `< key`. */
export function endToStored(key: Key): Key {
  return isLong(key) ? prefixOf(key) + RUN_END : key;
}

export function opToStored(op: WriteOp): WriteOp {
  const [key, value] = op;
  if (!isLong(key)) return op;
  const rest = key.slice(SHORT_KEY_BYTES_MAX);
  return [keyToStored(key), value === undefined ? undefined : `${rest.length}:${rest}${value}`];
}

/** Undoes `opToStored` for a stored key that `isLong`. */
export function storedToEntry(storedKey: Key, storedValue: string): Entry {
  const restStart = storedValue.indexOf(":") + 1;
  const valueStart = restStart + Number(storedValue.slice(0, restStart - 1));
  return [prefixOf(storedKey) + storedValue.slice(restStart, valueStart), storedValue.slice(valueStart)];
}

/** Below this a loop beats a call into native code. */
const LOOP_BYTES_MAX = 24;

/** Writes keys straight into LMDB's buffers. A key that does not fit is cut: LMDB then sees it and takes a new buffer. */
export const keyEncoder = {
  writeKey(key: Key, target: Buffer, start: number): number {
    const { length } = key;
    if (length > LOOP_BYTES_MAX) return start + target.write(key, start, "latin1");
    for (let i = 0; i < length; i++) target[start + i] = key.charCodeAt(i);
    return start + length;
  },
  readKey(source: Buffer, start: number, end: number): Key {
    return source.toString("latin1", start, end);
  },
};
