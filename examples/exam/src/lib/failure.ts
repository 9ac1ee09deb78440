/** What to tell a person when a function call failed. */
import { ConvexError } from "convex/values";
import type { Value } from "convex/values";
import type { ExamErrorCode, ExamErrorData } from "../../convex/model/errors";

/** @param attempt what was tried, as a sentence's start: "The message was not sent". */
export function describeFailure(attempt: string, error: unknown): string {
  const data = examErrorData(error);
  if (data !== null) return `${attempt}. ${data.message}`;
  console.error(error);
  return `${attempt}: the server could not do it. Try again in a moment.`;
}

export function hasCode(error: unknown, ...codes: ExamErrorCode[]): boolean {
  const data = examErrorData(error);
  return data !== null && codes.includes(data.code);
}

function examErrorData(error: unknown): ExamErrorData | null {
  if (!(error instanceof ConvexError)) return null;
  const data = error.data as Value;
  return isExamErrorData(data) ? data : null;
}

function isExamErrorData(data: Value): data is ExamErrorData {
  return typeof data === "object" && data !== null && "message" in data && typeof data["message"] === "string" && "code" in data;
}
