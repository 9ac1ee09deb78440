/**
 * The text of a PDF, as far as it can be had honestly: it is refused where its characters cannot be told, not guessed. Not read: scanned
 * pages, encrypted files, text packed with LZW or a predictor, fonts that say nothing of their characters.
 */
import { pageText } from "./content";
import { PdfFile } from "./file";
import { textOfBytes } from "./filters";
import type { Inflate } from "./filters";
import { UNKNOWN, unreadable } from "./unreadable";

/** More than this part of unknown characters is no text. */
const UNKNOWN_PART_MAX = 0.02;

const SIGNATURE = [0x25, 0x50, 0x44, 0x46, 0x2d];

export const isPdf = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, index) => bytes[index] === byte);

/** Page by page, with an empty line between paragraphs. @throws when it cannot be read */
export function pdfText(bytes: Uint8Array, inflate: Inflate): string {
  const file = new PdfFile(textOfBytes(bytes), inflate);
  const text = file
    .pages()
    .map((page) => pageText(file, page).trim())
    .filter((page) => page !== "")
    .join("\n\n");
  if (text === "") throw unreadable("there is no text on its pages; they may be scanned");
  const unknown = text.split(UNKNOWN).length - 1;
  if (unknown > UNKNOWN_PART_MAX * text.length) throw unreadable("its fonts do not say what their characters are");
  return text;
}
