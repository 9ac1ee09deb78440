/**
 * What the functions refuse, as data that reaches the client: a plain `Error` is hidden from clients in production, the
 * data of a `ConvexError` is not.
 */
import { ConvexError } from "convex/values";

export type BoardErrorCode = "NOT_FOUND" | "INVALID" | "LIMIT_REACHED" | "CHANGED_SINCE";

/** A type rather than an interface: the data of a `ConvexError` must be assignable to a Convex value. */
export type BoardErrorData = {
  code: BoardErrorCode;
  /** A sentence for the person at the screen: what was wrong and what to do. */
  message: string;
};

export function boardError(code: BoardErrorCode, message: string): ConvexError<BoardErrorData> {
  return new ConvexError({ code, message });
}

export function isBoardError(error: unknown): error is ConvexError<BoardErrorData> {
  if (!(error instanceof ConvexError)) return false;
  const data: unknown = error.data;
  return typeof data === "object" && data !== null && "code" in data && "message" in data;
}
