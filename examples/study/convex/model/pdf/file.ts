/**
 * The objects of a PDF file, and its pages. Objects are found by reading the file from its beginning, one after another, not by its table:
 * tables are what is wrong most often, and what an update has written later comes later.
 */
import { unpack } from "./filters";
import type { Inflate } from "./filters";
import { isDictionary, PdfName, PdfParser, PdfReference } from "./syntax";
import type { PdfDictionary, PdfValue } from "./syntax";
import { unreadable } from "./unreadable";

const OBJECT = /(\d{1,10})[\0\t\n\f\r ]{1,9}\d{1,5}[\0\t\n\f\r ]{1,9}obj/g;
const PAGES_MAX = 2_000;

export class PdfStream {
  constructor(
    readonly dictionary: PdfDictionary,
    readonly data: string,
  ) {}
}

type PdfObject = PdfValue | PdfStream;

export interface Page {
  readonly contents: readonly PdfStream[];
  readonly resources: PdfDictionary;
}

export class PdfFile {
  readonly #objects = new Map<number, PdfObject>();

  constructor(
    source: string,
    private readonly inflate: Inflate,
  ) {
    this.#readObjects(source);
    const dictionaries = [...this.#objects.values()].filter((object) => object instanceof PdfStream);
    const isEncrypted = dictionaries.some(({ dictionary }) => nameOf(dictionary.get("Type")) === "XRef" && dictionary.has("Encrypt")) || trailers(source).some((trailer) => trailer.has("Encrypt"));
    if (isEncrypted) throw unreadable("it is encrypted");
    for (const stream of dictionaries) if (nameOf(stream.dictionary.get("Type")) === "ObjStm") this.#readPackedObjects(stream);
  }

  /** What a reference refers to, which is never another one; anything else itself. */
  resolve = (value: PdfValue | undefined): PdfObject => (value instanceof PdfReference ? this.#objects.get(value.number) : value) ?? null;

  dictionary(value: PdfValue | undefined): PdfDictionary {
    const object = this.resolve(value);
    return object instanceof PdfStream ? object.dictionary : isDictionary(object) ? object : new Map();
  }

  list(value: PdfValue | undefined): readonly PdfValue[] {
    const object = this.resolve(value);
    return Array.isArray(object) ? (object as PdfValue[]) : [];
  }

  unpack({ data, dictionary }: PdfStream): string {
    return unpack(data, dictionary, this.resolve, this.inflate);
  }

  /** In their order. */
  pages(): Page[] {
    const catalogs = [...this.#objects.values()].filter((object) => isDictionary(object) && nameOf(object.get("Type")) === "Catalog") as PdfDictionary[];
    const pages: Page[] = [];
    const seen = new Set<PdfDictionary>();
    const walk = (node: PdfDictionary, inherited: PdfDictionary) => {
      if (seen.has(node)) return;
      seen.add(node);
      const resources = node.has("Resources") ? this.dictionary(node.get("Resources")) : inherited;
      if (node.has("Kids")) for (const kid of this.list(node.get("Kids"))) walk(this.dictionary(kid), resources);
      else pages.push({ resources, contents: this.#streams(node.get("Contents")) });
      if (pages.length > PAGES_MAX) throw unreadable(`it has more than ${PAGES_MAX} pages`);
    };
    walk(this.dictionary(catalogs.at(-1)?.get("Pages")), new Map());
    return pages;
  }

  #streams(value: PdfValue | undefined): PdfStream[] {
    const object = this.resolve(value);
    const parts = Array.isArray(object) ? (object as PdfValue[]).map(this.resolve) : [object];
    return parts.filter((part) => part instanceof PdfStream);
  }

  #readObjects(source: string): void {
    OBJECT.lastIndex = 0;
    for (let match = OBJECT.exec(source); match !== null; match = OBJECT.exec(source)) {
      const parser = new PdfParser(source, OBJECT.lastIndex);
      const value = parser.value();
      parser.skipWhite();
      const [start, end] = isDictionary(value) ? dataPlace(source, parser.position, value) : [parser.position, parser.position];
      this.#objects.set(Number(match[1]), isDictionary(value) && end > start ? new PdfStream(value, source.slice(start, end)) : value);
      OBJECT.lastIndex = end;
    }
  }

  /** Pairs of numbers and offsets, then the objects themselves. What is there unpacked already is an update. */
  #readPackedObjects(stream: PdfStream): void {
    const source = this.unpack(stream);
    const [count, first] = [Number(stream.dictionary.get("N")), Number(stream.dictionary.get("First"))];
    const header = new PdfParser(source);
    for (let index = 0; index < count && header.position < first; index++) {
      const [number, offset] = [Number(header.value()), Number(header.value())];
      if (!this.#objects.has(number)) this.#objects.set(number, new PdfParser(source, first + offset).value());
    }
  }
}

export const nameOf = (value: unknown): string => (value instanceof PdfName ? value.name : "");

/** From where to where the data of a stream is; the same place twice when the object is none. */
function dataPlace(source: string, position: number, dictionary: PdfDictionary): [number, number] {
  const [begin] = /^stream(?:\r\n|\n|\r)?/.exec(source.slice(position, position + 8)) ?? [];
  if (begin === undefined) return [position, position];
  const start = position + begin.length;
  const length = dictionary.get("Length");
  if (typeof length === "number" && /^\s{0,4}endstream/.test(source.slice(start + length, start + length + 16))) return [start, start + length];
  const end = source.indexOf("endstream", start);
  return [start, end < 0 ? source.length : end];
}

function trailers(source: string): PdfDictionary[] {
  const found: PdfDictionary[] = [];
  for (let at = source.indexOf("trailer"); at >= 0; at = source.indexOf("trailer", at + 1)) {
    const value = new PdfParser(source, at + "trailer".length).value();
    if (isDictionary(value)) found.push(value);
  }
  return found;
}
