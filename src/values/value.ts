/**
 * The values of the function API: what documents hold, and what functions take and return. This file owns the types and
 * gathers the codec: values to canonical JSON text (encode.ts) and back (decode.ts).
 *
 * Values come from other realms (`node:vm` contexts), so nothing in this folder uses `instanceof`.
 */

/** A value as user code holds it. An object's undefined fields do not exist: they are dropped wherever a value is read. */
export type Value = null | bigint | number | boolean | string | ArrayBuffer | Value[] | { [key: string]: Value | undefined };

/** What `JSON.parse` returns. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

export { encodePatch, encodeFieldsSized, encodeValue, encodeValueSized, valueToJson, type EncodeOptions } from "./encode.js";
export { decodeValue, IN_TRANSACTION, parseValue, type DecodeRealm, type ParseRealm } from "./decode.js";
export { ValueError, stringifyForError } from "./value-error.js";
