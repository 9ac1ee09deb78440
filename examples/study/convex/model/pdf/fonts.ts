/** What the bytes of a string mean in a font (ISO 32000-1, 9.6, 9.7 and 9.10): characters, and how far each moves the pen. */
import { macRoman, windows1252 } from "./encodings";
import type { Encoding } from "./encodings";
import { bytesOfText } from "./filters";
import { nameOf, PdfStream } from "./file";
import type { PdfFile } from "./file";
import { glyphText } from "./glyphs";
import { isDictionary, PdfKeyword, PdfName, PdfParser } from "./syntax";
import type { PdfDictionary, PdfValue } from "./syntax";
import { UNKNOWN } from "./unreadable";

const SYMBOLIC = 4;
const RANGE_MAX = 65_536;

interface Glyph {
  readonly text: string;
  /** In thousandths of the font's size. */
  readonly width: number;
}

export interface Font {
  glyphs(bytes: string): Glyph[];
}

export function readFont(file: PdfFile, dictionary: PdfDictionary): Font {
  const toUnicode = file.resolve(dictionary.get("ToUnicode"));
  const map = toUnicode instanceof PdfStream ? readCharacterMap(file.unpack(toUnicode)) : new Map<string, string>();
  return nameOf(dictionary.get("Subtype")) === "Type0" ? compositeFont(file, dictionary, map) : simpleFont(file, dictionary, map);
}

/** Two bytes a character, as nearly all composite fonts have them (Identity-H). */
function compositeFont(file: PdfFile, dictionary: PdfDictionary, map: ReadonlyMap<string, string>): Font {
  const descendant = file.dictionary(file.list(dictionary.get("DescendantFonts"))[0]);
  const widths = compositeWidths(file, descendant);
  const usual = numberOr(file.resolve(descendant.get("DW")), 1_000);
  return {
    glyphs: (bytes) => (bytes.match(/[^]{2}/g) ?? []).map((code) => ({ text: map.get(code) ?? UNKNOWN, width: widths.get(codeNumber(code)) ?? usual })),
  };
}

function simpleFont(file: PdfFile, dictionary: PdfDictionary, map: ReadonlyMap<string, string>): Font {
  const first = numberOr(file.resolve(dictionary.get("FirstChar")), 0);
  const widths = file.list(dictionary.get("Widths")).map((width) => numberOr(file.resolve(width), 500));
  const encoding = simpleEncoding(file, dictionary);
  return { glyphs: (bytes) => [...bytes].map((code) => ({ text: map.get(code) ?? encoding(code), width: widths[codeNumber(code) - first] ?? 500 })) };
}

function simpleEncoding(file: PdfFile, dictionary: PdfDictionary): Encoding {
  const encoding = file.resolve(dictionary.get("Encoding"));
  const flags = numberOr(file.resolve(file.dictionary(dictionary.get("FontDescriptor")).get("Flags")), 0);
  const isSymbolic = (flags & SYMBOLIC) !== 0 || /Symbol|Dingbats/.test(nameOf(dictionary.get("BaseFont")));
  // Its codes mean what the font's own program says, which is not read here.
  if (encoding === null && isSymbolic) return () => UNKNOWN;
  const base = isDictionary(encoding) ? nameOf(encoding.get("BaseEncoding")) : nameOf(encoding);
  const decode = base === "MacRomanEncoding" ? macRoman : windows1252;
  const differences = isDictionary(encoding) ? readDifferences(file.list(encoding.get("Differences"))) : new Map<string, string>();
  const isBaseKnown = base !== "" || !isSymbolic;
  return (code) => differences.get(code) ?? (isBaseKnown ? decode(code) : UNKNOWN);
}

/** A number is the code of the name behind it; each further name is one more. */
function readDifferences(items: readonly PdfValue[]): Map<string, string> {
  const texts = new Map<string, string>();
  let code = 0;
  for (const item of items) {
    if (typeof item === "number") code = item;
    else if (item instanceof PdfName) texts.set(String.fromCharCode(code++ & 255), glyphText(item.name) ?? UNKNOWN);
  }
  return texts;
}

/** Either `first [width …]` or `first last width`, again and again. */
function compositeWidths(file: PdfFile, descendant: PdfDictionary): Map<number, number> {
  const widths = new Map<number, number>();
  const items = file.list(descendant.get("W")).map(file.resolve);
  for (let index = 0; index + 1 < items.length; ) {
    const [first, second] = [Number(items[index]), items[index + 1]];
    if (Array.isArray(second)) {
      second.forEach((width, offset) => widths.set(first + offset, Number(width)));
      index += 2;
    } else {
      for (let code = first; code <= Math.min(Number(second), first + RANGE_MAX); code++) widths.set(code, Number(items[index + 2]));
      index += 3;
    }
  }
  return widths;
}

/** Texts by code. */
function readCharacterMap(source: string): Map<string, string> {
  const texts = new Map<string, string>();
  const parser = new PdfParser(source);
  let operands: PdfValue[] = [];
  for (let item = parser.next(); item !== undefined; item = parser.next()) {
    if (!(item instanceof PdfKeyword)) {
      operands.push(item);
      continue;
    }
    if (item.word === "endbfchar") addCharacters(texts, operands);
    if (item.word === "endbfrange") addRanges(texts, operands);
    operands = [];
  }
  return texts;
}

function addCharacters(texts: Map<string, string>, operands: readonly PdfValue[]): void {
  for (let index = 0; index + 1 < operands.length; index += 2) {
    const [code, text] = [operands[index], operands[index + 1]];
    if (typeof code === "string" && typeof text === "string") texts.set(code, utf16(text));
  }
}

/** `first last text`, whose last character counts up, or `first last [text …]`. */
function addRanges(texts: Map<string, string>, operands: readonly PdfValue[]): void {
  for (let index = 0; index + 2 < operands.length; index += 3) {
    const [first, last, target] = [operands[index], operands[index + 1], operands[index + 2]];
    if (typeof first !== "string" || typeof last !== "string") continue;
    const count = Math.min(codeNumber(last) - codeNumber(first) + 1, RANGE_MAX);
    for (let offset = 0; offset < count; offset++) {
      const code = codeText(codeNumber(first) + offset, first.length);
      const text = typeof target === "string" ? codeText(codeNumber(target.slice(-2)) + offset, Math.min(2, target.length)) : Array.isArray(target) ? (target as PdfValue[])[offset] : null;
      if (typeof text === "string") texts.set(code, utf16(typeof target === "string" ? target.slice(0, -2) + text : text));
    }
  }
}

function utf16(bytes: string): string {
  return new TextDecoder("utf-16be").decode(bytesOfText(bytes.length === 1 ? `\0${bytes}` : bytes));
}

const codeNumber = (code: string): number => [...code].reduce((number, byte) => number * 256 + byte.charCodeAt(0), 0);
const codeText = (number: number, length: number): string => Array.from({ length }, (_, place) => String.fromCharCode((number >>> (8 * (length - 1 - place))) & 255)).join("");
const numberOr = (value: unknown, usual: number): number => (typeof value === "number" ? value : usual);
