/**
 * Values in the form in which validation errors show them: `{count: 42.0, name: "x", total: 5n}`.
 */
import { types } from "node:util";

const LENGTH_MAX = 4_096;
const DEPTH_MAX = 64;

/** At most 4,096 characters, with work bounded alike. */
export function displayValue(value: unknown): string {
  const text = display(value, LENGTH_MAX, 0);
  return text.length <= LENGTH_MAX ? text : `${text.slice(0, LENGTH_MAX)}[...truncated]`;
}

/** May be longer than `budget`, but stops soon after. */
function display(value: unknown, budget: number, depth: number): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > LENGTH_MAX ? value.slice(0, LENGTH_MAX) : value);
    case "number":
      return displayNumber(value);
    case "bigint":
      return `${value}n`;
    case "object":
      return value === null ? "null" : depth >= DEPTH_MAX ? "..." : displayObject(value, budget, depth);
    default:
      return String(value);
  }
}

/** Numbers are told from int64s by their point. */
function displayNumber(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  return Number.isInteger(value) && !text.includes("e") ? `${text}.0` : text;
}

function displayObject(value: object, budget: number, depth: number): string {
  if (types.isArrayBuffer(value)) return `ArrayBuffer(${value.byteLength} bytes)`;
  if (Array.isArray(value)) return `[${joinWithin(budget, value, (item, rest) => display(item, rest, depth + 1))}]`;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${joinWithin(budget, fields, ([name, field], rest) => `${displayName(name)}: ${display(field, rest, depth + 1)}`)}}`;
}

function joinWithin<T>(budget: number, items: readonly T[], show: (item: T, rest: number) => string): string {
  let text = "";
  for (const item of items) {
    if (text.length > budget) return `${text}, ...`;
    text += (text === "" ? "" : ", ") + show(item, budget - text.length);
  }
  return text;
}

function displayName(name: string): string {
  return isIdentifier(name) ? name : JSON.stringify(name);
}

/** Whether `name` can stand bare before a colon, or behind a dot in a path. */
export function isIdentifier(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}
