/**
 * New ids for the documents of an import, in ascending order from a random place on: so a store that is ordered by them fills page
 * by page, where random ones would have it write a page for nearly every document. They can be guessed no more than others can:
 * 10 of their 16 bytes are random, and so are the steps of the other 6.
 */
import { randomBytes, randomInt } from "node:crypto";
import { newId } from "../../values/id.js";

const PLACES = 2 ** 48;
const STEP_MAX = 2 ** 25;
const PLACE_BYTES = 6;

export class OrderedIds {
  #place = 0;
  #randomOffset: number;
  #random: Buffer;

  constructor(private readonly tableNumber: number) {
    this.#random = randomBytes(8_192);
    this.#randomOffset = 0;
    this.#place = randomInt(PLACES - 1);
  }

  next(): string {
    return newId(this.tableNumber, (length) => this.#internal(length));
  }

  #internal(length: number): Uint8Array {
    if (this.#randomOffset + length > this.#random.length) {
      this.#random = randomBytes(this.#random.length);
      this.#randomOffset = 0;
    }
    const internal = this.#random.subarray(this.#randomOffset, (this.#randomOffset += length));
    // Beyond the last place they begin anew.
    this.#place = (this.#place + 1 + (internal.readUInt32LE(0) % STEP_MAX)) % PLACES;
    internal.writeUIntBE(this.#place, 0, PLACE_BYTES);
    return internal;
  }
}
