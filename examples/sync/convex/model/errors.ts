/**
 * What the functions refuse, as data that reaches the client: a plain `Error` is hidden from clients in production, the
 * data of a `ConvexError` is not.
 */
import { ConvexError } from "convex/values";

export type WhiteboardErrorCode = "NOT_SIGNED_IN" | "BAD_CLAIMS" | "NOT_ALLOWED" | "BAD_KEYS";

/** A type rather than an interface: the data of a `ConvexError` must be assignable to a Convex value. */
export type WhiteboardErrorData = {
  code: WhiteboardErrorCode;
  /** A sentence for the person at the screen: what was wrong and what to do. */
  message: string;
};

export function whiteboardError(code: WhiteboardErrorCode, message: string): ConvexError<WhiteboardErrorData> {
  return new ConvexError({ code, message });
}
