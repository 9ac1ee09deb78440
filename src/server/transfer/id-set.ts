/**
 * Ids of one table, to find one that comes twice: a hash table in one block of memory, of 16 bytes and a half-empty slot for each
 * id. As many texts in a `Set` take six times as much.
 */
import { decodeId } from "../../values/id.js";

/** Words of 32 bits that an id is told apart by: its internal part. */
const WORDS = 4;
const SLOTS_MIN = 1_024;

export class IdSet {
  #slots = SLOTS_MIN;
  #words = new Uint32Array(SLOTS_MIN * WORDS);
  #size = 0;
  /** An empty slot is all zeros, so the id that is all zeros has a place of its own. */
  #hasZero = false;

  /** Beyond `sizeMax` ids none is added any more: those that came before are still found. */
  constructor(private readonly sizeMax: number) {}

  get size(): number {
    return this.#size;
  }

  /** Whether it was there. `id` is valid. */
  add(id: string): boolean {
    const { internal } = decodeId(id)!;
    const view = new DataView(internal.buffer, internal.byteOffset, internal.byteLength);
    return this.#add(view.getUint32(0, true), view.getUint32(4, true), view.getUint32(8, true), view.getUint32(12, true));
  }

  #add(a: number, b: number, c: number, d: number): boolean {
    if ((a | b | c | d) === 0) return this.#addZero();
    const found = this.#find(a, b, c, d);
    if (!this.#isEmpty(found)) return true;
    if (this.#size >= this.sizeMax) return false;
    this.#words.set([a, b, c, d], found * WORDS);
    if (++this.#size * 2 > this.#slots) this.#grow();
    return false;
  }

  #addZero(): boolean {
    const had = this.#hasZero;
    this.#hasZero = true;
    return had;
  }

  /** Its slot, or the empty one that it belongs into. */
  #find(a: number, b: number, c: number, d: number): number {
    const words = this.#words;
    for (let slot = mixed(a, b, c, d) & (this.#slots - 1); ; slot = (slot + 1) & (this.#slots - 1)) {
      const at = slot * WORDS;
      if (this.#isEmpty(slot) || (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d)) return slot;
    }
  }

  #isEmpty(slot: number): boolean {
    const at = slot * WORDS;
    return (this.#words[at]! | this.#words[at + 1]! | this.#words[at + 2]! | this.#words[at + 3]!) === 0;
  }

  #grow(): void {
    const before = this.#words;
    this.#slots *= 2;
    this.#words = new Uint32Array(this.#slots * WORDS);
    for (let at = 0; at < before.length; at += WORDS) {
      const [a, b, c, d] = [before[at]!, before[at + 1]!, before[at + 2]!, before[at + 3]!];
      if ((a | b | c | d) !== 0) this.#words.set([a, b, c, d], this.#find(a, b, c, d) * WORDS);
    }
  }
}

/** Ids are random, but those that somebody made need not be. */
function mixed(a: number, b: number, c: number, d: number): number {
  let hash = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15) ^ b, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 13) ^ c, 0x27d4eb2f);
  hash = Math.imul(hash ^ (hash >>> 16) ^ d, 0x165667b1);
  return hash ^ (hash >>> 15);
}
