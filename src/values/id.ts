/**
 * Document ids: the public format (31 to 37 characters), in which the id says what table it belongs to.
 *
 *     base 32 of:  table number (7 bits a byte, low first; 1 to 5 bytes)  |  16 random bytes  |  Fletcher-16, 2 bytes
 */
import { randomFillSync } from "node:crypto";

export interface DecodedId {
  readonly tableNumber: number;
  /** 16 bytes. */
  readonly internal: Uint8Array;
}

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const DIGITS = Array.from(ALPHABET);
const NOT_A_DIGIT = 255;
const DIGIT_OF_CODE = new Uint8Array(128).fill(NOT_A_DIGIT);
for (let digit = 0; digit < 32; digit++) DIGIT_OF_CODE[ALPHABET.charCodeAt(digit)] = digit;

const INTERNAL_LENGTH = 16;
const CHECKSUM_LENGTH = 2;
const VARINT_LENGTH_MAX = 5;
/** What each byte of a table number counts for more than the one before it. Products, since powers cost a call of their own. */
const VARINT_BASE = 128;
const VARINT_END = VARINT_BASE ** VARINT_LENGTH_MAX;
const LENGTH_MIN = 31;
const LENGTH_MAX = 37;
const TABLE_NUMBER_MAX = 0xffff_ffff;

const scratch = new Uint8Array(VARINT_LENGTH_MAX + INTERNAL_LENGTH + CHECKSUM_LENGTH);

/** `internal` must be 16 bytes, and `tableNumber` an unsigned 32-bit integer. */
export function encodeId(tableNumber: number, internal: Uint8Array): string {
  if (internal.length !== INTERNAL_LENGTH) throw new RangeError(`An id has ${INTERNAL_LENGTH} internal bytes, not ${internal.length}.`);
  return encodeFrom(tableNumber, internal, 0);
}

function encodeFrom(tableNumber: number, source: Uint8Array, offset: number): string {
  let length = writeVarint(tableNumber);
  for (let i = 0; i < INTERNAL_LENGTH; i++) scratch[length++] = source[offset + i]!;
  const checksum = fletcher16(scratch, length);
  scratch[length++] = checksum & 255;
  scratch[length++] = checksum >>> 8;
  return encodeBase32(scratch, length);
}

function writeVarint(tableNumber: number): number {
  if (!(Number.isInteger(tableNumber) && tableNumber >= 0 && tableNumber <= TABLE_NUMBER_MAX)) {
    throw new RangeError(`${tableNumber} is no table number: it must be an unsigned 32-bit integer.`);
  }
  let rest = tableNumber;
  let length = 0;
  while (rest > 127) {
    scratch[length++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  scratch[length++] = rest;
  return length;
}

/** Null for whatever is not exactly an id: another alphabet or length, a wrong checksum, a second way to write an id. */
export function decodeId(id: string): DecodedId | null {
  const body = decodeBody(id);
  if (body === -1) return null;
  const start = body - INTERNAL_LENGTH;
  return { tableNumber: readVarint(start)!, internal: scratch.slice(start, body) };
}

/** The table number of an id; null for whatever {@link decodeId} refuses. */
export function tableNumberOfValidId(id: string): number | null {
  const body = decodeBody(id);
  return body === -1 ? null : readVarint(body - INTERNAL_LENGTH);
}

/** Fills {@link scratch}; the length of what precedes the checksum, or -1 for what is no id. */
function decodeBody(id: string): number {
  if (typeof id !== "string" || id.length < LENGTH_MIN || id.length > LENGTH_MAX) return -1;
  const body = decodeBase32(id) - CHECKSUM_LENGTH;
  if (body < INTERNAL_LENGTH || readVarint(body - INTERNAL_LENGTH) === null) return -1;
  const checksum = fletcher16(scratch, body);
  return scratch[body] === (checksum & 255) && scratch[body + 1] === checksum >>> 8 ? body : -1;
}

/** The number that the first `length` bytes are, all of them and in their shortest form; else null. */
function readVarint(length: number): number | null {
  if (length < 1 || length > VARINT_LENGTH_MAX) return null;
  let value = 0;
  let unit = 1;
  for (let i = 0; i < length; i++) {
    const byte = scratch[i]!;
    if (byte > 127 !== i < length - 1) return null;
    value += (byte & 127) * unit;
    unit *= VARINT_BASE;
  }
  if (length > 1 && scratch[length - 1] === 0) return null;
  return value <= TABLE_NUMBER_MAX ? value : null;
}

/** The table number that an id starts with, without checking the rest. Null where it starts with none. */
export function tableNumberOfId(id: string): number | null {
  if (id.length < LENGTH_MIN || id.length > LENGTH_MAX) return null;
  let value = 0;
  let bits = 0;
  let buffer = 0;
  let unit = 1;
  for (let i = 0; unit < VARINT_END; i++) {
    const digit = digitAt(id, i);
    if (digit === NOT_A_DIGIT) return null;
    buffer = ((buffer << 5) | digit) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    const byte = (buffer >>> bits) & 255;
    value += (byte & 127) * unit;
    if (byte < 128) return value <= TABLE_NUMBER_MAX ? value : null;
    unit *= VARINT_BASE;
  }
  return null;
}

/** Ids made between two reads of the system's randomness. */
const POOL_IDS = 256;
const pool = new Uint8Array(POOL_IDS * INTERNAL_LENGTH);
let poolOffset = pool.length;

/** A new id of a table. `randomBytes` is for tests and seeded contexts; by default the system's randomness, in bulk. */
export function newId(tableNumber: number, randomBytes?: (length: number) => Uint8Array): string {
  if (randomBytes !== undefined) return encodeId(tableNumber, randomBytes(INTERNAL_LENGTH));
  if (poolOffset === pool.length) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  const offset = poolOffset;
  poolOffset += INTERNAL_LENGTH;
  return encodeFrom(tableNumber, pool, offset);
}

function encodeBase32(bytes: Uint8Array, length: number): string {
  let text = "";
  let buffer = 0;
  let bits = 0;
  for (let i = 0; i < length; i++) {
    buffer = ((buffer << 8) | bytes[i]!) & 0xffff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += DIGITS[(buffer >>> bits) & 31]!;
    }
  }
  return bits === 0 ? text : text + DIGITS[(buffer << (5 - bits)) & 31]!;
}

/** Fills {@link scratch} and returns the number of bytes; -1 where `text` is not what {@link encodeBase32} writes. */
function decodeBase32(text: string): number {
  let length = 0;
  let buffer = 0;
  let bits = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = digitAt(text, i);
    if (digit === NOT_A_DIGIT) return -1;
    buffer = ((buffer << 5) | digit) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    scratch[length++] = (buffer >>> bits) & 255;
  }
  const isCanonical = bits < 5 && (buffer & ((1 << bits) - 1)) === 0;
  return isCanonical ? length : -1;
}

function digitAt(text: string, i: number): number {
  const code = text.charCodeAt(i);
  return code < 128 ? DIGIT_OF_CODE[code]! : NOT_A_DIGIT;
}

/** Sums modulo 256: the first sum low, the second high. */
function fletcher16(bytes: Uint8Array, length: number): number {
  let low = 0;
  let high = 0;
  for (let i = 0; i < length; i++) {
    low = (low + bytes[i]!) & 255;
    high = (high + low) & 255;
  }
  return low | (high << 8);
}
