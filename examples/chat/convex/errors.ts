/**
 * What a chat function refuses, as data that reaches the client.
 *
 * A plain `Error` is hidden from clients in production; the data of a `ConvexError` is not. So every refusal a person
 * can cause and mend is one of these.
 */
import { ConvexError } from "convex/values";

export type ChatErrorCode =
  | "EMPTY_BODY"
  | "BODY_TOO_LONG"
  | "INVALID_AUTHOR"
  | "INVALID_CLIENT_KEY"
  | "INVALID_ROOM_NAME"
  | "ROOM_NOT_FOUND";

/** A type rather than an interface: the data of a `ConvexError` must be assignable to a Convex value. */
export type ChatErrorData = {
  code: ChatErrorCode;
  /** A sentence for the person at the screen: what was wrong and what to do. */
  message: string;
  /** For the errors of length: how many characters are allowed. */
  limit?: number;
};

export function chatError(code: ChatErrorCode, message: string, limit?: number): ConvexError<ChatErrorData> {
  return new ConvexError(limit === undefined ? { code, message } : { code, message, limit });
}
