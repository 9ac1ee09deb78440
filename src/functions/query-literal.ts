/** Values inside a query (bounds, filter literals) in the JSON form that queries are serialized in. */
import { isCommitTimestamp, UNKNOWN_COMMIT_TIMESTAMP } from "../values/commit-timestamp.js";
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
  // Documents that the mutation itself has written are found by it.
  return JSON.parse(encodeValue(isCommitTimestamp(value) ? UNKNOWN_COMMIT_TIMESTAMP : value)) as JsonValue;
}
