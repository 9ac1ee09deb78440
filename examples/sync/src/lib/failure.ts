/** What to tell a person when a function call failed. */
import { ConvexError } from "convex/values";
import type { Value } from "convex/values";
import type { WhiteboardErrorData } from "../../convex/model/errors";

/** @param attempt what was tried, as a sentence's start: "The message was not sent". */
export function describeFailure(attempt: string, error: unknown): string {
  const data = whiteboardErrorData(error);
  if (data !== null) return `${attempt}. ${data.message}`;
  console.error(error);
  return `${attempt}: the server could not do it. Try again in a moment.`;
}

function whiteboardErrorData(error: unknown): WhiteboardErrorData | null {
  if (!(error instanceof ConvexError)) return null;
  const data = error.data as Value;
  return isWhiteboardErrorData(data) ? data : null;
}

function isWhiteboardErrorData(data: Value): data is WhiteboardErrorData {
  return typeof data === "object" && data !== null && "message" in data && typeof data["message"] === "string" && "code" in data;
}
