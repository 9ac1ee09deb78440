/**
 * The values that JSON has no word for, as one-field objects: `$integer` (int64, 8 bytes), `$float` (NaN, infinities and
 * negative zero, 8 bytes) and `$bytes`; each holds base64, little-endian. The format is the public client's.
 */
import { ValueError } from "./value-error.js";

const scratch = Buffer.alloc(8);

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** The one NaN that is ever written, whatever bits the processor gave it: equal values have equal text. */
const NAN_TEXT = '{"$float":"AAAAAAAA+H8="}';

export function isInt64(value: bigint): boolean {
  return value >= INT64_MIN && value <= INT64_MAX;
}

/** True of the numbers that plain JSON would lose: NaN, the infinities and negative zero. */
export function isSpecialNumber(value: number): boolean {
  return value === 0 ? 1 / value < 0 : value - value !== 0;
}

/** JSON text. Throws where `value` is no int64. */
export function encodeInteger(value: bigint): string {
  if (!isInt64(value)) throw new ValueError(`BigInt ${value} does not fit into a 64-bit signed integer.`);
  scratch.writeBigInt64LE(value);
  return `{"$integer":"${scratch.toString("base64")}"}`;
}

/** JSON text of a special number. */
export function encodeFloat(value: number): string {
  if (value !== value) return NAN_TEXT;
  scratch.writeDoubleLE(value);
  return `{"$float":"${scratch.toString("base64")}"}`;
}

/** JSON text. */
export function encodeBytes(bytes: ArrayBuffer): string {
  return `{"$bytes":"${Buffer.from(bytes).toString("base64")}"}`;
}

export function decodeInteger(text: string): bigint {
  const bytes = decodeBase64(text);
  if (bytes.length !== 8) throw new ValueError(`Received ${bytes.length} bytes, expected 8 for $integer`);
  return bytes.readBigInt64LE();
}

export function decodeFloat(text: string): number {
  const bytes = decodeBase64(text);
  if (bytes.length !== 8) throw new ValueError(`Received ${bytes.length} bytes, expected 8 for $float`);
  const value = bytes.readDoubleLE();
  if (!isSpecialNumber(value)) throw new ValueError(`Float ${value} should be encoded as a number`);
  return value;
}

/** Strict where Buffer skips what it does not know, so that one value has one text. */
export function decodeBase64(text: string): Buffer {
  if (text.length % 4 !== 0) throw new ValueError("Invalid string. Length must be a multiple of 4");
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = Buffer.from(text, "base64");
  if (bytes.length !== (text.length / 4) * 3 - padding) throw new ValueError("Invalid string. It holds characters that are not base64");
  return bytes;
}
