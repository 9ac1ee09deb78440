/**
 * The order of values, that indexes and comparisons in filters have: undefined, null, int64, number, boolean, string,
 * bytes, array, object, and within each as its function here says. A commit timestamp that is not known yet is the last
 * int64. It is the public client's order, but for what equal
 * texts demand: an object's undefined fields do not count, and there is one NaN, greater than every other number.
 * key.ts encodes the same order.
 */
import { types } from "node:util";
import { isPlaceholder, UNKNOWN_COMMIT_TIMESTAMP } from "./commit-timestamp.js";
import type { Value } from "./value.js";

type ObjectValue = { [key: string]: Value | undefined };

const RANK = { undefined: 0, null: 1, int64: 2, number: 3, boolean: 4, string: 5, bytes: 6, array: 7, object: 8 } as const;

/** Negative where `a` comes first, positive where `b` does, 0 where they are equal. */
export function compareValues(a: Value | undefined, b: Value | undefined): number {
  if (typeof a === "string" && typeof b === "string") return compareStrings(a, b);
  if (typeof a === "number" && typeof b === "number") return compareNumbers(a, b);
  const rank = rankOf(a);
  const difference = rank - rankOf(b);
  return difference !== 0 ? difference : compareSameRank(rank, a, b);
}

function compareSameRank(rank: number, a: Value | undefined, b: Value | undefined): number {
  switch (rank) {
    case RANK.int64:
      return compareIntegers(integerOf(a), integerOf(b));
    case RANK.boolean:
      return Number(a) - Number(b);
    case RANK.bytes:
      return compareBytes(a as ArrayBuffer, b as ArrayBuffer);
    case RANK.array:
      return compareArrays(a as Value[], b as Value[]);
    case RANK.object:
      return compareObjects(a as ObjectValue, b as ObjectValue);
    default:
      return 0;
  }
}

function rankOf(value: Value | undefined): number {
  switch (typeof value) {
    case "undefined":
      return RANK.undefined;
    case "bigint":
      return RANK.int64;
    case "number":
      return RANK.number;
    case "boolean":
      return RANK.boolean;
    case "string":
      return RANK.string;
    default:
      if (value === null) return RANK.null;
      if (Array.isArray(value)) return RANK.array;
      if (types.isArrayBuffer(value)) return RANK.bytes;
      return isPlaceholder(value) ? RANK.int64 : RANK.object;
  }
}

function integerOf(value: Value | undefined): bigint {
  return typeof value === "bigint" ? value : UNKNOWN_COMMIT_TIMESTAMP;
}

function compareIntegers(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** As IEEE's total order: -Infinity to -0, 0 to Infinity, NaN. */
function compareNumbers(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return a === 0 ? Number(Object.is(b, -0)) - Number(Object.is(a, -0)) : 0;
  return Number(a !== a) - Number(b !== b);
}

/**
 * By Unicode code point, which is the order of UTF-8 bytes; a lone surrogate stands where its number does. UTF-16 units
 * give the same order unless exactly one of the two that differ is a surrogate, above which U+E000 to U+FFFF must not be.
 */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return x >= 0xd800 || y >= 0xd800 ? codePointFrom(a, i) - codePointFrom(b, i) : x - y;
  }
  return a.length - b.length;
}

/** The code point that unit `i` is part of. */
function codePointFrom(text: string, i: number): number {
  const unit = text.charCodeAt(i);
  const isLow = unit >= 0xdc00 && unit <= 0xdfff;
  if (isLow && i > 0) {
    const before = text.codePointAt(i - 1)!;
    if (before > 0xffff) return before;
  }
  return text.codePointAt(i)!;
}

function compareBytes(a: ArrayBuffer, b: ArrayBuffer): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function compareArrays(a: readonly Value[], b: readonly Value[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = compareValues(a[i], b[i]);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** As lists of (name, value), sorted by name. */
function compareObjects(a: ObjectValue, b: ObjectValue): number {
  const namesOfA = sortedFields(a);
  const namesOfB = sortedFields(b);
  const length = Math.min(namesOfA.length, namesOfB.length);
  for (let i = 0; i < length; i++) {
    const name = namesOfA[i]!;
    const difference = compareStrings(name, namesOfB[i]!) || compareValues(a[name], b[name]);
    if (difference !== 0) return difference;
  }
  return namesOfA.length - namesOfB.length;
}

/** The names of the fields that exist, in the order in which they are compared. */
export function sortedFields(value: ObjectValue): string[] {
  const names = Object.keys(value);
  let count = 0;
  for (const name of names) {
    if (value[name] !== undefined) names[count++] = name;
  }
  names.length = count;
  return names.sort();
}
