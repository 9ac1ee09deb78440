/**
 * How much one page may read. A page that a re-run must cover to a given end can have grown without bound since; it then
 * stops in time and asks to be split, instead of failing at the transaction's limits.
 */
import type { TransactionUsage } from "../limits.js";

/** Of what the transaction may still read: the rest is for the function's other reads. */
const SHARE = 3 / 4;
/** A page that reads more than this part of what pages may read is better split before it must be. */
const LARGE_SHARE = 1 / 2;

export class PageBudget {
  readonly #rowsMax: number;
  readonly #bytesMax: number;
  readonly #rowsLarge: number;
  readonly #bytesLarge: number;
  #rows = 0;
  #bytes = 0;

  /** The maxima are what the caller asked for, if anything. Every budget allows one document, so that pages make progress. */
  constructor({ limits, documentsRead, bytesRead }: TransactionUsage, rowsMax: number | null, bytesMax: number | null) {
    const rows = (limits.documentsReadMax - documentsRead) * SHARE;
    const bytes = (limits.bytesReadMax - bytesRead) * SHARE;
    this.#rowsMax = Math.max(1, Math.min(rows, rowsMax ?? Infinity));
    this.#bytesMax = Math.min(bytes, bytesMax ?? Infinity);
    this.#rowsLarge = rows * LARGE_SHARE;
    this.#bytesLarge = bytes * LARGE_SHARE;
  }

  spend(bytes: number): void {
    this.#rows++;
    this.#bytes += bytes;
  }

  get isUsedUp(): boolean {
    return this.#rows > 0 && (this.#rows >= this.#rowsMax || this.#bytes >= this.#bytesMax);
  }

  get isLarge(): boolean {
    return this.#rows > this.#rowsLarge || this.#bytes > this.#bytesLarge;
  }
}
