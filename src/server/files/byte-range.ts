/** `Range` and `If-Range` (RFC 9110, section 14), for one range. Several in one request are answered with the whole file, as the standard allows. */
import type { ByteRange } from "./file-store.js";

export type RangeAnswer = { readonly type: "whole" } | { readonly type: "part"; readonly range: ByteRange } | { readonly type: "unsatisfiable" };

const WHOLE: RangeAnswer = { type: "whole" };
const ONE_RANGE = /^bytes\s*=\s*(\d*)\s*-\s*(\d*)$/i;
/** More digits than any size has. */
const DIGITS_MAX = 15;

/** What is no range of bytes is as if it were not there. */
export function answerRange(header: string | undefined, size: number): RangeAnswer {
  const [, first, last] = ONE_RANGE.exec(header?.trim() ?? "") ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return WHOLE;
  const from = position(first);
  const to = position(last);
  if (first === "") return part(Math.max(0, size - to), size - 1, size);
  if (last !== "" && to < from) return WHOLE;
  return part(from, last === "" ? size - 1 : Math.min(to, size - 1), size);
}

function part(start: number, end: number, size: number): RangeAnswer {
  return start >= size || start > end ? { type: "unsatisfiable" } : { type: "part", range: { start, end } };
}

function position(digits: string): number {
  return digits.length > DIGITS_MAX ? Number.MAX_SAFE_INTEGER : Number(digits);
}

/** Whether one of the entity tags of an `If-None-Match` is `etag`; weak ones count too. */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === "*" || header.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
}

/** Whether a `Range` still holds: its `If-Range`, where there is one, must be the file's own strong tag. */
export function rangeHolds(ifRange: string | undefined, etag: string): boolean {
  return ifRange === undefined || ifRange.trim() === etag;
}
