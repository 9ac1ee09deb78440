/** What arguments must be, beyond their types. Each check throws what a person can read. */
import type { Doc, Id } from "../_generated/dataModel";
import type { QueryCtx } from "../_generated/server";
import { boardError } from "./errors";
import { RANDOM_DIGITS_MAX, RANDOM_DIGITS_MIN } from "./limits";

export interface Position {
  readonly x: number;
  readonly y: number;
}

const RANDOM_DIGITS = new RegExp(`^[0-9a-f]{${RANDOM_DIGITS_MIN},${RANDOM_DIGITS_MAX}}$`);

/** @returns the name without spaces around it and with single ones in it. @param what "A board's name" */
export function checkedName(what: string, written: string, lengthMax: number): string {
  const name = written.trim().replace(/\s+/g, " ");
  if (name === "" || name.length > lengthMax) throw boardError("INVALID", `${what} has from 1 to ${lengthMax} characters.`);
  return name;
}

/** @param what "A note's key" */
export function checkRandom(what: string, digits: string): void {
  if (!RANDOM_DIGITS.test(digits)) throw boardError("INVALID", `${what} has from ${RANDOM_DIGITS_MIN} to ${RANDOM_DIGITS_MAX} hexadecimal digits, made at random.`);
}

/** NaN and infinities are outside too. @param what "A cursor" */
export function checkInside(what: string, { x, y }: Position, widthMax: number, heightMax: number): void {
  if (x >= 0 && x <= widthMax && y >= 0 && y <= heightMax) return;
  throw boardError("INVALID", `${what} must be on the board: from 0, 0 to ${widthMax}, ${heightMax}, not ${x}, ${y}.`);
}

export async function mustGetBoard(ctx: QueryCtx, boardId: Id<"boards">): Promise<Doc<"boards">> {
  const board = await ctx.db.get(boardId);
  if (board === null) throw boardError("NOT_FOUND", "There is no such board any more. Open another one.");
  return board;
}
