/** What to tell a person when a function call failed. */
import { isBoardError } from "../../convex/model/errors";

/** @param attempt what was tried, as a sentence's start: "The note was not moved" */
export function describeFailure(attempt: string, error: unknown): string {
  if (isBoardError(error)) return `${attempt}. ${error.data.message}`;
  console.error(error);
  return `${attempt}: the server could not do it. Try again in a moment.`;
}
