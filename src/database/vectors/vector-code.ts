/**
 * Codes of vectors: four bits for each rotated coordinate, from which the cosine similarity to a query follows up to a
 * small error whose size is known.
 *
 * Let x be the rotated vector, of length 1, and y what its code stands for. The estimate ⟨q,y⟩ / ⟨x,y⟩ of ⟨q,x⟩ has no bias,
 * and its error is tan(x,y) · √(1 - ⟨q,x⟩²) times the product of two unit vectors that have nothing to do with each other:
 * some 1/√n for n coordinates, normally distributed. {@link CodedQuery.bound} is the estimate plus five such errors; that a
 * similarity exceeds it is one chance in three million. (The estimator is that of RaBitQ, Gao and Long 2024, for more than one bit.)
 *
 *     code = 1/⟨x,y⟩ (float32) ‖ tan(x,y) (float32) ‖ groups of 32 coordinates, 16 bytes each
 *
 * A group is 8 little-endian words of 16 bits: word w holds, from its lowest four bits, coordinates w, w+8, w+16, w+24. So
 * four masks of the 16 bytes give the coordinates in their order, eight at a time; see scan-kernel.ts.
 */
import { COORDINATE_GROUP, Rotation } from "./rotation.js";

export const CODE_HEADER_BYTES = 8;
const GROUP_BYTES = COORDINATE_GROUP / 2;
const LEVELS = 16;
/** Codes stand for the middles of 16 steps around zero. */
const CENTRE = (LEVELS - 1) / 2;
/** The step that loses least of a normally distributed coordinate, in standard deviations. */
const STEP = 0.3352;
/** How many standard errors a bound lies above its estimate. */
const BOUND_ERRORS = 5;

export function codeBytes(dimensions: number): number {
  return CODE_HEADER_BYTES + Rotation.of(dimensions).coordinates / 2;
}

/** The code of a vector of length 1 (or 0, whose estimates are all 0). */
export function encodeVector(unit: ArrayLike<number>): Uint8Array {
  const rotation = Rotation.of(unit.length);
  const coordinates = rotation.rotate(unit);
  const code = new Uint8Array(CODE_HEADER_BYTES + coordinates.length / 2);
  const stepInverse = Math.sqrt(coordinates.length) / STEP;
  let dot = 0;
  let squares = 0;
  for (let i = 0; i < coordinates.length; i++) {
    const x = coordinates[i]!;
    const level = Math.min(LEVELS - 1, Math.max(0, Math.floor(x * stepInverse + LEVELS / 2)));
    const y = level - CENTRE;
    dot += x * y;
    squares += y * y;
    code[byteOf(i)]! |= level << shiftOf(i);
  }
  const header = new DataView(code.buffer);
  header.setFloat32(0, dot > 0 ? 1 / dot : 0, true);
  header.setFloat32(4, dot > 0 ? Math.sqrt(Math.max(0, squares / (dot * dot) - 1)) : 0, true);
  return code;
}

/** Within a group, word i mod 8 has the coordinate in its low byte for the first 16, else in its high byte. */
function byteOf(coordinate: number): number {
  const group = Math.floor(coordinate / COORDINATE_GROUP);
  return CODE_HEADER_BYTES + group * GROUP_BYTES + 2 * (coordinate % 8) + ((coordinate >> 4) & 1);
}

function shiftOf(coordinate: number): number {
  return (coordinate & 8) >> 1;
}

/** A query vector, prepared to be compared with codes. */
export class CodedQuery {
  /** Rotated coordinates as whole numbers of 16 bits. */
  readonly coordinates: Int16Array;
  /** What one unit of {@link coordinates} is. */
  readonly scale: number;
  /** To subtract from the sum of products with levels, to get that with what the levels stand for. */
  readonly offset: number;
  readonly errorFactor: number;

  /** `unit` has length 1, or 0. */
  constructor(unit: ArrayLike<number>) {
    const rotated = Rotation.of(unit.length).rotate(unit);
    const largest = rotated.reduce((max, value) => Math.max(max, Math.abs(value)), Number.MIN_VALUE);
    this.scale = largest / 32_767;
    this.coordinates = Int16Array.from(rotated, (value) => Math.round(value / this.scale));
    this.offset = CENTRE * this.coordinates.reduce((sum, value) => sum + value, 0);
    this.errorFactor = BOUND_ERRORS / Math.sqrt(rotated.length);
  }

  /** What the similarity to the vector of `code` does not exceed; equal to what {@link ScanKernel} gives, up to its rounding. */
  bound(code: Uint8Array): number {
    const header = new DataView(code.buffer, code.byteOffset, CODE_HEADER_BYTES);
    let dot = -this.offset;
    for (let group = 0, at = CODE_HEADER_BYTES; at < code.length; group += COORDINATE_GROUP, at += GROUP_BYTES) {
      for (let word = 0; word < 8; word++) {
        const low = code[at + 2 * word]!;
        const high = code[at + 2 * word + 1]!;
        const first = group + word;
        dot += this.coordinates[first]! * (low & 15) + this.coordinates[first + 8]! * (low >> 4);
        dot += this.coordinates[first + 16]! * (high & 15) + this.coordinates[first + 24]! * (high >> 4);
      }
    }
    const estimate = dot * this.scale * header.getFloat32(0, true);
    return estimate + header.getFloat32(4, true) * this.errorFactor * Math.sqrt(Math.max(0, 1 - estimate * estimate));
  }
}
