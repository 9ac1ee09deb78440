/** Texts that people write, as they are kept; and the part of one that a search shows. */
import { lmsError } from "./errors";
import { EXCERPT_LENGTH } from "./limits";

/** Trimmed, from 1 to `lengthMax` characters. */
export function requireText(what: string, written: string, lengthMax: number): string {
  const text = written.trim();
  if (text === "" || text.length > lengthMax) throw lmsError("INVALID", `${what} has from 1 to ${lengthMax.toLocaleString("en")} characters, not ${text.length.toLocaleString("en")}.`);
  return text;
}

/** One line: spaces and line ends become single spaces. */
export const requireLine = (what: string, written: string, lengthMax: number): string => requireText(what, written.replace(/\s+/g, " "), lengthMax);

export function requireInteger(what: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max) throw lmsError("INVALID", `${what} is a whole number from ${min} to ${max}, not ${value}.`);
  return value;
}

export const searchTextOf = (title: string, body: string): string => `${title}\n${body}`;

/** The part of `body` around the first of the words that were searched, as one line; its beginning where none of them is in it. */
export function excerptOf(body: string, searched: string): string {
  const text = body.replace(/[#*_`>]/g, "").replace(/\s+/g, " ").trim();
  const words = searched.toLocaleLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const lower = text.toLocaleLowerCase();
  const places = words.map((word) => wordPlace(lower, word)).filter((place) => place >= 0);
  const start = places.length === 0 ? 0 : Math.max(0, Math.min(...places) - EXCERPT_LENGTH / 3);
  const from = start === 0 ? 0 : text.indexOf(" ", start) + 1;
  const excerpt = text.slice(from, from + EXCERPT_LENGTH);
  const isCut = from + EXCERPT_LENGTH < text.length;
  return `${from > 0 ? "…" : ""}${isCut ? excerpt.slice(0, excerpt.lastIndexOf(" ")) : excerpt}${isCut ? "…" : ""}`;
}

/** Where a word begins with `word`; -1 for nowhere. */
function wordPlace(text: string, word: string): number {
  for (let place = text.indexOf(word); place >= 0; place = text.indexOf(word, place + 1)) {
    if (place === 0 || !/[\p{L}\p{N}]/u.test(text[place - 1]!)) return place;
  }
  return -1;
}
