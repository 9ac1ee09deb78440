/**
 * Words that are a few typing errors away from a given one: a character too many, missing or wrong, or two neighbours swapped
 * (the distance of optimal string alignment). An error in the first character is forgiven only alone: people rarely make one,
 * and it would make every word a candidate.
 *
 * {@link TypingErrors.look} tells of a word how far off it is, or, where it is too far, which is the next string in the order of
 * code points that could begin a word that is not: so a sorted dictionary is searched by leaps.
 */
const WORD_LENGTH_FOR_ONE = 3;
const WORD_LENGTH_FOR_TWO = 6;

export type Look =
  | { readonly type: "near"; readonly distance: number }
  /** Words before `next` are all too far; null: so are all words that follow. */
  | { readonly type: "far"; readonly next: string | null };

/** Short words are near to too many others. */
export function distanceMax(word: string, typoTolerance: number): number {
  const { length } = Array.from(word);
  const allowed = length < WORD_LENGTH_FOR_ONE ? 0 : length < WORD_LENGTH_FOR_TWO ? 1 : 2;
  return Math.min(allowed, typoTolerance);
}

type Row = readonly number[];

export class TypingErrors {
  readonly #word: readonly string[];
  readonly #alphabet: readonly string[];
  readonly #firstRow: Row;

  constructor(
    word: string,
    private readonly distanceMax: number,
  ) {
    this.#word = Array.from(word);
    this.#alphabet = [...new Set(this.#word)].sort(byCodePoint);
    this.#firstRow = Array.from({ length: this.#word.length + 1 }, (_, i) => i);
  }

  look(candidate: string): Look {
    const characters = Array.from(candidate);
    const rows: Row[] = [this.#firstRow];
    for (let i = 0; i < characters.length; i++) {
      rows.push(this.#row(rows, characters, i));
      if (!this.#isOpen(rows[i + 1]!, characters)) return { type: "far", next: this.#next(rows, characters, i) };
    }
    const distance = rows.at(-1)!.at(-1)!;
    if (distance <= this.#allowed(characters)) return { type: "near", distance };
    return { type: "far", next: candidate + LEAST_CHARACTER };
  }

  /** Distances of the first `i + 1` characters from each beginning of the word. */
  #row(rows: readonly Row[], characters: readonly string[], i: number): Row {
    const above = rows[i]!;
    const row = [i + 1];
    for (let j = 1; j <= this.#word.length; j++) {
      const substituted = above[j - 1]! + (characters[i] === this.#word[j - 1] ? 0 : 1);
      let distance = Math.min(substituted, above[j]! + 1, row[j - 1]! + 1);
      if (i > 0 && j > 1 && characters[i] === this.#word[j - 2] && characters[i - 1] === this.#word[j - 1]) distance = Math.min(distance, rows[i - 1]![j - 2]! + 1);
      row.push(distance);
    }
    return row;
  }

  #allowed(characters: readonly string[]): number {
    return characters[0] === this.#word[0] ? this.distanceMax : Math.min(1, this.distanceMax);
  }

  /** Whether some word that begins with these characters is near enough. */
  #isOpen(row: Row, characters: readonly string[]): boolean {
    return Math.min(...row) <= this.#allowed(characters);
  }

  /** The least string after everything that begins with the first `failed + 1` characters that can begin a near word. */
  #next(rows: readonly Row[], characters: readonly string[], failed: number): string | null {
    for (let i = failed; i >= 0; i--) {
      const prefix = characters.slice(0, i);
      const following = this.#nextCharacter(rows.slice(0, i + 1), prefix, characters[i]!);
      if (following !== null) return prefix.join("") + following;
    }
    return null;
  }

  /** The least character greater than `character` after which `prefix` is still open. */
  #nextCharacter(rows: readonly Row[], prefix: readonly string[], character: string): string | null {
    const isOpenWith = (next: string): boolean => {
      const extended = [...prefix, next];
      return this.#isOpen(this.#row(rows, extended, prefix.length), extended);
    };
    if (isOpenWith(FOREIGN_CHARACTER)) return successorOf(character);
    return this.#alphabet.find((next) => byCodePoint(next, character) > 0 && isOpenWith(next)) ?? null;
  }
}

/** Less than all characters of words. */
const LEAST_CHARACTER = "\x01";
/** In no word. */
const FOREIGN_CHARACTER = "\uffff";

function successorOf(character: string): string | null {
  const point = character.codePointAt(0)! + 1;
  if (point > 0x10_ffff) return null;
  return String.fromCodePoint(point === SURROGATES.start ? SURROGATES.end : point);
}

/** No characters. */
const SURROGATES = { start: 0xd800, end: 0xe000 } as const;

function byCodePoint(a: string, b: string): number {
  return a.codePointAt(0)! - b.codePointAt(0)!;
}
