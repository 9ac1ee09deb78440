/**
 * What the functions refuse, as data that reaches the client: a plain `Error` is hidden from clients in production, the
 * data of a `ConvexError` is not. So every refusal that a person or a client can act on is one of these.
 */
import { ConvexError } from "convex/values";

export type ExamErrorCode =
  | "NOT_SIGNED_IN"
  | "BAD_CLAIMS"
  | "NOT_ALLOWED"
  | "SESSION_NOT_FOUND"
  | "SESSION_OVER"
  | "TOO_SOON"
  | "TOO_MANY_VIOLATIONS"
  | "CHAT_NOT_FOUND"
  | "EMPTY_BODY"
  | "BODY_TOO_LONG"
  | "INVALID_CLIENT_KEY";

/** A type rather than an interface: the data of a `ConvexError` must be assignable to a Convex value. */
export type ExamErrorData = {
  code: ExamErrorCode;
  /** A sentence for the person at the screen: what was wrong and what to do. */
  message: string;
  /** With TOO_SOON: when the next heartbeat is accepted, in milliseconds from now. */
  retryAfterMs?: number;
};

export function examError(code: ExamErrorCode, message: string): ConvexError<ExamErrorData> {
  return new ConvexError({ code, message });
}
