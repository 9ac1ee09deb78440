/** One text for equal values, whatever the order of their fields: to compare payloads, and to make digests of them. */
import type { Value } from "convex/values";

export function canonical(value: Value): string {
  return JSON.stringify(value, (_name, part: unknown) => (isRecord(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part));
}

function isRecord(part: unknown): part is Record<string, unknown> {
  return typeof part === "object" && part !== null && !Array.isArray(part);
}
