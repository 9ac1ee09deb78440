/**
 * The commit timestamp (`db.vars.commitTs`): a value that a document may hold before it is known. Within the transaction that
 * writes it it is a placeholder, in text and for user code; the commit puts an int64 in its place, in nanoseconds.
 *
 * In text the placeholder can stand only where a value stands: inside a string its quotes would be escaped.
 */
import { encodeInteger } from "./special-values.js";

/** The public client's name and text. */
export const COMMIT_TIMESTAMP_FIELD = "$commitTs";
export const COMMIT_TIMESTAMP_JSON = '{"$commitTs":null}';

/** What the placeholder is for order, indexes and validators until it is known: an int64 after every other. */
export const UNKNOWN_COMMIT_TIMESTAMP = 2n ** 63n - 1n;

/** What the placeholders of the public client and of sandboxes say of themselves, in every realm. */
const PLACEHOLDER_TEXT = "[unresolved commit timestamp]";

export function holdsCommitTimestamp(text: string): boolean {
  return text.includes(COMMIT_TIMESTAMP_JSON);
}

/** `ts` in microseconds. */
export function resolveCommitTimestamp(text: string, ts: number): string {
  return holdsCommitTimestamp(text) ? text.replaceAll(COMMIT_TIMESTAMP_JSON, encodeInteger(BigInt(ts) * 1000n)) : text;
}

/** For values, in which no field begins with "$": the placeholder that documents hold within their transaction. */
export function isPlaceholder(value: object): boolean {
  return COMMIT_TIMESTAMP_FIELD in value;
}

/** For anything that user code may pass. */
export function isCommitTimestamp(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { toString } = value as { toString?: unknown };
  try {
    return typeof toString === "function" && (toString as () => unknown).call(value) === PLACEHOLDER_TEXT;
  } catch {
    return false;
  }
}
