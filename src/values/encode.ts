/**
 * Values to canonical JSON text: equal values have equal text, so that texts are compared instead of values.
 *
 * Canonical means: what `JSON.stringify` writes of the public client's `convexToJson`. An object's fields stand sorted,
 * except that names which are array indexes come first, in the order of their numbers, as they do in every JavaScript
 * object; so text that is parsed and written again stays the same.
 *
 * One walk checks, measures and writes. Each field is read once, so a getter of user code cannot answer the check one way
 * and the writer another; and nothing of user code is called besides getters (no toJSON).
 */
import { types } from "node:util";
import { COMMIT_TIMESTAMP_FIELD, COMMIT_TIMESTAMP_JSON, isCommitTimestamp } from "./commit-timestamp.js";
import { checkFieldName } from "./field-name.js";
import { isPlainObject, setField } from "./plain-object.js";
import { sizeOfString } from "./size.js";
import { encodeBytes, encodeFloat, encodeInteger, isSpecialNumber } from "./special-values.js";
import { ValueError, stringifyForError } from "./value-error.js";
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
  /** Whether the placeholder of the commit timestamp may stand in it; see commit-timestamp.ts. */
  readonly commitTimestamps?: boolean;
}

const DEPTH_MAX = 64;
const TYPES_URL = "https://docs.convex.dev/using/types";

/** Canonical text of `value`. Throws {@link ValueError} with the public client's text where it is no value. */
export function encodeValue(value: unknown, options?: EncodeOptions): string {
  return encode(value, options, false).text;
}

/** The same, with the value's size in bytes by the public formula (size.ts), which limits are about. */
export function encodeValueSized(value: unknown, options?: EncodeOptions): Encoded {
  return encode(value, options, true);
}

/** The same for an object that is nobody else's and has no getters. */
export function encodeFieldsSized(fields: Record<string, unknown>, options?: EncodeOptions): Encoded {
  return encodeFlat(fields, options, true) ?? encodeByWalk(fields, fields, options, true);
}

export interface Encoded {
  readonly text: string;
  /** Only where it was asked for. */
  readonly size: number;
  /** An object whose fields are texts, ordinary numbers, booleans and nulls: a copy of its fields is a copy of all of it. */
  readonly isFlat: boolean;
}

function encode(value: unknown, options: EncodeOptions | undefined, sized: boolean): Encoded {
  if (!isPlainObject(value)) return encodeByWalk(value, value, options, sized);
  // Reads each field, once; what follows looks at the copy, which is nobody else's.
  const copy = { ...value };
  // The placeholder is known by more than its fields.
  if (COMMIT_TIMESTAMP_FIELD in copy) return encodeByWalk(value, value, options, sized);
  return encodeFlat(copy, options, sized) ?? encodeByWalk(copy, value, options, sized);
}

/** `root` is what errors show. */
function encodeByWalk(value: unknown, root: unknown, options: EncodeOptions | undefined, sized: boolean): Encoded {
  const walk = new Walk(root, options, sized);
  walk.visit(value, 0);
  return walk;
}

/**
 * Most documents are flat and have their fields in order already. What `JSON.stringify` makes of those is canonical, and one
 * piece of memory, where a walk makes a rope that has to be put together each time it is written somewhere. Null for others.
 */
function encodeFlat(fields: Record<string, unknown>, options: EncodeOptions | undefined, sized: boolean): Encoded | null {
  const names = Object.keys(fields);
  if (names.length > (options?.maxFields ?? Infinity)) return null;
  let size = 2;
  let last = "";
  for (const name of names) {
    if (name <= last || isDigit(name.charCodeAt(0))) return null;
    last = name;
    const fieldSize = sizeOfPlain(fields[name], sized);
    if (fieldSize === null) return null;
    quoteFieldName(name);
    if (options?.systemFields !== undefined) checkSystemField(name, options.systemFields);
    size += name.length + 1 + fieldSize;
  }
  return { text: JSON.stringify(fields), size, isFlat: true };
}

