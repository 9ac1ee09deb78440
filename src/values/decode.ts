/**
 * Canonical JSON text, and JSON that came over a wire, to values.
 */
import { UNKNOWN_COMMIT_TIMESTAMP } from "./commit-timestamp.js";
import { checkFieldName } from "./field-name.js";
import { decodeBase64, decodeFloat, decodeInteger } from "./special-values.js";
import { ValueError } from "./value-error.js";
import type { JsonValue, Value } from "./value.js";

/** Makes the objects that the receiving realm must own. */
export interface DecodeRealm {
  /** A new ArrayBuffer of the realm that holds a copy of `bytes`. */
  makeBytes(bytes: Uint8Array): ArrayBuffer;
  /** What stands for the commit timestamp until it is known; without it there can be none. */
  readonly commitTimestamp?: unknown;
}

/** A realm that also parses, so that all objects of the result are its own. */
export interface ParseRealm extends DecodeRealm {
  parse(text: string): unknown;
}

const DEPTH_MAX = 64;

const HERE: DecodeRealm = {
  makeBytes: (bytes) => new Uint8Array(bytes).buffer,
};

/** For documents that a transaction has written: a commit timestamp that is not known yet is the greatest int64. */
export const IN_TRANSACTION: ParseRealm = { ...HERE, parse: (text) => JSON.parse(text) as unknown, commitTimestamp: UNKNOWN_COMMIT_TIMESTAMP };

/**
 * The value that `json` stands for. It works in place: `json` becomes the value, apart from the objects that stand for
 * an int64, a special number or bytes. Throws {@link ValueError}, with the public client's texts, on what is no value;
 * use it on all input that is not our own text.
 */
export function decodeValue(json: JsonValue, realm: DecodeRealm = HERE): Value {
  return decode(json, realm, 0);
}

/**
 * The value of canonical text (what `encodeValue` wrote). Text without int64s, special numbers or bytes is only parsed;
 * its field names and depth are not checked again.
 */
export function parseValue(text: string, realm?: ParseRealm): Value {
  const json = (realm === undefined ? JSON.parse(text) : realm.parse(text)) as JsonValue;
  return text.includes('"$') ? decode(json, realm ?? HERE, 0) : json;
}

function decode(json: JsonValue, realm: DecodeRealm, depth: number): Value {
  if (typeof json !== "object" || json === null) return json;
  if (depth >= DEPTH_MAX) throw new ValueError(`Value is nested too deeply (more than ${DEPTH_MAX} objects and arrays inside one another). Change its shape.`);
  return Array.isArray(json) ? decodeArray(json, realm, depth) : decodeObject(json, realm, depth);
}

function decodeArray(items: JsonValue[], realm: DecodeRealm, depth: number): Value {
  const out: Value[] = items;
  for (let i = 0; i < items.length; i++) {
    const item = items[i]!;
    if (typeof item === "object" && item !== null) out[i] = decode(item, realm, depth + 1);
  }
  return out;
}

function decodeObject(json: { [key: string]: JsonValue }, realm: DecodeRealm, depth: number): Value {
  const names = Object.keys(json);
  if (names.length === 1 && names[0]!.charCodeAt(0) === 36) return decodeSpecial(names[0]!, json[names[0]!], json, realm);
  const out: { [key: string]: Value } = json;
  for (const name of names) {
    checkFieldName(name);
    const field = json[name]!;
    // The field is the object's own (Object.keys found it), so even `__proto__` is assigned like any other.
    if (typeof field === "object" && field !== null) out[name] = decode(field, realm, depth + 1);
  }
  return out;
}

function decodeSpecial(name: string, text: JsonValue | undefined, json: JsonValue, realm: DecodeRealm): Value {
  switch (name) {
    case "$integer":
      return decodeInteger(stringIn(name, text, json));
    case "$float":
      return decodeFloat(stringIn(name, text, json));
    case "$bytes":
      return realm.makeBytes(decodeBase64(stringIn(name, text, json)));
    case "$set":
      throw new ValueError("Received a Set which is no longer supported as a Convex type.");
    case "$map":
      throw new ValueError("Received a Map which is no longer supported as a Convex type.");
    case "$commitTs":
      if (realm.commitTimestamp !== undefined && text === null) return realm.commitTimestamp as Value;
      throw new ValueError("Received a commit timestamp before its commit. It can be written into documents, and is an int64 once the mutation has committed.");
    default:
      checkFieldName(name);
      throw new ValueError(`Unexpected object with the one field ${name}`);
  }
}

function stringIn(name: string, text: JsonValue | undefined, json: JsonValue): string {
  if (typeof text !== "string") throw new ValueError(`Malformed ${name} field on ${String(json)}`);
  return text;
}
