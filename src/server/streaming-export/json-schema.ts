/** A table's validator as JSON Schema, for connectors that make tables of their own from it. `$description` tells what JSON can't. */
import { literalValue, type ObjectFieldJson, type ValidatorJson } from "../../values/validator-json.js";
import { encodeValue, type Value } from "../../values/value.js";
import { plainValue } from "../network/json-format.js";
import type { DocumentFormat } from "./export-messages.js";

export type JsonSchema = { readonly [keyword: string]: unknown };

const DRAFT = "http://json-schema.org/draft-07/schema#";
const SYSTEM_FIELDS = { _creationTime: { type: "number" } } as const;
const DELTA_FIELDS = {
  _ts: { type: "integer", $description: "Timestamp of the change in nanoseconds" },
  _deleted: { type: "boolean" },
  _table: { type: "string" },
  _component: { type: "string" },
} as const;

/** Of a table's documents; `validator` is without system fields. */
export function documentSchema(tableName: string, validator: ValidatorJson, deltaSchema: boolean, format: DocumentFormat): JsonSchema {
  const added = { ...SYSTEM_FIELDS, _id: idSchema(tableName), ...(deltaSchema ? DELTA_FIELDS : {}) };
  const members = (validator.type === "union" ? validator.value : [validator]).map((member) => withFields(member, added, format));
  return { ...(members.length === 1 ? members[0]! : { type: "object", properties: added, anyOf: members }), $schema: DRAFT };
}

function withFields(validator: ValidatorJson, added: JsonSchema, format: DocumentFormat): JsonSchema {
  if (validator.type !== "object") return { type: "object", properties: added, additionalProperties: true, required: Object.keys(SYSTEM_FIELDS).concat("_id") };
  const own = objectSchema(validator.value, format);
  return { ...own, properties: { ...(own["properties"] as JsonSchema), ...added }, required: [...Object.keys(SYSTEM_FIELDS), "_id", ...(own["required"] as string[])] };
}

/** Fields that every object of the table may have; null where they are not known. */
export function fieldNames(validator: ValidatorJson): readonly string[] {
  if (validator.type === "object") return Object.keys(validator.value);
  return validator.type === "union" ? [...new Set(validator.value.flatMap(fieldNames))] : [];
}

function toSchema(validator: ValidatorJson, format: DocumentFormat): JsonSchema {
  switch (validator.type) {
    case "null":
    case "boolean":
    case "string":
      return { type: validator.type };
    case "number":
      return numberSchema(format);
    case "bigint":
    case "commitTs":
      return int64Schema(format);
    case "bytes":
      return format === "plain" ? { type: "string", $description: "Bytes, base64" } : encodedSchema("$bytes", "Bytes, base64");
    case "any":
      return {};
    case "id":
      return idSchema(validator.tableName);
    case "literal":
      return { const: literal(literalValue(validator.value) as Value, format) };
    case "array":
      return { type: "array", items: toSchema(validator.value, format) };
    case "record":
      return { type: "object", additionalProperties: toSchema(validator.values.fieldType, format) };
    case "object":
      return objectSchema(validator.value, format);
    case "union":
      return { anyOf: validator.value.map((member) => toSchema(member, format)) };
    default:
      return validator satisfies never;
  }
}

function objectSchema(fields: { readonly [field: string]: ObjectFieldJson }, format: DocumentFormat): JsonSchema {
  const entries = Object.entries(fields);
  return {
    type: "object",
    properties: Object.fromEntries(entries.map(([name, { fieldType }]) => [name, toSchema(fieldType, format)])),
    additionalProperties: false,
    required: entries.filter(([, { optional }]) => !optional).map(([name]) => name),
  };
}

function idSchema(tableName: string): JsonSchema {
  return { type: "string", $description: `Id(${tableName})` };
}

function int64Schema(format: DocumentFormat): JsonSchema {
  return format === "plain" ? { type: "string", $description: "Int64, decimal" } : encodedSchema("$integer", "Int64, little endian, base64");
}

/** Most numbers are themselves; NaN, the infinities and minus zero are not JSON. */
function numberSchema(format: DocumentFormat): JsonSchema {
  return format === "plain" ? { type: "number" } : { anyOf: [{ type: "number" }, encodedSchema("$float", "Special number, little endian, base64")] };
}

function encodedSchema(tag: string, description: string): JsonSchema {
  return { type: "object", $description: description, properties: { [tag]: { type: "string" } }, additionalProperties: false, required: [tag] };
}

function literal(value: Value, format: DocumentFormat): unknown {
  const json: unknown = JSON.parse(encodeValue(value));
  return format === "plain" ? plainValue(json) : json;
}
