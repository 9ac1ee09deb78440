/** What to tell a person when a function call failed. */
import { ConvexError } from "convex/values";
import type { Value } from "convex/values";
import type { ChatErrorData } from "../../convex/errors";

/** @param attempt what was tried, as a sentence's start: "The message was not sent". */
export function describeFailure(attempt: string, error: unknown): string {
  if (error instanceof ConvexError && isChatErrorData(error.data as Value)) return `${attempt}. ${error.data.message}`;
  console.error(error);
  return `${attempt}: the server could not do it. Try again in a moment.`;
}

function isChatErrorData(data: Value): data is ChatErrorData {
  return typeof data === "object" && data !== null && "message" in data && typeof data["message"] === "string";
}
