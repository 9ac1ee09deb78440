/**
 * The `json` format of the public HTTP API. Functions answer in the clients' own encoding, where an Int64 is
 * `{"$integer": base64}`, bytes are `{"$bytes": base64}` and special floats `{"$float": base64}`. In `json` an Int64 is its
 * decimal digits in a string, bytes are their base64 text, and a special float is its name ("NaN", "Infinity",
 * "-Infinity") but minus zero, which is a number.
 */
import { isObject } from "./body.js";

/** Translates the body of a function's reply. Bodies with nothing to translate, nearly all, are returned as they are. */
export function encodedToJsonFormat(body: string): string {
  if (!/"\$(?:integer|bytes|float)"/.test(body)) return body;
  const reply = JSON.parse(body) as Record<string, unknown>;
  return JSON.stringify({
    ...reply,
    ...("value" in reply ? { value: plainValue(reply["value"]) } : {}),
    ...("errorData" in reply ? { errorData: plainValue(reply["errorData"]) } : {}),
  });
}

/** Of a value in the clients' encoding, parsed. */
export function plainValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainValue);
  if (!isObject(value)) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first !== undefined && typeof first[1] === "string") {
    const [tag, text] = first;
    if (tag === "$bytes") return text;
    if (tag === "$integer") return Buffer.from(text, "base64").readBigInt64LE().toString();
    if (tag === "$float") return plainFloat(Buffer.from(text, "base64").readDoubleLE());
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, plainValue(item)]));
}

function plainFloat(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}
