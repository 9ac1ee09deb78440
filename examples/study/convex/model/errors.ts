/**
 * What the functions refuse, as data that reaches the client: a plain `Error` is hidden from clients in production, the
 * data of a `ConvexError` is not.
 */
import { ConvexError } from "convex/values";

export type StudyErrorCode = "NOT_FOUND" | "NOT_ALLOWED" | "INVALID" | "LIMIT_REACHED" | "NOT_IN_PROGRESS" | "TIME_OVER" | "UNREADABLE" | "SUPERSEDED";

/** A type rather than an interface: the data of a `ConvexError` must be assignable to a Convex value. */
export type StudyErrorData = {
  code: StudyErrorCode;
  /** A sentence for the person at the screen: what was wrong and what to do. */
  message: string;
};

export function studyError(code: StudyErrorCode, message: string): ConvexError<StudyErrorData> {
  return new ConvexError({ code, message });
}

export function isStudyError(error: unknown): error is ConvexError<StudyErrorData> {
  if (!(error instanceof ConvexError)) return false;
  const data: unknown = error.data;
  return typeof data === "object" && data !== null && "code" in data && "message" in data;
}
