/**
 * Values to canonical JSON text: equal values have equal text, so that texts are compared instead of values.
 *
 * Canonical means: what `JSON.stringify` writes of the public client's `convexToJson`. An object's fields stand sorted,
 * except that names which are array indexes come first, in the order of their numbers, as they do in every JavaScript
 * object; so text that is parsed and written again stays the same.
 *
 * One walk checks the value and finds out whether it already is canonical JSON. It copies nothing until it meets
 * something that is not (fields out of order, an int64, bytes, NaN), and then only the objects on the way there. The
 * engine's `JSON.stringify` writes the result.
 *
 *     { a: 1, b: [true] }     → the value itself is written
 *     { b: { x: 1 }, a: 2n }  → a new outer object, the same { x: 1 }
 */
import { types } from "node:util";
import { isPlainObject, setField } from "./plain-object.js";
import { encodeBytes, encodeFloat, encodeInteger, isSpecialNumber } from "./special-values.js";
import { ValueError, stringifyForError } from "./value-error.js";
import { sizeOfString } from "./size.js";
import type { JsonValue } from "./value.js";

/** What a value may not exceed; each error names the path. Without a limit, only depth is bounded (64). */
export interface EncodeOptions {
  /** Objects and arrays inside one another, the value itself included. */
  readonly maxDepth?: number;
  /** Fields of one object. */
  readonly maxFields?: number;
  /** Elements of one array. */
  readonly maxArrayLength?: number;
  /** Given for documents: the only fields of the outermost object that may start with an underscore. */
  readonly systemFields?: readonly string[];
}

const DEPTH_MAX = 64;
const FIELD_NAME_LENGTH_MAX = 1_024;
const TYPES_URL = "https://docs.convex.dev/using/types";
const COMMIT_TIMESTAMP_TEXT = "[unresolved commit timestamp]";

/** Canonical text of `value`. Throws {@link ValueError} with the public client's text where it is no value. */
export function encodeValue(value: unknown, options?: EncodeOptions): string {
  return JSON.stringify(new Walk(value, options, false).json);
}

/** The same, with the value's size in bytes by the public formula (size.ts), which limits are about. */
export function encodeValueSized(value: unknown, options?: EncodeOptions): { text: string; size: number } {
  const walk = new Walk(value, options, true);
  return { text: JSON.stringify(walk.json), size: walk.size };
}

/** What {@link encodeValue} writes, before it is text. It may share objects with `value`. */
export function valueToJson(value: unknown, options?: EncodeOptions): JsonValue {
  return new Walk(value, options, false).json as JsonValue;
}

/**
 * What a patch does: the fields to set, and those to remove (given as undefined). Only names are checked here: the
 * caller encodes the patched document, which checks the values.
 */
export function encodePatch(value: unknown): { set: Record<string, unknown>; unset: string[] } {
  if (typeof value !== "object" || value === null || Array.isArray(value) || !isPlainObject(value)) {
    throw new ValueError(`${stringifyForError(value)} is not a patch. Pass an object of the fields to change; a field that is undefined is removed.`);
  }
  const set: Record<string, unknown> = {};
  const unset: string[] = [];
  for (const name of Object.keys(value)) {
    checkFieldName(name);
    const field = value[name];
    if (field === undefined) unset.push(name);
    else setField(set, name, field);
  }
  return { set, unset };
}

/** Throws where no object may have a field of this name. */
export function checkFieldName(name: string): void {
  if (name.length > FIELD_NAME_LENGTH_MAX) throw new ValueError(`Field name ${name} exceeds maximum field name length ${FIELD_NAME_LENGTH_MAX}.`);
  if (name.length === 0) throw new ValueError("Field name is empty: Field names must be nonempty.");
  if (name.charCodeAt(0) === 36) throw new ValueError(`Field name ${name} starts with a '$', which is reserved.`);
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code < 32 || code >= 127) {
      throw new ValueError(`Field name ${name} has invalid character '${name[i]!}': Field names can only contain non-control ASCII characters`);
    }
  }
}

/** The state of one walk. `path` holds the keys that lead to where the walk is; only errors read it. */
class Walk {
  readonly json: unknown;
  size = 0;
  readonly #root: unknown;
  readonly #sized: boolean;
  readonly #maxDepth: number;
  readonly #maxFields: number;
  readonly #maxArrayLength: number;
  readonly #systemFields: readonly string[] | undefined;
  readonly #path: (string | number)[] = [];

  constructor(root: unknown, options: EncodeOptions | undefined, sized: boolean) {
    this.#root = root;
    this.#sized = sized;
    this.#maxDepth = options?.maxDepth ?? DEPTH_MAX;
    this.#maxFields = options?.maxFields ?? Infinity;
    this.#maxArrayLength = options?.maxArrayLength ?? Infinity;
    this.#systemFields = options?.systemFields;
    this.json = this.#visit(root, 0);
  }

