/**
 * Values as keys of an ordered store: binary strings (every code unit is one byte, 0 to 255) whose order under `<` is that
 * of `compareValues`. Parts are self-delimiting and none is the beginning of another, so concatenated parts compare as
 * tuples, and the range of a prefix of parts holds exactly the tuples that start with them.
 *
 *     part = tag, then
 *       undefined 01 · null 02 · false 05 · true 06     nothing
 *       int64     03    8 bytes, big-endian, sign bit inverted
 *       number    04    8 bytes of the double, big-endian; negative ones inverted, others with the sign bit inverted
 *       string    07    UTF-8, then 00                  00 and 01 inside are written 01 01 and 01 02
 *       bytes     08    the bytes, then 00              as in strings
 *       array     09    its elements' parts, then 00
 *       object    0a    of each field, sorted: its name's part and its value's part; then 00
 *
 * A lone surrogate is written as the three bytes of its number (WTF-8), so every string has a key and the order is total.
 */
import { types } from "node:util";
import { sortedFields } from "./compare.js";
import type { Value } from "./value.js";

const TAG = { undefined: 1, null: 2, int64: 3, number: 4, false: 5, true: 6, string: 7, bytes: 8, array: 9, object: 10 } as const;
const UNDEFINED = "\x01";
const NULL = "\x02";
const FALSE = "\x05";
const TRUE = "\x06";
const STRING = "\x07";
const BYTES = "\x08";
const ARRAY = "\x09";
const OBJECT = "\x0a";
const END = "\0";
const SIGN = 0x8000_0000;

/** All NaNs are one value, whatever their bits, and greater than the other numbers. */
const NAN_KEY = encodeWords(TAG.number, 0xfff8_0000, 0);

// One double, int64 or pair of 32-bit words (low first: every platform that Node runs on is little-endian).
const words = new Uint32Array(2);
const doubles = new Float64Array(words.buffer);
const int64s = new BigInt64Array(words.buffer);

/** Assumes a valid value (one that `encodeValue` took). */
export function encodeKeyPart(value: Value | undefined): string {
  switch (typeof value) {
    case "string":
      return STRING + encodeText(value) + END;
    case "number":
      return encodeNumber(value);
    case "undefined":
      return UNDEFINED;
    case "boolean":
      return value ? TRUE : FALSE;
    case "bigint":
      int64s[0] = value;
      return encodeWords(TAG.int64, (words[1]! ^ SIGN) >>> 0, words[0]!);
    default:
      return value === null ? NULL : encodeObject(value);
  }
}

function encodeNumber(value: number): string {
  if (value !== value) return NAN_KEY;
  doubles[0] = value;
  const high = words[1]!;
  return high >= SIGN ? encodeWords(TAG.number, ~high >>> 0, ~words[0]! >>> 0) : encodeWords(TAG.number, (high ^ SIGN) >>> 0, words[0]!);
}

function encodeWords(tag: number, high: number, low: number): string {
  return String.fromCharCode(tag, high >>> 24, (high >>> 16) & 255, (high >>> 8) & 255, high & 255, low >>> 24, (low >>> 16) & 255, (low >>> 8) & 255, low & 255);
}

function encodeObject(value: ArrayBuffer | Value[] | { [key: string]: Value | undefined }): string {
  if (Array.isArray(value)) {
    let key = ARRAY;
    for (const item of value) key += encodeKeyPart(item);
    return key + END;
  }
  if (types.isArrayBuffer(value)) return BYTES + escapeBytes(Buffer.from(value).toString("latin1")) + END;
  const fields = value as { [key: string]: Value | undefined };
  let key = OBJECT;
  for (const name of sortedFields(fields)) key += encodeKeyPart(name) + encodeKeyPart(fields[name]);
  return key + END;
}

/** Most strings are ASCII without 00 and 01, and are their own encoding. */
function encodeText(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 127 || unit < 2) return text.slice(0, i) + encodeTextFrom(text, i);
  }
  return text;
}

function encodeTextFrom(text: string, start: number): string {
  let key = "";
  for (let i = start; i < text.length; i++) {
    const point = text.codePointAt(i)!;
    if (point < 0x80) key += escapeByte(point);
    else if (point < 0x800) key += String.fromCharCode(0xc0 | (point >> 6), continuation(point));
    else if (point < 0x1_0000) key += String.fromCharCode(0xe0 | (point >> 12), continuation(point >> 6), continuation(point));
    else {
      key += String.fromCharCode(0xf0 | (point >> 18), continuation(point >> 12), continuation(point >> 6), continuation(point));
      i += 1;
    }
  }
  return key;
}

function continuation(bits: number): number {
  return 0x80 | (bits & 0x3f);
}

function escapeByte(byte: number): string {
  return byte > 1 ? String.fromCharCode(byte) : byte === 0 ? "\x01\x01" : "\x01\x02";
}

function escapeBytes(bytes: string): string {
  let key = "";
  let copied = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes.charCodeAt(i);
    if (byte > 1) continue;
    key += bytes.slice(copied, i) + escapeByte(byte);
    copied = i + 1;
  }
  return copied === 0 ? bytes : key + bytes.slice(copied);
}

