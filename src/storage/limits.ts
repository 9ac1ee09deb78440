/** What every implementation of Store holds its callers to. */
import { StorageError } from "./errors.js";
import type { Key, WriteOp } from "./store.js";

export const KEY_BYTES_MAX = 1 << 20;

export function checkWriteOps(ops: readonly WriteOp[]): void {
  for (const op of ops) checkKey(op[0]);
}

function checkKey(key: Key): void {
  if (key.length === 0) throw new StorageError("invalid", "A key is empty. Give every key at least one byte.");
  if (key.length > KEY_BYTES_MAX) {
    throw new StorageError(
      "invalid",
      `A key has ${key.length} bytes; the limit is ${KEY_BYTES_MAX}. Index shorter values.`,
    );
  }
}
