/**
 * Follows the pen through the content of a page (ISO 32000-1, 9.4), and makes text of where it writes: a move down within a paragraph
 * or along the line is a space, a longer one down begins a paragraph. In the order in which it is written.
 */
import { nameOf, PdfStream } from "./file";
import type { Page, PdfFile } from "./file";
import { readFont } from "./fonts";
import type { Font } from "./fonts";
import { isDictionary, PdfKeyword, PdfParser } from "./syntax";
import type { PdfDictionary, PdfValue } from "./syntax";

type Matrix = readonly [number, number, number, number, number, number];

const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];
/** In sizes of the font: a gap in a line that is a space, a move that leaves the line, one that leaves the paragraph. */
const SPACE = 0.15;
const LINE = 0.5;
const PARAGRAPH = 1.75;
/** A kern of so many thousandths is a space. */
const KERN = -180;
const FORMS_MAX = 6;

/** The text of one page. */
export function pageText(file: PdfFile, { contents, resources }: Page): string {
  const pen = new Pen(file);
  pen.write(contents.map((stream) => file.unpack(stream)).join("\n"), resources, IDENTITY, 0);
  return pen.text;
}

class Pen {
  text = "";
  readonly #fonts = new Map<PdfDictionary, Font>();
  #font: Font | null = null;
  #size = 1;
  #leading = 0;
  #page: Matrix = IDENTITY;
  #line: Matrix = IDENTITY;
  /** Along the line, since its beginning. */
  #advance = 0;
  /** Where the last character ended. */
  #last: { readonly x: number; readonly y: number } | null = null;

  constructor(private readonly file: PdfFile) {}

  /** @param depth of forms within forms */
  write(source: string, resources: PdfDictionary, page: Matrix, depth: number): void {
    const parser = new PdfParser(source);
    const saved: Matrix[] = [];
    this.#page = page;
    let operands: PdfValue[] = [];
    for (let item = parser.next(); item !== undefined; item = parser.next()) {
      if (!(item instanceof PdfKeyword)) {
        operands.push(item);
        continue;
      }
      switch (item.word) {
        case "q":
          saved.push(this.#page);
          break;
        case "Q":
          this.#page = saved.pop() ?? this.#page;
          break;
        case "cm":
          this.#page = times(matrixOf(operands), this.#page);
          break;
        case "Do":
          this.#form(operands, resources, depth);
          break;
        case "ID":
          // The data of a small image, up to its end.
          parser.position = endOfImage(source, parser.position);
          break;
        default:
          this.#textOperator(item.word, operands, resources);
      }
      operands = [];
    }
  }

  #textOperator(word: string, operands: readonly PdfValue[], resources: PdfDictionary): void {
    const [x = 0, y = 0] = operands.map((operand) => (typeof operand === "number" ? operand : 0));
    switch (word) {
      case "BT":
        this.#moveTo(IDENTITY);
        break;
      case "Tf":
        this.#font = this.#fontNamed(nameOf(operands[0]), resources);
        this.#size = y;
        break;
      case "TL":
        this.#leading = x;
        break;
      case "TD":
        this.#leading = -y;
        this.#moveTo(times([1, 0, 0, 1, x, y], this.#line));
        break;
      case "Td":
        this.#moveTo(times([1, 0, 0, 1, x, y], this.#line));
        break;
      case "Tm":
        this.#moveTo(matrixOf(operands));
        break;
      case "'":
      case '"':
        this.#nextLine();
        this.#show(operands.at(-1));
        break;
      case "T*":
        this.#nextLine();
        break;
      case "Tj":
        this.#show(operands[0]);
        break;
      case "TJ":
        for (const part of this.file.list(operands[0])) {
          if (typeof part === "number") this.#kern(part);
          else this.#show(part);
        }
    }
  }

  #nextLine(): void {
    this.#moveTo(times([1, 0, 0, 1, 0, -this.#leading], this.#line));
  }

  #moveTo(line: Matrix): void {
    this.#line = line;
    this.#advance = 0;
  }

  #kern(thousandths: number): void {
    this.#advance -= (thousandths / 1_000) * this.#size;
    if (thousandths < KERN) this.#space();
  }

  #show(bytes: PdfValue | undefined): void {
    if (this.#font === null || typeof bytes !== "string" || bytes === "") return;
    this.#arrive();
    for (const { text, width } of this.#font.glyphs(bytes)) {
      this.text += text;
      this.#advance += (width / 1_000) * this.#size;
    }
    this.#last = this.#place();
  }

  /** What stands between the last character and the next one. */
  #arrive(): void {
    if (this.#last === null) return;
    const [here, scale] = [this.#place(), this.#scale()];
    const down = Math.abs(here.y - this.#last.y) / scale;
    if (down > PARAGRAPH) this.text = `${this.text.trimEnd()}\n\n`;
    else if (down > LINE || here.x - this.#last.x > SPACE * scale || here.x - this.#last.x < -scale) this.#space();
  }

  #space(): void {
    if (this.text !== "" && !/\s$/.test(this.text.slice(-1))) this.text += " ";
  }

  #place(): { readonly x: number; readonly y: number } {
    const [, , , , x, y] = times([1, 0, 0, 1, this.#advance, 0], times(this.#line, this.#page));
    return { x, y };
  }

  /** The size of the font on the page. */
  #scale(): number {
    const [a, b] = times(this.#line, this.#page);
    return Math.abs(this.#size) * Math.hypot(a, b) || 1;
  }

  #fontNamed(name: string, resources: PdfDictionary): Font | null {
    const dictionary = this.file.dictionary(this.file.dictionary(resources.get("Font")).get(name));
    const known = this.#fonts.get(dictionary) ?? (dictionary.size === 0 ? null : readFont(this.file, dictionary));
    if (known !== null) this.#fonts.set(dictionary, known);
    return known;
  }

  #form([name]: readonly PdfValue[], resources: PdfDictionary, depth: number): void {
    const form = this.file.resolve(this.file.dictionary(resources.get("XObject")).get(nameOf(name)));
    if (!(form instanceof PdfStream) || nameOf(form.dictionary.get("Subtype")) !== "Form" || depth >= FORMS_MAX) return;
    const own = this.file.resolve(form.dictionary.get("Resources"));
    const page = this.#page;
    const matrix = form.dictionary.has("Matrix") ? matrixOf(this.file.list(form.dictionary.get("Matrix"))) : IDENTITY;
    this.write(this.file.unpack(form), isDictionary(own) ? own : resources, times(matrix, page), depth + 1);
    this.#page = page;
  }
}

function endOfImage(source: string, position: number): number {
  const end = source.slice(position).search(/[\0\t\n\f\r ]EI(?=[\0\t\n\f\r ]|$)/);
  return end < 0 ? source.length : position + end + 3;
}

function matrixOf(operands: readonly PdfValue[]): Matrix {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = operands.map(Number);
  return [a, b, c, d, e, f];
}

/** First `left`, then `right`. */
function times([a, b, c, d, e, f]: Matrix, [p, q, r, s, t, u]: Matrix): Matrix {
  return [a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u];
}
