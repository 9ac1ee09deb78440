/**
 * Requests made ready before the measurement, one after another in memory, so that sending the next few is one write of a
 * slice. A tape that is used up is continued on the spot, at the generator's cost.
 */
export class Tape {
  readonly #make: (index: number) => Buffer;
  #bytes: Buffer;
  /** Position in `#bytes` after request i of this stretch. */
  #ends: number[];
  /** Index of the first request of this stretch. */
  #first = 0;
  #sent = 0;

  constructor(make: (index: number) => Buffer, prepared: number) {
    this.#make = make;
    [this.#bytes, this.#ends] = this.#stretch(0, prepared);
  }

  /** Number of requests taken so far: the index of the next. */
  get taken(): number {
    return this.#first + this.#sent;
  }

  take(count: number): Buffer {
    const missing = this.#sent + count - this.#ends.length;
    if (missing > 0) this.#continue(Math.max(missing, CONTINUED));
    const start = this.#endOf(this.#sent - 1);
    this.#sent += count;
    return this.#bytes.subarray(start, this.#endOf(this.#sent - 1));
  }

  #endOf(position: number): number {
    return position < 0 ? 0 : this.#ends[position]!;
  }

  #continue(count: number): void {
    const rest = this.#bytes.subarray(this.#endOf(this.#sent - 1));
    const unsent = this.#ends.length - this.#sent;
    const [bytes, ends] = this.#stretch(this.#first + this.#ends.length, count);
    const offset = this.#endOf(this.#sent - 1);
    const restEnds = this.#ends.slice(this.#sent).map((end) => end - offset);
    this.#first += this.#ends.length - unsent;
    this.#sent = 0;
    this.#bytes = Buffer.concat([rest, bytes]);
    this.#ends = [...restEnds, ...ends.map((end) => end + rest.length)];
  }

  #stretch(first: number, count: number): [Buffer, number[]] {
    const requests = Array.from({ length: count }, (_, i) => this.#make(first + i));
    let end = 0;
    return [Buffer.concat(requests), requests.map((request) => (end += request.length))];
  }
}

const CONTINUED = 256;
