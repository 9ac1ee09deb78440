/** Vectors as a search compares them: of length 1, so that their product is the cosine of their angle. */
import type { Value } from "../../values/value.js";

/** Null for what is no vector of so many finite numbers. A vector of zeros stays one: it is similar to nothing. */
export function unitVector(value: Value | undefined, dimensions: number): Float64Array | null {
  if (!Array.isArray(value) || value.length !== dimensions) return null;
  const unit = new Float64Array(dimensions);
  let largest = 0;
  for (let i = 0; i < dimensions; i++) {
    const coordinate = value[i];
    if (typeof coordinate !== "number" || !Number.isFinite(coordinate)) return null;
    unit[i] = coordinate;
    largest = Math.max(largest, Math.abs(coordinate));
  }
  if (largest > 0) scaleToUnit(unit, largest);
  return unit;
}

/** By the largest coordinate first, so that squares neither overflow nor vanish. */
function scaleToUnit(vector: Float64Array, largest: number): void {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) {
    const scaled = vector[i]! / largest;
    vector[i] = scaled;
    squares += scaled * scaled;
  }
  const length = Math.sqrt(squares);
  for (let i = 0; i < vector.length; i++) vector[i]! /= length;
}
