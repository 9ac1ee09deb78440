/**
 * What the functions refuse, as data that reaches the client: a plain `Error` is hidden from clients in production, the data of a
 * `ConvexError` is not. So every refusal that a person can act on is one of these.
 */
import { ConvexError } from "convex/values";

export type LmsErrorCode = "NOT_SIGNED_IN" | "BAD_CLAIMS" | "NOT_REGISTERED" | "NOT_ALLOWED" | "NOT_FOUND" | "INVALID" | "LIMIT_REACHED" | "CONFLICT";

/** A type rather than an interface: the data of a `ConvexError` must be assignable to a Convex value. */
export type LmsErrorData = {
  code: LmsErrorCode;
  /** A sentence for the person at the screen: what was wrong and what to do. */
  message: string;
};

export function lmsError(code: LmsErrorCode, message: string): ConvexError<LmsErrorData> {
  return new ConvexError({ code, message });
}

export function isLmsError(error: unknown): error is ConvexError<LmsErrorData> {
  if (!(error instanceof ConvexError)) return false;
  const data: unknown = error.data;
  return typeof data === "object" && data !== null && "code" in data && "message" in data && typeof data.message === "string";
}
