/**
 * What the functions refuse, as data that reaches the client: a plain `Error` is hidden from clients in production, the
 * data of a `ConvexError` is not. The page shows the message; the REST interface sends both, with a status for the code.
 */
import { ConvexError } from "convex/values";

export type CrmErrorCode =
  | "NOT_SIGNED_IN"
  | "NO_COMPANY"
  | "NOT_ALLOWED"
  | "NOT_FOUND"
  | "INVALID"
  | "CONFLICT"
  | "LIMIT_REACHED"
  | "UNAUTHORIZED"
  | "RATE_LIMITED"
  | "NOT_CONFIGURED";

/** A type rather than an interface: the data of a `ConvexError` must be assignable to a Convex value. */
export type CrmErrorData = {
  code: CrmErrorCode;
  /** What was wrong and what to do, for whoever made the call. */
  message: string;
  /** With RATE_LIMITED: when the next call is accepted, in milliseconds from now. */
  retryAfterMs?: number;
};

export function crmError(code: CrmErrorCode, message: string): ConvexError<CrmErrorData> {
  return new ConvexError({ code, message });
}

export function isCrmError(error: unknown): error is ConvexError<CrmErrorData> {
  if (!(error instanceof ConvexError)) return false;
  const data: unknown = error.data;
  return typeof data === "object" && data !== null && "code" in data && "message" in data;
}
