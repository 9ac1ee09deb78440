/**
 * An ordered map in memory, keyed by binary strings: the memory store, and the database's layer of commits that are
 * not yet durable. Values are opaque; a layer that must hide keys of the layer below stores a tombstone of its own.
 *
 * Sorted chunks of at most CHUNK_LENGTH_MAX keys, found by binary search over the chunks' first keys. An insert moves
 * at most one chunk's worth of references, a split at most one reference per chunk: about a microsecond at 100,000 keys.
 *
 * Chunks are shared after `fork()` and copied by whichever side changes one first, so that a frozen view of the whole
 * map costs one array of chunk references.
 */
import type { Key, KeyRange } from "./store.js";

const CHUNK_LENGTH_MAX = 256;

/** The fork that may change a chunk in place; every other fork that refers to the chunk must copy it. */
type Owner = object;

interface Chunk<V> {
  readonly owner: Owner;
  readonly keys: Key[];
  readonly values: V[];
}

/** The least index whose key is `>= key`. */
function lowerBound(keys: readonly Key[], key: Key): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

export class OrderedMap<V> {
  #owner: Owner = {};
  /** Never empty chunks, except that an empty map has none. */
  #chunks: Chunk<V>[] = [];
  /** `#firstKeys[i] <= ` every key of chunk i, and `>` every key of the chunk before. */
  #firstKeys: Key[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: Key): V | undefined {
    const chunk = this.#chunks[this.#chunkIndex(key)];
    if (chunk === undefined) return undefined;
    const index = lowerBound(chunk.keys, key);
    return chunk.keys[index] === key ? chunk.values[index] : undefined;
  }

  has(key: Key): boolean {
    const chunk = this.#chunks[this.#chunkIndex(key)];
    return chunk !== undefined && chunk.keys[lowerBound(chunk.keys, key)] === key;
  }

  set(key: Key, value: V): void {
    if (this.#chunks.length === 0) this.#insertChunk(0, { owner: this.#owner, keys: [], values: [] }, key);
    const chunkIndex = this.#chunkIndex(key);
    const chunk = this.#writable(chunkIndex);
    const index = lowerBound(chunk.keys, key);
    if (chunk.keys[index] === key) {
      chunk.values[index] = value;
      return;
    }
    chunk.keys.splice(index, 0, key);
    chunk.values.splice(index, 0, value);
    this.#size++;
    if (index === 0) this.#firstKeys[chunkIndex] = key;
    if (chunk.keys.length > CHUNK_LENGTH_MAX) this.#split(chunkIndex, chunk);
  }

  /** Whether the key was there. */
  delete(key: Key): boolean {
    const chunkIndex = this.#chunkIndex(key);
    const found = this.#chunks[chunkIndex];
    if (found === undefined) return false;
    const index = lowerBound(found.keys, key);
    if (found.keys[index] !== key) return false;
    const chunk = this.#writable(chunkIndex);
    chunk.keys.splice(index, 1);
    chunk.values.splice(index, 1);
    this.#size--;
    if (chunk.keys.length === 0) {
      this.#chunks.splice(chunkIndex, 1);
      this.#firstKeys.splice(chunkIndex, 1);
    }
    return true;
  }

  clear(): void {
    this.#chunks = [];
    this.#firstKeys = [];
    this.#size = 0;
  }

  /** An independent map of the same content: changes of either are not seen by the other. */
  fork(): OrderedMap<V> {
    const fork = new OrderedMap<V>();
    fork.#chunks = this.#chunks.slice();
    fork.#firstKeys = this.#firstKeys.slice();
    fork.#size = this.#size;
    this.#owner = {};
    return fork;
  }

  /**
   * Entries in key order, or against it; lazy. The map must not be changed until the iteration has ended or been given
   * up: entries could be skipped or repeated. Iterate over a `fork()` where that cannot be promised.
   */
  *entries({ start, end }: KeyRange, reverse = false): Generator<readonly [Key, V], void, undefined> {
    if (end !== undefined && end <= start) return;
    if (reverse) yield* this.#descending(start, end);
    else yield* this.#ascending(start, end);
  }

  *#ascending(start: Key, end: Key | undefined): Generator<readonly [Key, V], void, undefined> {
    let chunkIndex = this.#chunkIndex(start);
    let index = lowerBound(this.#chunks[chunkIndex]?.keys ?? [], start);
    for (; chunkIndex < this.#chunks.length; chunkIndex++, index = 0) {
      const { keys, values } = this.#chunks[chunkIndex]!;
      for (; index < keys.length; index++) {
        const key = keys[index]!;
        if (end !== undefined && key >= end) return;
        yield [key, values[index]!];
      }
    }
  }

  *#descending(start: Key, end: Key | undefined): Generator<readonly [Key, V], void, undefined> {
    let chunkIndex = end === undefined ? this.#chunks.length - 1 : this.#chunkIndex(end);
    let index = this.#indexBelow(chunkIndex, end);
    for (; chunkIndex >= 0; chunkIndex--, index = this.#indexBelow(chunkIndex, undefined)) {
      const chunk = this.#chunks[chunkIndex];
      if (chunk === undefined) return;
      for (; index >= 0; index--) {
        const key = chunk.keys[index]!;
        if (key < start) return;
        yield [key, chunk.values[index]!];
      }
    }
  }

  /** The greatest index in the chunk whose key is `< end`; -1 when there is none. */
  #indexBelow(chunkIndex: number, end: Key | undefined): number {
    const keys = this.#chunks[chunkIndex]?.keys ?? [];
    return (end === undefined ? keys.length : lowerBound(keys, end)) - 1;
  }

  /** The chunk that holds the key if any does; 0 when the key is below all. */
  #chunkIndex(key: Key): number {
    const index = lowerBound(this.#firstKeys, key);
    return index > 0 && this.#firstKeys[index] !== key ? index - 1 : index;
  }

  #writable(chunkIndex: number): Chunk<V> {
    const chunk = this.#chunks[chunkIndex]!;
    if (chunk.owner === this.#owner) return chunk;
    const copy = { owner: this.#owner, keys: chunk.keys.slice(), values: chunk.values.slice() };
    this.#chunks[chunkIndex] = copy;
    return copy;
  }

  /** Keys mostly arrive in order at the end of an index: there the old chunk stays full, elsewhere it is halved. */
  #split(chunkIndex: number, chunk: Chunk<V>): void {
    const isLast = chunkIndex === this.#chunks.length - 1;
    const at = isLast ? chunk.keys.length - 1 : chunk.keys.length >>> 1;
    const upper = { owner: this.#owner, keys: chunk.keys.splice(at), values: chunk.values.splice(at) };
    this.#insertChunk(chunkIndex + 1, upper, upper.keys[0]!);
  }

  #insertChunk(chunkIndex: number, chunk: Chunk<V>, firstKey: Key): void {
    this.#chunks.splice(chunkIndex, 0, chunk);
    this.#firstKeys.splice(chunkIndex, 0, firstKey);
  }
}
