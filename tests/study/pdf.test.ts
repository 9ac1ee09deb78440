/** E-72: the text of PDFs: packed and encoded in each way that is read, refused in each that is not, and whatever else a file may hold. */
import { deflateSync, inflateSync } from "node:zlib";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "../harness.js";

/** Of the app, which is compiled as bundlers resolve modules, not as Node does: so its types are told here. */
const MODEL = join(ROOT, "examples", "study", "convex", "model");
const { pdfText } = (await import(join(MODEL, "pdf", "pdf.ts"))) as { pdfText(bytes: Uint8Array, inflate: (data: Uint8Array) => Uint8Array): string };
const { chunksOf } = (await import(join(MODEL, "chunks.ts"))) as { chunksOf(text: string): { heading: string | null; text: string }[] };

const INFLATED_MAX = 1024 * 1024;
const inflate = (data: Uint8Array) => inflateSync(data, { maxOutputLength: INFLATED_MAX });
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));
const refused = (why: string) => expect.objectContaining({ data: { code: "UNREADABLE", message: expect.stringContaining(why) as string } }) as Error;

const FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";

interface Parts {
  readonly content: string;
  readonly font?: string;
  readonly filter?: string;
  readonly more?: string;
}

const stream = (dictionary: string, data: string) => `<< ${dictionary} /Length ${data.length} >>\nstream\n${data}\nendstream`;

/** One page. Objects from 10 on are the test's own. */
function pdf({ content, font = FONT, filter = "", more = "" }: Parts): string {
  return `%PDF-1.7
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 /Resources << /Font << /F1 5 0 R >> >> >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /Contents 4 0 R >> endobj
4 0 obj ${stream(filter, content)} endobj
5 0 obj ${font} endobj
${more}
trailer << /Root 1 0 R >>`;
}

const read = (file: string) => pdfText(bytesOf(file), inflate);
const write = (text: string) => `BT /F1 12 Tf 72 700 Td ${text} ET`;

describe("E-72 what is read", () => {
  test("E-72 strings, escapes, kerns and moves become words, lines and paragraphs", () => {
    expect(read(pdf({ content: write("(Wat\\145r \\(and\\) ) Tj <6C616E64> Tj") }))).toBe("Water (and) land");
    expect(read(pdf({ content: write("[(Riv) 20 (ers) -300 (run)] TJ") }))).toBe("Rivers run");
    expect(read(pdf({ content: write("14 TL (one) Tj T* (two) Tj (three) ' 0 -40 Td (four) Tj") }))).toBe("one two three\n\nfour");
    expect(read(pdf({ content: write("(left) Tj 200 0 Td (right) Tj") }))).toBe("left right");
    expect(read(pdf({ content: `q 2 0 0 2 0 0 cm ${write("(a) Tj")} Q q 2 0 0 2 0 0 cm ${write("0 -50 Td (b) Tj")} Q` }))).toBe("a\n\nb");
  });

  test("E-72 Flate, ASCII85 and hex, and one after another", () => {
    const content = write("(packed) Tj");
    const flate = deflateSync(Buffer.from(content, "latin1")).toString("latin1");
    const hex = Buffer.from(flate, "latin1").toString("hex");
    expect(read(pdf({ content: flate, filter: "/Filter /FlateDecode" }))).toBe("packed");
    expect(read(pdf({ content: `${hex}>`, filter: "/Filter [/ASCIIHexDecode /FlateDecode]" }))).toBe("packed");
    expect(read(pdf({ content: ascii85(content), filter: "/Filter /ASCII85Decode" }))).toBe("packed");
  });

  test("E-72 encodings, names of glyphs, and maps to Unicode", () => {
    expect(read(pdf({ content: write("(na\\357ve \\223river\\224) Tj") }))).toBe("naïve “river”");
    expect(read(pdf({ content: write("(na\\225ve \\322river\\323 \\377) Tj"), font: FONT.replace("WinAnsi", "MacRoman") }))).toBe("naïve “river” ˇ");
    const differences = "<< /Type /Font /Subtype /Type1 /BaseFont /X /Encoding << /Differences [1 /f_unknown 2 /fi /eacute /uni00DF] >> >>";
    expect(read(pdf({ content: write("(\\002nd caf\\003 Stra\\004e, and so on and on and on and on) Tj"), font: differences }))).toMatch(/^find café Straße/);
    const composite = "<< /Type /Font /Subtype /Type0 /BaseFont /Y /Encoding /Identity-H /DescendantFonts [<< /W [1 [500 500]] >>] /ToUnicode 10 0 R >>";
    const map = "1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfchar <0001> <6C34> endbfchar 2 beginbfrange <0010> <0012> <0061> <0020> <0021> [<00660066> <D83CDF0A>] endbfrange";
    expect(read(pdf({ content: write("<00010010001100120020> Tj <0021> Tj"), font: composite, more: `10 0 obj ${stream("", map)} endobj` }))).toBe("水abcff🌊");
  });

  test("E-72 objects packed in a stream, forms, updates, and a length that is wrong", () => {
    const packed = "5 0 " + FONT;
    const file = pdf({ content: write("(inside) Tj"), more: `11 0 obj ${stream("/Type /ObjStm /N 1 /First 4", packed)} endobj` }).replace(`5 0 obj ${FONT} endobj`, "");
    expect(read(file)).toBe("inside");
    const form = stream("/Type /XObject /Subtype /Form /Resources << /Font << /F1 5 0 R >> >>", write("(in a form) Tj"));
    expect(read(pdf({ content: "/X Do", more: `10 0 obj ${form} endobj` }).replace("/Resources <<", "/Resources << /XObject << /X 10 0 R >>"))).toBe("in a form");
    expect(read(pdf({ content: write("(old) Tj"), more: `4 0 obj ${stream("", write("(new) Tj"))} endobj` }))).toBe("new");
    expect(read(pdf({ content: write("(long) Tj") }).replace(/\/Length \d+/, "/Length 3"))).toBe("long");
  });
});