/** Null for what JSON has no word of its own for, and for what holds other values. */
function sizeOfPlain(field: unknown, sized: boolean): number | null {
  switch (typeof field) {
    case "string":
      return sized ? 2 + (isSimpleText(field) ? field.length : sizeOfString(field)) : 0;
    case "number":
      return isSpecialNumber(field) ? null : 9;
    case "boolean":
      return 1;
    default:
      return field === null ? 1 : null;
  }
}

/** What {@link encodeValue} writes, before it is text. */
export function valueToJson(value: unknown, options?: EncodeOptions): JsonValue {
  return JSON.parse(encodeValue(value, options)) as JsonValue;
}

/**
 * What a patch does: the fields to set, and those to remove (given as undefined). Only names are checked here: the
 * caller encodes the patched document, which checks the values.
 */
export function encodePatch(value: unknown): { set: Record<string, unknown>; unset: string[] } {
  if (!isPlainObject(value)) {
    throw new ValueError(`${stringifyForError(value)} is not a patch. Pass an object of the fields to change; a field that is undefined is removed.`);
  }
  const set: Record<string, unknown> = {};
  const unset: string[] = [];
  for (const name of Object.keys(value)) {
    quoteFieldName(name);
    const field = value[name];
    if (field === undefined) unset.push(name);
    else setField(set, name, field);
  }
  return { set, unset };
}

/** The state of one walk. `path` holds the keys that lead to where the walk is; only errors read it. */
class Walk implements Encoded {
  readonly isFlat = false;
  text = "";
  size = 0;
  readonly #root: unknown;
  readonly #sized: boolean;
  readonly #maxDepth: number;
  readonly #maxFields: number;
  readonly #maxArrayLength: number;
  readonly #systemFields: readonly string[] | undefined;
  readonly #commitTimestamps: boolean;
  readonly #path: (string | number)[] = [];

  constructor(root: unknown, options: EncodeOptions | undefined, sized: boolean) {
    this.#root = root;
    this.#sized = sized;
    this.#maxDepth = options?.maxDepth ?? DEPTH_MAX;
    this.#maxFields = options?.maxFields ?? Infinity;
    this.#maxArrayLength = options?.maxArrayLength ?? Infinity;
    this.#systemFields = options?.systemFields;
    this.#commitTimestamps = options?.commitTimestamps ?? false;
  }

  /** `depth` counts the containers around `value`. */
  visit(value: unknown, depth: number): void {
    switch (typeof value) {
      case "string":
        return this.#visitString(value);
      case "number":
        this.size += 9;
        this.text += isSpecialNumber(value) ? encodeFloat(value) : value;
        return;
      case "boolean":
        this.size += 1;
        this.text += value ? "true" : "false";
        return;
      case "bigint":
        this.size += 9;
        this.text += encodeInteger(value);
        return;
      case "object":
        return this.#visitObject(value, depth);
      default:
        this.#refuse(value, depth);
    }
  }

  #visitString(value: string): void {
    if (isSimpleText(value)) {
      this.size += value.length + 2;
      this.text += `"${value}"`;
    } else {
      if (this.#sized) this.size += sizeOfString(value) + 2;
      this.text += JSON.stringify(value);
    }
  }

