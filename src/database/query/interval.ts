/** A part of what a query yields, between two positions; see paginate.ts. */
import type { Key, KeyRange } from "../../storage/store.js";
import { keyAfter } from "../keys.js";
import type { Position } from "./cursor.js";

export interface Interval {
  readonly start: Position;
  /** Null where the caller stops by itself. */
  readonly end: Position | null;
}

export const WHOLE: Interval = { start: { type: "start" }, end: null };

/** The part of the range between two positions. Never reaches outside it, whatever the cursors say. */
export function intervalRange(range: KeyRange, reverse: boolean, { start, end }: Interval): KeyRange {
  const afterStart = reverse ? keysBefore(range, start) : keysAfter(range, start);
  if (end === null || end.type === "end") return afterStart;
  if (end.type === "start") return { start: range.start, end: range.start };
  if (reverse) return { start: maxKey(afterStart.start, end.key), end: afterStart.end };
  return { start: afterStart.start, end: minKey(afterStart.end, keyAfter(end.key)) };
}

function keysAfter(range: KeyRange, position: Position): KeyRange {
  if (position.type === "start") return range;
  if (position.type === "end") return { start: range.start, end: range.start };
  return { start: maxKey(range.start, keyAfter(position.key)), end: range.end };
}

function keysBefore(range: KeyRange, position: Position): KeyRange {
  if (position.type === "start") return range;
  if (position.type === "end") return { start: range.start, end: range.start };
  return { start: range.start, end: minKey(range.end, position.key) };
}

function maxKey(a: Key, b: Key): Key {
  return a > b ? a : b;
}

function minKey(a: Key | undefined, b: Key): Key {
  return a !== undefined && a < b ? a : b;
}