  /** `value` itself where it is canonical JSON, else what stands for it. `depth` counts the containers around it. */
  #visit(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case "string":
        if (this.#sized) this.size += sizeOfString(value) + 2;
        return value;
      case "number":
        this.size += 9;
        return isSpecialNumber(value) ? encodeFloat(value) : value;
      case "boolean":
        this.size += 1;
        return value;
      case "bigint":
        this.size += 9;
        return encodeInteger(value);
      case "object":
        return this.#visitObject(value, depth);
      default:
        return this.#refuse(value, depth);
    }
  }

  #visitObject(value: object | null, depth: number): unknown {
    if (value === null) {
      this.size += 1;
      return null;
    }
    if (Array.isArray(value)) return this.#visitArray(value, depth);
    if (isPlainObject(value)) return this.#visitFields(value, depth);
    if (types.isArrayBuffer(value)) {
      this.size += 2 + value.byteLength;
      return encodeBytes(value);
    }
    return this.#refuse(value, depth);
  }

  #visitArray(items: readonly unknown[], depth: number): unknown {
    this.#enter(depth);
    const { length } = items;
    if (length > this.#maxArrayLength) throw this.#limitError(depth, `Array length is too long (${length} > maximum length ${this.#maxArrayLength})`);
    this.size += 2;
    let copy: unknown[] | null = null;
    for (let i = 0; i < length; i++) {
      this.#path[depth] = i;
      const item = items[i];
      const json = this.#visit(item, depth + 1);
      if (copy !== null) copy.push(json);
      else if (json !== item) (copy = items.slice(0, i)).push(json);
    }
    return copy ?? (hasToJson(items) ? Array.from(items) : items);
  }

  #visitFields(fields: Record<string, unknown>, depth: number): unknown {
    this.#enter(depth);
    const names = Object.keys(fields);
    if (names.length > this.#maxFields) throw this.#limitError(depth, `Object has too many fields (${names.length} > maximum number ${this.#maxFields})`);
    this.size += 2;
    let replaced: Map<string, unknown> | null = null;
    let sorted = true;
    let previous = "";
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!;
      const field = fields[name];
      if (field === undefined) continue;
      this.#checkName(name, depth);
      this.#path[depth] = name;
      this.size += name.length + 1;
      const json = this.#visit(field, depth + 1);
      if (json !== field) (replaced ??= new Map()).set(name, json);
      if (previous > name && !isArrayIndex(previous)) sorted = false;
      previous = name;
    }
    if (sorted && replaced === null && !hasToJson(fields)) return fields;
    return rebuild(fields, sorted ? names : canonicalOrder(names), replaced);
  }

  #enter(depth: number): void {
    if (depth >= this.#maxDepth) {
      throw this.#limitError(depth, `Value is nested too deeply (more than ${this.#maxDepth} objects and arrays inside one another)`);
    }
  }

  #checkName(name: string, depth: number): void {
    checkFieldName(name);
    if (depth === 0 && this.#systemFields !== undefined && name.charCodeAt(0) === 95 && !this.#systemFields.includes(name)) {
      throw new ValueError(`Field name ${name} starts with an underscore, which is only allowed for system fields like '_id'. Rename the field.`);
    }
  }

  #limitError(depth: number, text: string): ValueError {
    const path = this.#pathText(depth);
    return new ValueError(`${text}${path === "" ? "" : ` at path ${path}`}. Split the data into smaller documents, or change its shape.`);
  }

  #refuse(value: unknown, depth: number): never {
    const path = this.#pathText(depth);
    const where = path === "" ? "" : ` (present at path ${path} in original object ${stringifyForError(this.#root)})`;
    const learnMore = `To learn about Convex's supported types, see ${TYPES_URL}.`;
    if (value === undefined) throw new ValueError(`undefined is not a valid Convex value${where}. ${learnMore}`);
    if (isCommitTimestamp(value)) {
      throw new ValueError(`The commit timestamp (db.vars.commitTs) is not supported by this server yet${where}. Store Date.now() instead, or order by _creationTime.`);
    }
    throw new ValueError(`${nameOfType(value)}${stringifyForError(contentOf(value))} is not a supported Convex type${where}.${where === "" ? "" : ` ${learnMore}`}`);
  }

  #pathText(depth: number): string {
    let text = "";
    for (let i = 0; i < depth; i++) {
      const key = this.#path[i]!;
      text += typeof key === "number" ? `[${key}]` : `.${key}`;
    }
    return text;
  }
}

/** True where JSON.stringify would call user code: the value is then copied into an object of this realm. */
function hasToJson(value: object): boolean {
  return typeof (value as { toJSON?: unknown }).toJSON === "function";
}

function rebuild(fields: Record<string, unknown>, names: readonly string[], replaced: Map<string, unknown> | null): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const name of names) setField(out, name, replaced?.has(name) === true ? replaced.get(name) : fields[name]);
  return out;
}

/** Every object lists its array indexes first and in order; the others are to be sorted. */
function canonicalOrder(names: readonly string[]): string[] {
  let indexes = 0;
  while (indexes < names.length && isArrayIndex(names[indexes]!)) indexes += 1;
  return [...names.slice(0, indexes), ...names.slice(indexes).sort()];
}

/** The names that JavaScript objects keep in the order of their numbers: canonical integers below 2^32 - 1. */
function isArrayIndex(name: string): boolean {
  const code = name.charCodeAt(0);
  if (!(code >= 48 && code <= 57) || name.length > 10) return false;
  const index = Number(name);
  return index < 4_294_967_295 && String(index) === name;
}

function isCommitTimestamp(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { toString } = value as { toString?: unknown };
  try {
    return typeof toString === "function" && (toString as () => unknown).call(value) === COMMIT_TIMESTAMP_TEXT;
  } catch {
    return false;
  }
}

function nameOfType(value: unknown): string {
  if (types.isSet(value)) return "Set";
  if (types.isMap(value)) return "Map";
  const name = (value as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === "string" && name !== "" ? `${name} ` : "";
}

function contentOf(value: unknown): unknown {
  return types.isSet(value) || types.isMap(value) ? [...value] : value;
}
