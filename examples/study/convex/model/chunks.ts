/** Cuts a text into chunks that can be read by themselves: at headings and paragraphs, and within a paragraph only where it is too long. */
import { CHUNK_LENGTH_MAX } from "./limits";

export interface Chunk {
  /** The heading that the chunk stands under, as in Markdown. */
  readonly heading: string | null;
  readonly text: string;
}

export function chunksOf(text: string): Chunk[] {
  const chunks: Chunk[] = [];
  let heading: string | null = null;
  let gathered = "";
  const close = () => {
    if (gathered !== "") chunks.push({ heading, text: gathered });
    gathered = "";
  };
  for (const paragraph of paragraphsOf(text)) {
    const title = /^#{1,6}\s+(.+)$/.exec(paragraph)?.[1];
    if (title !== undefined) {
      close();
      heading = title;
      continue;
    }
    for (const piece of piecesOf(paragraph)) {
      if (gathered.length + piece.length + 2 > CHUNK_LENGTH_MAX) close();
      gathered = gathered === "" ? piece : `${gathered}\n\n${piece}`;
    }
  }
  close();
  return chunks;
}

/** A heading is a paragraph of its own, also without an empty line after it. */
function paragraphsOf(text: string): string[] {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/^(#{1,6}\s.*)$/gm, "\n$1\n")
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== "");
}

/** Of at most the length of a chunk: cut after a sentence, else at a space, else anywhere. */
function piecesOf(paragraph: string): string[] {
  const pieces: string[] = [];
  let rest = paragraph;
  while (rest.length > CHUNK_LENGTH_MAX) {
    const window = rest.slice(0, CHUNK_LENGTH_MAX);
    const sentence = Math.max(...[". ", "! ", "? ", ".\n"].map((end) => window.lastIndexOf(end)));
    const space = window.lastIndexOf(" ");
    const at = sentence > 0 ? sentence + 1 : space > 0 ? space : CHUNK_LENGTH_MAX;
    pieces.push(rest.slice(0, at).trim());
    rest = rest.slice(at).trim();
  }
  return rest === "" ? pieces : [...pieces, rest];
}