  #visitObject(value: object | null, depth: number): void {
    if (value === null) {
      this.size += 1;
      this.text += "null";
    } else if (Array.isArray(value)) {
      this.#visitArray(value, depth);
    } else if (isPlainObject(value)) {
      this.#visitFields(value, depth);
    } else if (types.isArrayBuffer(value)) {
      this.size += 2 + value.byteLength;
      this.text += encodeBytes(value);
    } else {
      this.#visitOther(value, depth);
    }
  }

  #visitArray(items: readonly unknown[], depth: number): void {
    const { length } = items;
    this.#enter(depth);
    if (length > this.#maxArrayLength) throw this.#limitError(depth, `Array length is too long (${length} > maximum length ${this.#maxArrayLength})`);
    this.size += 2;
    this.text += "[";
    for (let i = 0; i < length; i++) {
      if (i > 0) this.text += ",";
      this.#path[depth] = i;
      this.visit(items[i], depth + 1);
    }
    this.text += "]";
  }

  #visitOther(value: object, depth: number): void {
    if (!this.#commitTimestamps || !isCommitTimestamp(value)) this.#refuse(value, depth);
    this.size += 9;
    this.text += COMMIT_TIMESTAMP_JSON;
  }

  #visitFields(fields: Record<string, unknown>, depth: number): void {
    this.#enter(depth);
    const names = canonicalOrder(Object.keys(fields));
    if (names.length === 1 && names[0] === COMMIT_TIMESTAMP_FIELD && isCommitTimestamp(fields)) return this.#visitOther(fields, depth);
    if (names.length > this.#maxFields) throw this.#limitError(depth, `Object has too many fields (${names.length} > maximum number ${this.#maxFields})`);
    this.size += 2;
    let separator = "{";
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!;
      const field = fields[name];
      if (field === undefined) continue;
      this.text += separator + quoteFieldName(name);
      if (depth === 0 && this.#systemFields !== undefined) checkSystemField(name, this.#systemFields);
      separator = ",";
      this.size += name.length + 1;
      this.#path[depth] = name;
      this.visit(field, depth + 1);
    }
    this.text += separator === "{" ? "{}" : "}";
  }

  #enter(depth: number): void {
    if (depth >= this.#maxDepth) {
      throw this.#limitError(depth, `Value is nested too deeply (more than ${this.#maxDepth} objects and arrays inside one another)`);
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
      throw new ValueError(`The commit timestamp (db.vars.commitTs) is not known before the commit${where}. Write it into a document, or return it from the mutation; it can't be passed to scheduled functions, nor out of queries.`);
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

function checkSystemField(name: string, systemFields: readonly string[]): void {
  if (name.charCodeAt(0) === 95 && !systemFields.includes(name)) {
    throw new ValueError(`Field name ${name} starts with an underscore, which is only allowed for system fields like '_id'. Rename the field.`);
  }
}

/** Longer texts are left to the engine, which finds what must be escaped faster than a loop does. */
const SIMPLE_TEXT_LENGTH_MAX = 48;

/** True of short ASCII text that stands in JSON as it is. */
function isSimpleText(text: string): boolean {
  if (text.length > SIMPLE_TEXT_LENGTH_MAX) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 32 || code > 126 || code === 34 || code === 92) return false;
  }
  return true;
}

/** An app has few field names: each is checked and quoted once. Bounded, because names can also be data. */
const quotedNames = new Map<string, string>();
const QUOTED_NAMES_MAX = 4_096;

/** `"name":`. Throws where no field may be named so. */
function quoteFieldName(name: string): string {
  const known = quotedNames.get(name);
  if (known !== undefined) return known;
  checkFieldName(name);
  const quoted = `${JSON.stringify(name)}:`;
  if (quotedNames.size >= QUOTED_NAMES_MAX) quotedNames.clear();
  quotedNames.set(name, quoted);
  return quoted;
}

/** Every object lists its array indexes first and in order; `names`, which may be reordered, has the others sorted behind them. */
function canonicalOrder(names: string[]): string[] {
  for (let i = 1; i < names.length; i++) {
    if (names[i - 1]! > names[i]! && !isArrayIndex(names[i - 1]!)) return sortBehindIndexes(names);
  }
  return names;
}

function sortBehindIndexes(names: string[]): string[] {
  let indexes = 0;
  while (isArrayIndex(names[indexes]!)) indexes += 1;
  return indexes === 0 ? names.sort() : [...names.slice(0, indexes), ...names.slice(indexes).sort()];
}

/** The names that JavaScript objects keep in the order of their numbers: canonical integers below 2^32 - 1. */
function isArrayIndex(name: string): boolean {
  if (!isDigit(name.charCodeAt(0)) || name.length > 10) return false;
  const index = Number(name);
  return index < 4_294_967_295 && String(index) === name;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
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
