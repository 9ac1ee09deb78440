/**
 * Whether one validator takes every value that another takes, told by their shapes alone. "No" may be wrong where unions cover one
 * another only together: then documents are looked at. "Yes" never is.
 */
import { isDeepStrictEqual } from "node:util";
import type { ObjectFieldJson, ValidatorJson } from "./validator-json.js";

export function acceptsAll(wide: ValidatorJson, narrow: ValidatorJson): boolean {
  if (wide.type === "any" || isDeepStrictEqual(wide, narrow)) return true;
  if (narrow.type === "union") return narrow.value.every((member) => acceptsAll(wide, member));
  switch (wide.type) {
    case "union":
      return wide.value.some((member) => acceptsAll(member, narrow));
    case "string":
      return narrow.type === "id" || (narrow.type === "literal" && typeof narrow.value === "string");
    case "number":
    case "boolean":
      return narrow.type === "literal" && typeof narrow.value === wide.type;
    case "bigint":
      return narrow.type === "literal" && typeof narrow.value === "object";
    case "array":
      return narrow.type === "array" && acceptsAll(wide.value, narrow.value);
    case "record":
      return narrow.type === "record" && acceptsAll(wide.keys, narrow.keys) && acceptsAll(wide.values.fieldType, narrow.values.fieldType);
    case "object":
      return narrow.type === "object" && acceptsFields(wide.value, narrow.value);
    default:
      return false;
  }
}

type Fields = Readonly<Record<string, ObjectFieldJson>>;

function acceptsFields(wide: Fields, narrow: Fields): boolean {
  const acceptsField = ([name, { fieldType, optional }]: [string, ObjectFieldJson]): boolean => {
    const field = Object.hasOwn(wide, name) ? wide[name]! : null;
    return field !== null && (field.optional || !optional) && acceptsAll(field.fieldType, fieldType);
  };
  const mayLack = ([name, { optional }]: [string, ObjectFieldJson]): boolean => optional || Object.hasOwn(narrow, name);
  return Object.entries(narrow).every(acceptsField) && Object.entries(wide).every(mayLack);
}
