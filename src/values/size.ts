/**
 * The size of a value in bytes by the public formula (convex `values/size.ts`), which limits and usage are counted in:
 * null and booleans 1, numbers 9, strings and bytes 2 and their UTF-8, arrays 2 and their elements, objects 2 and for
 * each field its name, 1, and its value.
 */
import { types } from "node:util";
import type { Value } from "./value.js";

/** Assumes a valid value (one that `encodeValue` took); undefined counts nothing. */
export function sizeOfValue(value: Value | undefined): number {
  switch (typeof value) {
    case "undefined":
      return 0;
    case "string":
      return 2 + sizeOfString(value);
    case "number":
    case "bigint":
      return 9;
    case "boolean":
      return 1;
    default:
      return value === null ? 1 : sizeOfObject(value);
  }
}

function sizeOfObject(value: ArrayBuffer | Value[] | { [key: string]: Value | undefined }): number {
  let size = 2;
  if (Array.isArray(value)) {
    for (const item of value) size += sizeOfValue(item);
  } else if (types.isArrayBuffer(value)) {
    size += value.byteLength;
  } else {
    for (const name of Object.keys(value)) {
      const field = (value as { [key: string]: Value | undefined })[name];
      if (field !== undefined) size += sizeOfString(name) + 1 + sizeOfValue(field);
    }
  }
  return size;
}

/** From this length on the engine counts faster than a loop. */
const NATIVE_LENGTH = 48;

/** Bytes of `text` in UTF-8; a lone surrogate counts 3. */
export function sizeOfString(text: string): number {
  const { length } = text;
  if (length >= NATIVE_LENGTH) return Buffer.byteLength(text, "utf8");
  for (let i = 0; i < length; i++) {
    if (text.charCodeAt(i) >= 128) return Buffer.byteLength(text, "utf8");
  }
  return length;
}
