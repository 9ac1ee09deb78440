/**
 * Checks values against validators (`v.object({...})`, as data: validator-json.ts). A validator is compiled once, to
 * closures that answer yes or no without allocating; why it is no, validation-failure.ts finds out afterwards.
 */
import { types } from "node:util";
import { isCommitTimestamp } from "./commit-timestamp.js";
import { tableNumberOfValidId } from "./id.js";
import { isPlainObject } from "./plain-object.js";
import { explainMismatch, type ValidationFailure } from "./validation-failure.js";
import { literalValue, type ObjectFieldJson, type ValidatorJson } from "./validator-json.js";

export { formatArgumentError, formatReturnError, formatSchemaError, type ValidationFailure } from "./validation-failure.js";
export { validatorToSource, type ObjectFieldJson, type ValidatorJson } from "./validator-json.js";

/** Says which table an id belongs to, in the namespace of whoever validates. */
export interface TableResolver {
  tableNumberToName(tableNumber: number): string | null;
}

export interface Validator {
  readonly json: ValidatorJson;
  /** Null where `value`, of any realm, matches. An object's undefined fields count as absent. */
  check(value: unknown, tables: TableResolver): ValidationFailure | null;
}

/** Throws on JSON that is no validator. */
export function compileValidator(json: ValidatorJson): Validator {
  const matches = compile(json);
  return {
    json,
    check: (value, tables) => (matches(value, tables) ? null : explainMismatch(json, value, tables)),
  };
}

type Matcher = (value: unknown, tables: TableResolver) => boolean;

const isNull: Matcher = (value) => value === null;
const isNumber: Matcher = (value) => typeof value === "number";
const isBigint: Matcher = (value) => typeof value === "bigint" || isCommitTimestamp(value);
const isBoolean: Matcher = (value) => typeof value === "boolean";
const isString: Matcher = (value) => typeof value === "string";
const isBytes: Matcher = (value) => types.isArrayBuffer(value);
const isAny: Matcher = (value) => value !== undefined;

function compile(json: ValidatorJson): Matcher {
  switch (json.type) {
    case "null":
      return isNull;
    case "number":
      return isNumber;
    case "bigint":
    case "commitTs":
      return isBigint;
    case "boolean":
      return isBoolean;
    case "string":
      return isString;
    case "bytes":
      return isBytes;
    case "any":
      return isAny;
    case "literal":
      return compileLiteral(literalValue(json.value));
    case "id":
      return compileId(json.tableName);
    case "array":
      return compileArray(compile(json.value));
    case "object":
      return compileObject(json.value);
    case "record":
      return compileRecord(compile(json.keys), compile(json.values.fieldType));
    case "union":
      return compileUnion(json.value);
    default:
      throw new TypeError(`${JSON.stringify(json satisfies never)} is not a validator. Update the server if the "convex" package is newer than it.`);
  }
}

/** 0 and -0, which are different values, are told apart. */
function compileLiteral(literal: unknown): Matcher {
  return (value) => Object.is(value, literal);
}

function compileId(tableName: string): Matcher {
  return (value, tables) => {
    const number = typeof value === "string" ? tableNumberOfValidId(value) : null;
    return number !== null && tables.tableNumberToName(number) === tableName;
  };
}

function compileArray(element: Matcher): Matcher {
  return (value, tables) => {
    if (!Array.isArray(value)) return false;
    for (let i = 0; i < value.length; i++) {
      if (!element(value[i], tables)) return false;
    }
    return true;
  };
}

/** One pass over the value's fields: each must be known and match, and as many required ones be met as there are. */
function compileObject(json: { readonly [field: string]: ObjectFieldJson }): Matcher {
  const fields = new Map<string, { readonly matches: Matcher; readonly required: number }>();
  let requiredCount = 0;
  for (const [name, field] of Object.entries(json)) {
    const required = field.optional ? 0 : 1;
    fields.set(name, { matches: compile(field.fieldType), required });
    requiredCount += required;
  }
  return (value, tables) => {
    if (!isPlainObject(value)) return false;
    let met = 0;
    for (const name of Object.keys(value)) {
      const found = value[name];
      if (found === undefined) continue;
      const field = fields.get(name);
      if (field === undefined || !field.matches(found, tables)) return false;
      met += field.required;
    }
    return met === requiredCount;
  };
}

function compileRecord(key: Matcher, element: Matcher): Matcher {
  return (value, tables) => {
    if (!isPlainObject(value)) return false;
    for (const name of Object.keys(value)) {
      const found = value[name];
      if (found !== undefined && !(key(name, tables) && element(found, tables))) return false;
    }
    return true;
  };
}

/** Literals of a union, which are the most common, are one look-up. */
function compileUnion(members: readonly ValidatorJson[]): Matcher {
  const literals = new Set<unknown>();
  const others: Matcher[] = [];
  for (const member of members) {
    const literal = member.type === "literal" ? literalValue(member.value) : undefined;
    // A Set takes 0 and -0 for one.
    if (literal === undefined || literal === 0) others.push(compile(member));
    else literals.add(literal);
  }
  return (value, tables) => {
    if (literals.has(value)) return true;
    for (const matches of others) {
      if (matches(value, tables)) return true;
    }
    return false;
  };
}
