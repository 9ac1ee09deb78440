/**
 * Moments as positions: a cursor stands where the time of its sending is written, so that whoever sees it, in whichever process,
 * knows how long it took. All processes of a machine share one monotonic clock.
 */
import type { Position } from "../../tests/board/shoal.js";

/** Milliseconds that fit the width of the board; its height counts how often. Together, about an hour. */
const ROW_MS = 2_000;
const ROWS = 1_400;
const NANOS_PER_MS = 1e6;

/** Of the machine's monotonic clock, in milliseconds with a fraction. */
export const nowMs = (): number => Number(process.hrtime.bigint()) / NANOS_PER_MS;

export function positionOf(ms: number): Position {
  return { x: ms % ROW_MS, y: Math.floor(ms / ROW_MS) % ROWS };
}

/** How long before `ms` the position was made. */
export function ageAt(ms: number, { x, y }: Position): number {
  const cycleMs = ROW_MS * ROWS;
  return (((ms - (y * ROW_MS + x)) % cycleMs) + cycleMs) % cycleMs;
}
