/** Texts as people write them, as far as word frequencies go: the n-th word of the vocabulary occurs about 1/n as often as the first. */

const CONSONANTS = "bcdfghklmnprstvwz";
const VOWELS = "aeiou";

export interface Corpus {
  /** The most frequent first. */
  readonly vocabulary: readonly string[];
  /** A text of `words` words. */
  text(words: number): string;
}

export function makeCorpus(vocabularySize: number, seed: number): Corpus {
  const random = randomOf(seed);
  const vocabulary = makeVocabulary(vocabularySize, random);
  const cumulated: number[] = [];
  vocabulary.forEach((_, i) => cumulated.push((cumulated.at(-1) ?? 0) + 1 / (i + 3)));
  const total = cumulated.at(-1)!;
  const word = (): string => vocabulary[lowerBound(cumulated, random() * total)]!;
  return { vocabulary, text: (words) => Array.from({ length: words }, word).join(" ") };
}

function makeVocabulary(size: number, random: () => number): string[] {
  const words = new Set<string>();
  while (words.size < size) {
    let word = "";
    // Short words are more frequent than long ones.
    const syllables = 1 + Math.floor(random() * (1 + Math.log10(words.size + 10)));
    for (let i = 0; i < syllables; i++) word += pick(CONSONANTS, random) + pick(VOWELS, random) + (random() < 0.3 ? pick(CONSONANTS, random) : "");
    words.add(word);
  }
  return [...words];
}

function pick(letters: string, random: () => number): string {
  return letters[Math.floor(random() * letters.length)]!;
}

function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** mulberry32: the same seed gives the same texts. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
