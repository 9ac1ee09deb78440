/**
 * One fixed rotation of vectors, the same for every index of a length: it spreads what a vector says evenly over all
 * coordinates, so that a coarse code of each coordinate loses equally little of any vector, and loses it at random.
 *
 * Rounds of random signs and a Walsh-Hadamard transform, on the first and the last 2^n coordinates in turn (n log n steps,
 * exactly orthogonal). Stored codes depend on it: changing it changes the format of vector indexes.
 */

/** Codes are read in groups of so many coordinates; see vector-code.ts. */
export const COORDINATE_GROUP = 32;
const ROUNDS = 4;
const SIGN_SEED = 0x2545f491;

export class Rotation {
  /** Coordinates after rotation: the dimensions, filled up with zeros to whole groups. */
  readonly coordinates: number;
  readonly #window: number;
  readonly #signs: Float64Array;

  private constructor(dimensions: number) {
    this.coordinates = Math.ceil(dimensions / COORDINATE_GROUP) * COORDINATE_GROUP;
    this.#window = 2 ** Math.floor(Math.log2(this.coordinates));
    this.#signs = randomSigns(ROUNDS * this.#window, 1 / Math.sqrt(this.#window));
  }

  static of(dimensions: number): Rotation {
    let rotation = rotations.get(dimensions);
    if (rotation === undefined) {
      rotation = new Rotation(dimensions);
      rotations.set(dimensions, rotation);
    }
    return rotation;
  }

  rotate(vector: ArrayLike<number>): Float64Array {
    const rotated = new Float64Array(this.coordinates);
    for (let i = 0; i < vector.length; i++) rotated[i] = vector[i]!;
    for (let round = 0; round < ROUNDS; round++) {
      const start = round % 2 === 0 ? 0 : this.coordinates - this.#window;
      const part = rotated.subarray(start, start + this.#window);
      const signs = round * this.#window;
      for (let i = 0; i < part.length; i++) part[i]! *= this.#signs[signs + i]!;
      hadamard(part);
    }
    return rotated;
  }
}

/** At most one for each length that an index may have. */
const rotations = new Map<number, Rotation>();

/** Unscaled Walsh-Hadamard transform in place; the length is a power of two. */
function hadamard(values: Float64Array): void {
  for (let half = 1; half < values.length; half *= 2) {
    for (let start = 0; start < values.length; start += 2 * half) {
      for (let i = start; i < start + half; i++) {
        const a = values[i]!;
        const b = values[i + half]!;
        values[i] = a + b;
        values[i + half] = a - b;
      }
    }
  }
}

/** `length` times `magnitude` or its negative, by xorshift32. */
function randomSigns(length: number, magnitude: number): Float64Array {
  let state = SIGN_SEED;
  return Float64Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state < 0 ? -magnitude : magnitude;
  });
}
