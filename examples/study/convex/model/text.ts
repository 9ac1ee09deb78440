/** The text of a file: plain text and Markdown as they are. */
import { studyError } from "./errors";

export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw studyError("UNREADABLE", "This is no text in UTF-8. Save it as plain text or Markdown.");
  }
}
