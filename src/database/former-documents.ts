/**
 * Documents as they were at a timestamp, for readers that come back for hours: a walk over a snapshot in pages. Unlike a
 * transaction at an earlier timestamp (history.ts), which gathers everything that changed since in each go, a walk gathers
 * what changed since its last page, and remembers only where in the commit log the former texts stand.
 *
 *     commit log      S ── 12: a ── 15: b ── 19: a ── 23: c ──▶ now
 *     remembered      a → 12, b → 15, c → 23        (the first change of each after S: it tells the text before)
 *     a page at S     the newest documents of a range, under a layer in which a, b and c are what they were
 */
import { OrderedMap } from "../storage/ordered-map.js";
import type { Key, KeyRange, Reader } from "../storage/store.js";
import { decodeLogEntry, readLog } from "./commit-log.js";
import { commitLogKey, documentPrefix } from "./keys.js";
import { LayeredReader, type Layer } from "../storage/layers.js";

/** Characters of commits that are kept parsed while a page is made. */
const PARSED_CHARS_MAX = 32 * 1024 * 1024;

export class FormerDocuments {
  /** By document, the timestamp of its first change after `ts`. */
  readonly #firstChanges = new OrderedMap<number>();
  #readTo: number;

  /** Only documents from `from` on are of interest: a walk never goes back. */
  constructor(
    readonly ts: number,
    readonly from: Key,
  ) {
    this.#readTo = ts;
  }

  /** Number of documents that are remembered, some 120 bytes each. */
  get size(): number {
    return this.#firstChanges.size;
  }

  /**
   * Takes in commits up to `upTo`, about `charsMax` characters of them at a time; false where there are more. The caller has made
   * sure that the log reaches back to {@link ts}.
   */
  advance(reader: Reader, upTo: number, charsMax: number): boolean {
    let chars = 0;
    for (const { ts, writes } of readLog(reader, this.#readTo, upTo, false)) {
      for (const { space, id, before, after } of writes) {
        const key = documentPrefix(space) + id;
        if (key >= this.from && !this.#firstChanges.has(key)) this.#firstChanges.set(key, ts);
        chars += (before?.length ?? 0) + (after?.length ?? 0);
      }
      this.#readTo = ts;
      if (chars >= charsMax) return false;
    }
    this.#readTo = Math.max(this.#readTo, upTo);
    return true;
  }

  /** The documents at {@link ts}, where `reader` shows the state up to which {@link advance} has come. */
  over(reader: Reader): Reader {
    return new LayeredReader(new FormerTexts(this.#firstChanges, reader), reader);
  }
}

class FormerTexts implements Layer {
  /** Texts before a commit, by document. */
  readonly #parsed = new Map<number, ReadonlyMap<Key, string | null>>();
  #parsedChars = 0;

  constructor(
    private readonly firstChanges: OrderedMap<number>,
    private readonly reader: Reader,
  ) {}

  get size(): number {
    return this.firstChanges.size;
  }

  get(key: Key): string | null | undefined {
    const ts = this.firstChanges.get(key);
    return ts === undefined ? undefined : this.#textBefore(ts, key);
  }

  *entries(range: KeyRange, reverse: boolean): Generator<readonly [Key, string | null]> {
    for (const [key, ts] of this.firstChanges.entries(range, reverse)) yield [key, this.#textBefore(ts, key)];
  }

  #textBefore(ts: number, key: Key): string | null {
    const texts = this.#parsed.get(ts) ?? this.#parse(ts);
    return texts.get(key) ?? null;
  }

  #parse(ts: number): ReadonlyMap<Key, string | null> {
    const key = commitLogKey(ts);
    const text = this.reader.get(key) ?? "[0,null,[]]";
    if (this.#parsedChars + text.length > PARSED_CHARS_MAX) {
      this.#parsed.clear();
      this.#parsedChars = 0;
    }
    const texts = new Map(decodeLogEntry(key, text).writes.map(({ space, id, before }) => [documentPrefix(space) + id, before] as const));
    this.#parsed.set(ts, texts);
    this.#parsedChars += text.length;
    return texts;
  }
}