describe("E-72 what is refused", () => {
  test("E-72 no text, unknown characters, encryption, packing that is not read: each by its name", () => {
    expect(() => read("%PDF-1.7")).toThrow(refused("no text"));
    expect(() => read(pdf({ content: "BI /W 1 /H 1 ID (picture) Tj EI" }))).toThrow(refused("no text"));
    expect(() => read(pdf({ content: write("(abc) Tj"), font: "<< /Subtype /Type1 /BaseFont /Own /FontDescriptor << /Flags 4 >> >>" }))).toThrow(refused("do not say what their characters are"));
    expect(() => read(pdf({ content: write("(abc) Tj") }).replace("/Root 1 0 R", "/Root 1 0 R /Encrypt 9 0 R"))).toThrow(refused("encrypted"));
    expect(() => read(pdf({ content: "x", filter: "/Filter /LZWDecode" }))).toThrow(refused("LZWDecode"));
    expect(() => read(pdf({ content: "x", filter: "/Filter /FlateDecode /DecodeParms << /Predictor 12 >>" }))).toThrow(refused("predictor"));
  });

  test("E-72 bombs, circles, depth and nonsense end, and in bounded time", () => {
    const bomb = deflateSync(Buffer.alloc(8 * INFLATED_MAX)).toString("latin1");
    expect(() => read(pdf({ content: bomb, filter: "/Filter /FlateDecode" }))).toThrow();
    expect(read(pdf({ content: write("(x) Tj") }).replace("/Kids [3 0 R]", "/Kids [2 0 R 3 0 R 3 0 R]"))).toBe("x");
    expect(() => read(pdf({ content: "[".repeat(5_000) }))).toThrow(refused("nested"));
    const own = stream("/Subtype /Form /Resources << /XObject << /X 10 0 R >> /Font << /F1 5 0 R >> >>", `${write("(x) Tj")} /X Do`);
    expect(read(pdf({ content: "/X Do", more: `10 0 obj ${own} endobj` }).replace("/Resources <<", "/Resources << /XObject << /X 10 0 R >>")).replace(/\s/g, "")).toBe("xxxxxx");
    for (const nonsense of ["1".repeat(300_000), "1 0 ".repeat(100_000), "(".repeat(300_000), "<<".repeat(100), "1 0 obj ".repeat(50_000), "%".repeat(300_000)]) {
      const startMs = performance.now();
      expect(() => read(`%PDF-1.4\n${nonsense}`)).toThrow();
      expect(performance.now() - startMs).toBeLessThan(5_000);
    }
  });
});

describe("E-68 chunks", () => {
  test("E-68 nothing is lost, no chunk is too long, and cuts are after sentences", () => {
    const paragraph = Array.from({ length: 60 }, (_, index) => `Sentence ${index} says that water finds its way.`).join(" ");
    const chunks = chunksOf(`${paragraph}\n\nshort\n\n${"x".repeat(3_000)}`);
    expect(chunks.every(({ text }) => text.length <= 1_200)).toBe(true);
    expect(chunks.map(({ text }) => text).join("").replace(/\s/g, "")).toBe(`${paragraph}short${"x".repeat(3_000)}`.replace(/\s/g, ""));
    expect(chunks.slice(0, 2).every(({ text }) => text.endsWith("."))).toBe(true);
    expect(chunksOf(" \n \n")).toEqual([]);
  });
});

/** What the tests need of it: groups of four bytes, and a shorter one at the end. */
function ascii85(text: string): string {
  const groups = Buffer.from(text, "latin1").toString("latin1").match(/[^]{1,4}/g) ?? [];
  const digits = groups.map((group) => {
    let value = [...group.padEnd(4, "\0")].reduce((number, byte) => number * 256 + byte.charCodeAt(0), 0);
    const out: string[] = [];
    for (let place = 0; place < 5; place++) {
      out.unshift(String.fromCharCode(33 + (value % 85)));
      value = Math.floor(value / 85);
    }
    return out.slice(0, group.length + 1).join("");
  });
  return `${digits.join("")}~>`;
}
