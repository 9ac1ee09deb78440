/** Undoes what the data of a stream was packed with (ISO 32000-1, 7.4). */
import { isDictionary, PdfName } from "./syntax";
import type { PdfDictionary, PdfValue } from "./syntax";
import { unreadable } from "./unreadable";

/** zlib's. The caller bounds how much may come out. */
export type Inflate = (data: Uint8Array) => Uint8Array;

/** @param resolve follows references */
export function unpack(data: string, dictionary: PdfDictionary, resolve: (value: PdfValue | undefined) => unknown, inflate: Inflate): string {
  const filters = listOf(resolve(dictionary.get("Filter") ?? dictionary.get("F"))).map(resolve);
  const parameters = listOf(resolve(dictionary.get("DecodeParms") ?? dictionary.get("DP"))).map(resolve);
  if (parameters.some((each) => isDictionary(each) && Number(each.get("Predictor") ?? 1) > 1)) throw unreadable("its text is packed with a predictor");
  return filters.reduce<string>((packed, filter) => unpackOnce(packed, filter instanceof PdfName ? filter.name : "", inflate), data);
}

function unpackOnce(data: string, filter: string, inflate: Inflate): string {
  switch (filter) {
    case "FlateDecode":
    case "Fl":
      return textOfBytes(inflate(bytesOfText(data)));
    case "ASCIIHexDecode":
    case "AHx":
      return data.replace(/>[^]*$/, "").replace(/[^\da-f]/gi, "").replace(/..?/g, (hex) => String.fromCharCode(parseInt(hex.padEnd(2, "0"), 16)));
    case "ASCII85Decode":
    case "A85":
      return ascii85(data);
    default:
      throw unreadable(`its text is packed with ${filter === "" ? "a filter without a name" : filter}`);
  }
}

function listOf(value: unknown): PdfValue[] {
  return value === null || value === undefined ? [] : Array.isArray(value) ? (value as PdfValue[]) : [value as PdfValue];
}

/** Five digits of base 85 are four bytes; "z" is four zeros, and a last group may be short. */
function ascii85(data: string): string {
  const digits = data.replace(/~>[^]*$/, "").replace(/[^!-uz]/g, "").replaceAll("z", "!!!!!");
  const parts: string[] = [];
  for (let start = 0; start < digits.length; start += 5) {
    const group = digits.slice(start, start + 5);
    let value = 0;
    for (const digit of group.padEnd(5, "u")) value = value * 85 + digit.charCodeAt(0) - 33;
    const bytes = [value / 2 ** 24, value / 2 ** 16, value / 2 ** 8, value].map((byte) => Math.floor(byte) & 255);
    parts.push(String.fromCharCode(...bytes.slice(0, group.length - 1)));
  }
  return parts.join("");
}

const CHARACTERS_AT_ONCE = 8_192;

export function textOfBytes(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; start += CHARACTERS_AT_ONCE) parts.push(String.fromCharCode(...bytes.subarray(start, start + CHARACTERS_AT_ONCE)));
  return parts.join("");
}

export function bytesOfText(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}
