/** Looking into parsed documents by path. */
import type { Value } from "../values/value.js";

/** Parsed document, as far as the database looks into it. */
export type DocumentValue = Readonly<Record<string, Value | undefined>>;

/** The value at a path of field names; undefined where a step is missing or no object. */
export function fieldAt(document: DocumentValue, path: readonly string[]): Value | undefined {
  let value: Value | undefined = document as Value;
  for (const name of path) {
    if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, Value | undefined>)[name];
  }
  return value;
}
