/**
 * What comes in over REST, read field by field: `title: text`, `dueAt: optional(time)`. A field that nobody knows is refused, so
 * that a misspelled one is not silently left out. Limits of length and value are those of the model, which checks them.
 */
import { crmError } from "../model/errors";
import { isPermission, PERMISSIONS } from "../model/permissions";
import type { Permission } from "../model/permissions";

type Fields = Readonly<Record<string, unknown>>;
/** Throws with what the field must be. */
type Read<T> = (value: unknown, name: string) => T;
type Shape = Readonly<Record<string, Read<unknown>>>;
/** Fields that may be left out are optional keys: `patch` gives only what was sent. */
export type Parsed<S extends Shape> = { [Name in keyof S]: ReturnType<S[Name]> };

export const text: Read<string> = (value, name) => {
  if (typeof value === "string") return value;
  throw mustBe(name, "a text");
};

export const wholeNumber: Read<number> = (value, name) => {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw mustBe(name, "a whole number");
};

export const trueOrFalse: Read<boolean> = (value, name) => {
  if (typeof value === "boolean") return value;
  throw mustBe(name, "true or false");
};

/** ISO 8601, stored in milliseconds since 1970. */
export const time: Read<number> = (value, name) => {
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isFinite(at)) return at;
  throw mustBe(name, 'a time such as "2030-01-31T09:30:00Z"');
};

export const scopes: Read<Permission[]> = (value, name) => {
  if (Array.isArray(value) && value.every((scope) => typeof scope === "string" && isPermission(scope))) return value as Permission[];
  throw mustBe(name, `a list of scopes, each one of ${PERMISSIONS.join(", ")}`);
};

export function oneOf<const Option extends string>(options: readonly Option[]): Read<Option> {
  return (value, name) => {
    const found = options.find((option) => option === value);
    if (found !== undefined) return found;
    throw mustBe(name, `one of ${options.join(", ")}`);
  };
}

/** Null where the field is null or left out. */
export function optional<T>(read: Read<T>): Read<T | null> {
  return (value, name) => (value === undefined || value === null ? null : read(value, name));
}

export function withDefault<T>(read: Read<T>, fallback: T): Read<T> {
  return (value, name) => (value === undefined ? fallback : read(value, name));
}

/** All fields of `shape`. */
export function parse<S extends Shape>(fields: Fields, shape: S): Parsed<S> {
  refuseUnknown(fields, shape);
  const entries = Object.entries(shape).map(([name, read]) => [name, read(fields[name], name)]);
  return Object.fromEntries(entries) as Parsed<S>;
}

/** Those fields of `shape` that were sent; at least one. */
export function parseChanges<S extends Shape>(fields: Fields, shape: S): Partial<Parsed<S>> {
  refuseUnknown(fields, shape);
  const sent = Object.entries(shape).filter(([name]) => fields[name] !== undefined);
  if (sent.length === 0) throw crmError("INVALID", `Nothing would change. Send at least one of ${Object.keys(shape).join(", ")}.`);
  return Object.fromEntries(sent.map(([name, read]) => [name, read(fields[name], name)])) as Partial<Parsed<S>>;
}

/** The body of a request as an object. */
export function parseObject(body: string): Fields {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw crmError("INVALID", "The body is not JSON. Send a JSON object, with Content-Type: application/json.");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw crmError("INVALID", "The body must be a JSON object.");
  return parsed as Fields;
}

function refuseUnknown(fields: Fields, shape: Shape): void {
  const unknown = Object.keys(fields).find((name) => !Object.hasOwn(shape, name));
  if (unknown !== undefined) throw crmError("INVALID", `There is no field "${unknown.slice(0, 60)}" here. The fields are ${Object.keys(shape).join(", ")}.`);
}

function mustBe(name: string, what: string): Error {
  return crmError("INVALID", `"${name}" must be ${what}.`);
}
