/**
 * Why a value does not match a validator, in the words that developers know. Only runs once a check has failed, so it
 * walks the validator's JSON and takes its time; validator.ts decides whether a value matches.
 */
import { types } from "node:util";
import { isCommitTimestamp } from "./commit-timestamp.js";
import { displayValue, isIdentifier } from "./display.js";
import { decodeId } from "./id.js";
import { isPlainObject } from "./plain-object.js";
import { literalValue, validatorToSource, type ObjectFieldJson, type ValidatorJson } from "./validator-json.js";
import type { TableResolver } from "./validator.js";

export interface ValidationFailure {
  /** From the checked value to the part that fails, as `.messages[2].body`; empty for the value itself. */
  readonly path: string;
  /** The whole text of the error, but for what was validated; see the format functions. */
  readonly message: string;
}

/** The error for arguments that do not match what a function declares. */
export function formatArgumentError(failure: ValidationFailure): string {
  return `ArgumentValidationError: ${failure.message}`;
}

/** The error for a return value that does not match what a function declares. */
export function formatReturnError(failure: ValidationFailure): string {
  return `ReturnsValidationError: ${failure.message}`;
}

/** The error for a write that the schema refuses. */
export function formatSchemaError(tableName: string, failure: ValidationFailure): string {
  return `Failed to insert or update a document in table "${tableName}" because it does not match the schema: ${failure.message}`;
}

/** For a value that was found not to match. */
export function explainMismatch(json: ValidatorJson, value: unknown, tables: TableResolver): ValidationFailure {
  // A getter of user code may answer differently the second time: a refusal stays one.
  return explainFailure(json, value, tables) ?? mismatch(json, value, "");
}

/** Null where the value matches. */
function explainFailure(json: ValidatorJson, value: unknown, tables: TableResolver, path = ""): ValidationFailure | null {
  switch (json.type) {
    case "any":
      return value === undefined ? mismatch(json, value, path) : null;
    case "id":
      return explainId(json, value, tables, path);
    case "array":
      return explainArray(json, value, tables, path);
    case "object":
      return explainObject(json, value, tables, path);
    case "record":
      return explainRecord(json, value, tables, path);
    case "union":
      return json.value.some((member) => explainFailure(member, value, tables) === null) ? null : mismatch(json, value, path);
    case "literal":
      return Object.is(literalValue(json.value), value) ? null : mismatch(json, value, path);
    default:
      return isOfType(json.type, value) ? null : mismatch(json, value, path);
  }
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "bytes":
      return types.isArrayBuffer(value);
    case "bigint":
    case "commitTs":
      return typeof value === "bigint" || isCommitTimestamp(value);
    default:
      return typeof value === type;
  }
}

function explainId(json: ValidatorJson & { type: "id" }, value: unknown, tables: TableResolver, path: string): ValidationFailure | null {
  const id = typeof value === "string" ? decodeId(value) : null;
  if (id === null) return mismatch(json, value, path);
  const found = tables.tableNumberToName(id.tableNumber);
  if (found === json.tableName) return null;
  if (found === null) return mismatch(json, value, path);
  const source = validatorToSource(json);
  return {
    path,
    message: `Found ID "${String(value)}" from table \`${found}\`, which does not match the table name in validator \`${source}\`.${context(path, "Value", value, source)}`,
  };
}

function explainArray(json: ValidatorJson & { type: "array" }, value: unknown, tables: TableResolver, path: string): ValidationFailure | null {
  if (!Array.isArray(value)) return mismatch(json, value, path);
  for (let i = 0; i < value.length; i++) {
    const failure = explainFailure(json.value, value[i], tables, `${path}[${i}]`);
    if (failure !== null) return failure;
  }
  return null;
}

function explainObject(json: ValidatorJson & { type: "object" }, value: unknown, tables: TableResolver, path: string): ValidationFailure | null {
  if (!isPlainObject(value)) return mismatch(json, value, path);
  for (const [name, field] of Object.entries(json.value)) {
    const failure = explainField(json, name, field, value, tables, path);
    if (failure !== null) return failure;
  }
  for (const name of Object.keys(value)) {
    if (value[name] === undefined || Object.hasOwn(json.value, name)) continue;
    return { path, message: `Object contains extra field \`${name}\` that is not in the validator.${context(path, "Object", value, validatorToSource(json))}` };
  }
  return null;
}

function explainField(
  json: ValidatorJson & { type: "object" },
  name: string,
  field: ObjectFieldJson,
  value: Record<string, unknown>,
  tables: TableResolver,
  path: string,
): ValidationFailure | null {
  const found = Object.hasOwn(value, name) ? value[name] : undefined;
  if (found !== undefined) return explainFailure(field.fieldType, found, tables, path + pathStep(name));
  if (field.optional) return null;
  return {
    path,
    message:
      `Object is missing the required field \`${name}\`. Consider wrapping the field validator in \`v.optional(...)\` if this is expected.` +
      context(path, "Object", value, validatorToSource(json)),
  };
}

function explainRecord(json: ValidatorJson & { type: "record" }, value: unknown, tables: TableResolver, path: string): ValidationFailure | null {
  if (!isPlainObject(value)) return mismatch(json, value, path);
  for (const name of Object.keys(value)) {
    if (value[name] === undefined) continue;
    const at = path + pathStep(name);
    const failure = explainFailure(json.keys, name, tables, at) ?? explainFailure(json.values.fieldType, value[name], tables, at);
    if (failure !== null) return failure;
  }
  return null;
}

function pathStep(name: string): string {
  return isIdentifier(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

function mismatch(json: ValidatorJson, value: unknown, path: string): ValidationFailure {
  return { path, message: `Value does not match validator.${context(path, "Value", value, validatorToSource(json))}` };
}

/** The lines under the sentence: where, what was found, what was asked for. An empty path leaves its line empty. */
function context(path: string, label: "Object" | "Value", value: unknown, source: string): string {
  const where = path === "" ? "" : `Path: ${path}`;
  // What is wrong with an object's own fields is set apart from where it is.
  const gap = label === "Object" && path !== "" ? "\n" : "";
  return `\n${where}${gap}\n${label}: ${displayValue(value)}\nValidator: ${source}`;
}
