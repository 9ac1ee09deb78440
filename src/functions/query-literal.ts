/** Values inside a query (bounds, filter literals) in the JSON form that queries are serialized in. */
import { encodeValue, type JsonValue } from "../values/value.js";

export function queryLiteral(value: unknown): JsonValue {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      if (Number.isFinite(value) && !Object.is(value, -0)) return value;
      break;
    case "undefined":
      return { $undefined: null };
    default:
      break;
  }
  return JSON.parse(encodeValue(value)) as JsonValue;
}
