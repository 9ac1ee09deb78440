/** The syntax of PDF (ISO 32000-1, 7.2 and 7.3), which files, content streams and character maps share. Bytes are characters from 0 to 255. */
import { unreadable } from "./unreadable";

/** Strings are bytes, too: what they mean depends on where they stand. */
export type PdfValue = null | boolean | number | string | PdfName | PdfReference | readonly PdfValue[] | PdfDictionary;
export type PdfDictionary = ReadonlyMap<string, PdfValue>;

export class PdfName {
  constructor(readonly name: string) {}
}

export class PdfReference {
  constructor(readonly number: number) {}
}

/** A word that is no value: `obj`, `Tj`, `endbfchar`. */
export class PdfKeyword {
  constructor(readonly word: string) {}
}

export const isDictionary = (value: unknown): value is PdfDictionary => value instanceof Map;

const DEPTH_MAX = 60;
const WHITE = /[\0\t\n\f\r ]*(?:%[^\n\r]*[\0\t\n\f\r ]*)*/y;
const NUMBER = /[+-]?(?:\d{1,20}\.?\d{0,20}|\.\d{1,20})/y;
const WORD = /[^\0\t\n\f\r ()<>[\]{}/%]{0,200}/y;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };

export class PdfParser {
  constructor(
    readonly source: string,
    public position = 0,
  ) {}

  /** The next value or keyword; undefined at the end. Brackets that close nothing are passed over. */
  next(depth = 0): PdfValue | PdfKeyword | undefined {
    if (depth > DEPTH_MAX) throw unreadable("its objects are nested too deeply");
    this.skipWhite();
    const first = this.source[this.position];
    switch (first) {
      case undefined:
        return undefined;
      case "/":
        this.position++;
        return new PdfName(this.#match(WORD).replace(/#([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))));
      case "(":
        return this.#literalString();
      case "[":
        this.position++;
        return this.#items("]", depth);
      case "<":
        return this.source[this.position + 1] === "<" ? this.#dictionary(depth) : this.#hexString();
    }
    const number = this.#match(NUMBER);
    if (number !== "") return Number(number);
    const word = this.#match(WORD);
    if (word !== "") return word === "true" ? true : word === "false" ? false : word === "null" ? null : new PdfKeyword(word);
    this.position++;
    return new PdfKeyword(first);
  }

  /** A value where there has to be one. */
  value(): PdfValue {
    const value = this.next();
    return value === undefined || value instanceof PdfKeyword ? null : value;
  }

  skipWhite(): void {
    this.#match(WHITE);
  }

  /** What the pattern, which has to be sticky, matches here; the parser then stands behind it. */
  #match(pattern: RegExp): string {
    pattern.lastIndex = this.position;
    const text = pattern.exec(this.source)?.[0] ?? "";
    this.position += text.length;
    return text;
  }

  /** Up to a closing bracket. "12 0 R" is three items on the way, and then one. */
  #items(close: string, depth: number): PdfValue[] {
    const items: PdfValue[] = [];
    for (;;) {
      this.skipWhite();
      if (this.source.startsWith(close, this.position)) {
        this.position += close.length;
        return items;
      }
      const item = this.next(depth + 1);
      if (item === undefined) return items;
      if (!(item instanceof PdfKeyword)) items.push(item);
      else if (item.word === "R") items.push(new PdfReference(Number(items.splice(-2)[0])));
    }
  }

  #dictionary(depth: number): PdfDictionary {
    this.position += 2;
    const items = this.#items(">>", depth);
    const entries = new Map<string, PdfValue>();
    for (let index = 0; index + 1 < items.length; index += 2) {
      const key = items[index];
      if (key instanceof PdfName) entries.set(key.name, items[index + 1]!);
    }
    return entries;
  }

  #hexString(): string {
    const end = this.source.indexOf(">", this.position);
    const digits = this.source.slice(this.position + 1, end < 0 ? undefined : end).replace(/[^\da-f]/gi, "");
    this.position = end < 0 ? this.source.length : end + 1;
    const even = digits.length % 2 === 0 ? digits : `${digits}0`;
    return even.replace(/../g, (hex) => String.fromCharCode(parseInt(hex, 16)));
  }

  #literalString(): string {
    const parts: string[] = [];
    let open = 1;
    this.position++;
    while (this.position < this.source.length) {
      const character = this.source[this.position++]!;
      if (character === "(") open++;
      if (character === ")" && --open === 0) break;
      parts.push(character === "\\" ? this.#escape() : character);
    }
    return parts.join("");
  }

  /** Behind a backslash. */
  #escape(): string {
    const octal = this.#match(/[0-7]{1,3}/y);
    if (octal !== "") return String.fromCharCode(parseInt(octal, 8) & 255);
    if (this.#match(/\r\n|\r|\n/y) !== "") return "";
    const character = this.source[this.position++] ?? "";
    return ESCAPES[character] ?? character;
  }
}
