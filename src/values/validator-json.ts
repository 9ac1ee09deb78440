/**
 * Validators as data: the JSON that `v.*` of the public package exports (`exportArgs`, `exportReturns`, schemas), and the
 * source text that stands for it in error messages.
 */
import { displayValue } from "./display.js";
import { decodeValue, type JsonValue } from "./value.js";

export interface ObjectFieldJson {
  readonly fieldType: ValidatorJson;
  readonly optional: boolean;
}

export type ValidatorJson =
  | { readonly type: "null" | "number" | "bigint" | "boolean" | "string" | "bytes" | "any" | "commitTs" }
  | { readonly type: "literal"; readonly value: JsonValue }
  | { readonly type: "id"; readonly tableName: string }
  | { readonly type: "array"; readonly value: ValidatorJson }
  | { readonly type: "object"; readonly value: { readonly [field: string]: ObjectFieldJson } }
  | { readonly type: "record"; readonly keys: ValidatorJson; readonly values: ObjectFieldJson }
  | { readonly type: "union"; readonly value: readonly ValidatorJson[] };

const LENGTH_MAX = 4_096;

/** `v.object({body: v.string()})`: how an error shows a validator. At most 4,096 characters. */
export function validatorToSource(json: ValidatorJson): string {
  const source = toSource(json);
  return source.length <= LENGTH_MAX ? source : `${source.slice(0, LENGTH_MAX)}[...truncated]`;
}

function toSource(json: ValidatorJson): string {
  switch (json.type) {
    case "number":
      return "v.float64()";
    case "bigint":
      return "v.int64()";
    case "id":
      return `v.id(${JSON.stringify(json.tableName)})`;
    case "literal":
      return `v.literal(${displayValue(literalValue(json.value))})`;
    case "array":
      return `v.array(${toSource(json.value)})`;
    case "object":
      return `v.object({${Object.entries(json.value).map(fieldToSource).join(", ")}})`;
    case "record":
      return `v.record(${toSource(json.keys)}, ${toSource(json.values.fieldType)})`;
    case "union":
      return `v.union(${json.value.map(toSource).join(", ")})`;
    default:
      return `v.${json.type}()`;
  }
}

function fieldToSource([name, field]: [string, ObjectFieldJson]): string {
  const source = toSource(field.fieldType);
  return `${name}: ${field.optional ? `v.optional(${source})` : source}`;
}

/** The value of a literal: int64s are `$integer` objects in JSON. The JSON stays as it is. */
export function literalValue(json: JsonValue): unknown {
  return decodeValue(structuredClone(json));
}
