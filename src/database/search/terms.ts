/**
 * From text to terms: what a search index stores of a document, and what a search asks for. Both go through the same folding
 * and the same division, and nothing here may ever give another answer for the same text: entries that are stored are found
 * again by computing them anew.
 *
 * Text is folded (compatibility forms, case, accents), then divided at everything that is no letter, mark or number. Scripts
 * that are written without spaces between words, and Korean, become overlapping pairs of characters, so that any part of
 * a sentence is found: 東京都 is stored as 東京, 京都 and 都, the last for searches of that one character.
 */

/** In code points; of a longer word the beginning counts, in documents as in searches. */
export const TERM_LENGTH_MAX = 32;
/** Of one document; what comes after is not found. */
const DISTINCT_TERMS_MAX = 8_192;

const ASCII = /^[\0-\x7f]*$/;
/** Combining accents of European scripts; marks of other scripts change the letter and stay. */
const ACCENTS = /[\u0300-\u036f]/g;
const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const PAIRED = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]+/gu;

/** What is left of the text when differences that no search should mind are gone. */
export function foldText(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text.normalize("NFKD").toLowerCase().replace(ACCENTS, "").replaceAll("ς", "σ").normalize("NFC");
}

interface Run {
  readonly text: string;
  /** Written without spaces: to be divided into pairs. */
  readonly isPaired: boolean;
}

function* runsOf(text: string): Generator<Run> {
  for (const [word] of foldText(text).matchAll(WORD)) {
    if (ASCII.test(word)) yield { text: word, isPaired: false };
    else yield* runsOfWord(word);
  }
}

function* runsOfWord(word: string): Generator<Run> {
  let end = 0;
  for (const match of word.matchAll(PAIRED)) {
    if (match.index > end) yield { text: word.slice(end, match.index), isPaired: false };
    yield { text: match[0], isPaired: true };
    end = match.index + match[0].length;
  }
  if (end < word.length) yield { text: word.slice(end), isPaired: false };
}

function cut(word: string): string {
  return word.length <= TERM_LENGTH_MAX ? word : Array.from(word).slice(0, TERM_LENGTH_MAX).join("");
}

function pairsOf(run: string): string[] {
  const characters = Array.from(run);
  return characters.slice(1).map((character, i) => characters[i]! + character);
}

export interface DocumentTerms {
  /** How often each term occurs, in the order of the text. */
  readonly frequencies: ReadonlyMap<string, number>;
  /** Occurrences of all terms. */
  readonly length: number;
}

export function termsOfDocument(text: string): DocumentTerms {
  const frequencies = new Map<string, number>();
  let length = 0;
  const add = (term: string): void => {
    const frequency = frequencies.get(term);
    if (frequency === undefined && frequencies.size >= DISTINCT_TERMS_MAX) return;
    frequencies.set(term, (frequency ?? 0) + 1);
    length++;
  };
  for (const run of runsOf(text)) {
    if (!run.isPaired) add(cut(run.text));
    else for (const term of [...pairsOf(run.text), lastCharacter(run.text)]) add(term);
  }
  return { frequencies, length };
}

function lastCharacter(run: string): string {
  return Array.from(run).at(-1)!;
}

export interface QueryTerm {
  readonly text: string;
  /** Whether longer terms that start with it match as well. */
  readonly isPrefix: boolean;
  /** Whether it is a word, in which there can be typing errors. */
  readonly isWord: boolean;
}

export interface QueryTerms {
  /** Each term once. */
  readonly terms: readonly QueryTerm[];
  /** As people count: a sentence without spaces is one. */
  readonly words: number;
}

/** The last word of a search is perhaps not typed to its end, so it is a prefix. */
export function termsOfQuery(text: string): QueryTerms {
  const runs = [...runsOf(text)];
  const terms = new Map<string, QueryTerm>();
  runs.forEach((run, i) => {
    for (const term of queryTermsOf(run, i === runs.length - 1)) {
      if (terms.get(term.text)?.isPrefix !== true) terms.set(term.text, term);
    }
  });
  const words = new Set(runs.map((run) => run.text)).size;
  return { terms: [...terms.values()], words };
}

function queryTermsOf(run: Run, isLast: boolean): QueryTerm[] {
  if (!run.isPaired) return [{ text: cut(run.text), isPrefix: isLast, isWord: true }];
  const pairs = pairsOf(run.text);
  if (pairs.length === 0) return [{ text: run.text, isPrefix: true, isWord: false }];
  return pairs.map((text) => ({ text, isPrefix: false, isWord: false }));
}