/** The value of the part at `offset`, and where the next part starts. Throws where `text` holds no part there. */
export function decodeKeyPart(text: string, offset: number): [Value | undefined, number] {
  const body = offset + 1;
  switch (text.charCodeAt(offset)) {
    case TAG.undefined:
      return [undefined, body];
    case TAG.null:
      return [null, body];
    case TAG.false:
      return [false, body];
    case TAG.true:
      return [true, body];
    case TAG.int64:
      readWords(text, body);
      words[1] = words[1]! ^ SIGN;
      return [int64s[0]!, body + 8];
    case TAG.number:
      return [decodeNumber(text, body), body + 8];
    case TAG.string:
      return decodeText(text, body);
    case TAG.bytes:
      return decodeBytes(text, body);
    case TAG.array:
      return decodeArray(text, body);
    case TAG.object:
      return decodeFields(text, body);
    default:
      throw malformed(offset);
  }
}

function malformed(offset: number): RangeError {
  return new RangeError(`No value is encoded at offset ${offset} of this key.`);
}

function readWords(text: string, offset: number): void {
  if (offset + 8 > text.length) throw malformed(offset);
  words[1] = readUint32(text, offset);
  words[0] = readUint32(text, offset + 4);
}

function readUint32(text: string, offset: number): number {
  return ((text.charCodeAt(offset) << 24) | (text.charCodeAt(offset + 1) << 16) | (text.charCodeAt(offset + 2) << 8) | text.charCodeAt(offset + 3)) >>> 0;
}

function decodeNumber(text: string, offset: number): number {
  readWords(text, offset);
  const high = words[1]!;
  if (high >= SIGN) words[1] = high ^ SIGN;
  else {
    words[1] = ~high;
    words[0] = ~words[0]!;
  }
  return doubles[0]!;
}

/** The bytes up to the terminator, unescaped, as a binary string. */
function readEscaped(text: string, offset: number): [string, number] {
  const end = text.indexOf(END, offset);
  if (end === -1) throw malformed(offset);
  let bytes = "";
  let copied = offset;
  for (let i = text.indexOf("\x01", offset); i !== -1 && i < end; i = text.indexOf("\x01", i + 2)) {
    bytes += text.slice(copied, i) + (text.charCodeAt(i + 1) === 1 ? "\0" : "\x01");
    copied = i + 2;
  }
  return [bytes + text.slice(copied, end), end + 1];
}

function decodeText(text: string, offset: number): [string, number] {
  const [bytes, next] = readEscaped(text, offset);
  return [decodeWtf8(bytes), next];
}

function decodeWtf8(bytes: string): string {
  let text = "";
  let copied = 0;
  for (let i = 0; i < bytes.length; ) {
    const lead = bytes.charCodeAt(i);
    if (lead < 0x80) {
      i += 1;
      continue;
    }
    const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    let point = lead & (0x7f >> length);
    for (let k = 1; k < length; k++) point = (point << 6) | (bytes.charCodeAt(i + k) & 0x3f);
    text += bytes.slice(copied, i) + String.fromCodePoint(point);
    i += length;
    copied = i;
  }
  return copied === 0 ? bytes : text + bytes.slice(copied);
}

function decodeBytes(text: string, offset: number): [ArrayBuffer, number] {
  const [bytes, next] = readEscaped(text, offset);
  return [new Uint8Array(Buffer.from(bytes, "latin1")).buffer, next];
}

function decodeArray(text: string, offset: number): [Value[], number] {
  const items: Value[] = [];
  let next = offset;
  while (text.charCodeAt(next) !== 0) {
    const [item, after] = decodeKeyPart(text, next);
    items.push(item as Value);
    next = after;
  }
  return [items, next + 1];
}

function decodeFields(text: string, offset: number): [{ [key: string]: Value }, number] {
  const fields: [string, Value][] = [];
  let next = offset;
  while (text.charCodeAt(next) !== 0) {
    const [name, afterName] = decodeKeyPart(text, next);
    const [value, after] = decodeKeyPart(text, afterName);
    fields.push([name as string, value as Value]);
    next = after;
  }
  return [Object.fromEntries(fields), next + 1];
}

/** The smallest string that is greater than every string with this prefix; undefined where there is none. */
export function keySuccessor(prefix: string): string | undefined {
  let end = prefix.length;
  while (end > 0 && prefix.charCodeAt(end - 1) === 255) end -= 1;
  return end === 0 ? undefined : prefix.slice(0, end - 1) + String.fromCharCode(prefix.charCodeAt(end - 1) + 1);
}

/** `n`, a non-negative safe integer, as 8 big-endian bytes. */
export function encodeTimestampKey(n: number): string {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`${n} is no timestamp: it must be a non-negative safe integer.`);
  const high = Math.floor(n / 2 ** 32);
  const low = n >>> 0;
  return String.fromCharCode(0, (high >>> 16) & 255, (high >>> 8) & 255, high & 255, low >>> 24, (low >>> 16) & 255, (low >>> 8) & 255, low & 255);
}

/** Inverse of {@link encodeTimestampKey}, of the 8 bytes at `offset`. */
export function decodeTimestampKey(key: string, offset = 0): number {
  if (offset + 8 > key.length) throw malformed(offset);
  return readUint32(key, offset) * 2 ** 32 + readUint32(key, offset + 4);
}
