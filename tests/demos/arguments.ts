/** Makes arguments that a function accepts out of its specification, as `convex function-spec` prints it. */
import type { Value } from "convex/values";

export type ValidatorJson =
  | { readonly type: "null" | "number" | "bigint" | "boolean" | "string" | "bytes" | "any" | "commitTs" }
  | { readonly type: "literal"; readonly value: Value }
  | { readonly type: "id"; readonly tableName: string }
  | { readonly type: "array"; readonly value: ValidatorJson }
  | { readonly type: "record"; readonly keys: ValidatorJson; readonly values: { readonly fieldType: ValidatorJson } }
  | { readonly type: "object"; readonly value: Readonly<Record<string, { readonly fieldType: ValidatorJson; readonly optional: boolean }>> }
  | { readonly type: "union"; readonly value: readonly ValidatorJson[] };

/** The id of some document of a table; null where there is none yet. */
export type IdOf = (table: string) => string | null;

/** Wanted, and not there: the id of a document of this table. */
export class NoDocument extends Error {
  constructor(readonly table: string) {
    super(`There is no document in the table ${table} yet.`);
  }
}

/** The smallest value that the validator lets through: no optional fields, one item in each list. Throws {@link NoDocument}. */
export function valueFor(validator: ValidatorJson, idOf: IdOf): Value {
  switch (validator.type) {
    case "null":
      return null;
    case "number":
      return 1;
    case "bigint":
    case "commitTs":
      return 1n;
    case "boolean":
      return false;
    case "string":
      return "demo";
    case "bytes":
      return new Uint8Array([1, 2, 3]).buffer;
    case "any":
      return {};
    case "literal":
      return validator.value;
    case "id":
      return idIn(validator.tableName, idOf);
    case "array":
      return [valueFor(validator.value, idOf)];
    case "record":
      return { [String(valueFor(validator.keys, idOf))]: valueFor(validator.values.fieldType, idOf) };
    case "object": {
      const required = Object.entries(validator.value).filter(([, { optional }]) => !optional);
      return Object.fromEntries(required.map(([name, { fieldType }]) => [name, valueFor(fieldType, idOf)]));
    }
    case "union":
      // A cursor, for one, must be null rather than any string.
      return validator.value.some(({ type }) => type === "null") ? null : valueFor(validator.value[0]!, idOf);
    default:
      return validator satisfies never;
  }
}

function idIn(table: string, idOf: IdOf): string {
  const id = idOf(table);
  if (id === null) throw new NoDocument(table);
  return id;
}
