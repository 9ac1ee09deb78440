/** What cannot be read: of a text, and of a whole file, in words for whoever uploaded it. */
import type { ConvexError } from "convex/values";
import { studyError } from "../errors";
import type { StudyErrorData } from "../errors";

/** In place of a character of which nobody knows what it is. */
export const UNKNOWN = "\ufffd";

/** @param why the end of a sentence: "it is encrypted" */
export function unreadable(why: string): ConvexError<StudyErrorData> {
  return studyError("UNREADABLE", `This PDF cannot be read here: ${why}. Save its text as plain text or Markdown.`);
}
