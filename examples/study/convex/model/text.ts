/** The text of a file: of a PDF what can be read of it, of any other the text that it is. */
import { studyError } from "./errors";
import type { Inflate } from "./pdf/filters";
import { isPdf, pdfText } from "./pdf/pdf";

export function textOf(bytes: Uint8Array, inflate: Inflate): string {
  if (isPdf(bytes)) return pdfText(bytes, inflate);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw studyError("UNREADABLE", "This is no text in UTF-8, and no PDF. Save it as plain text or Markdown.");
  }
}
