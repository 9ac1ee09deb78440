/** Positions on the board, in its own units, which are CSS pixels at full size. */
import { BOARD_HEIGHT, BOARD_WIDTH, NOTE_SIZE } from "../../convex/model/limits";
import type { Position } from "./types";

/** The nearest whole position at which a note is on the board. */
export const placeForNote = ({ x, y }: Position): Position => ({ x: within(x, BOARD_WIDTH - NOTE_SIZE), y: within(y, BOARD_HEIGHT - NOTE_SIZE) });

export const placeForCursor = ({ x, y }: Position): Position => ({ x: within(x, BOARD_WIDTH), y: within(y, BOARD_HEIGHT) });

export const isSamePlace = (a: Position, b: Position): boolean => a.x === b.x && a.y === b.y;

function within(value: number, max: number): number {
  return Math.min(max, Math.max(0, Math.round(value)));
}
