/** VS-3.1: codes, their bounds, and the scan of many of them. */
import { describe, expect, it } from "vitest";
import { BOUND_SLACK } from "./candidates.js";
import { CODES_AT, PAGE_BYTES, ScanKernel } from "./scan-kernel.js";
import { unitVector } from "./unit-vector.js";
import { CodedQuery, codeBytes, encodeVector } from "./vector-code.js";
import { cosine, gaussian, randomVector } from "./vector-fixture.suite.js";

const unit = (vector: number[]): Float64Array => unitVector(vector, vector.length)!;

/** Noise, single coordinates, few values, neighbours of each other. */
function vectorsOf(dimensions: number, count: number): number[][] {
  const random = gaussian(dimensions);
  const centre = randomVector(random, dimensions);
  return Array.from({ length: count }, (_, i) => {
    const noise = randomVector(random, dimensions);
    if (i % 4 === 1) return noise.map((_value, at) => (at === i % dimensions ? 1 : 0));
    if (i % 4 === 2) return noise.map((value) => Math.sign(value));
    return i % 4 === 3 ? noise.map((value, at) => centre[at]! + 0.1 * value) : noise;
  });
}

describe.each([2, 3, 31, 32, 33, 384, 1_536, 4_096])("codes of %i dimensions", (dimensions) => {
  const vectors = vectorsOf(dimensions, 60);
  const codes = vectors.map((vector) => encodeVector(unit(vector)));

  it("VS-3.1 bound every similarity from above, and closely", () => {
    let slack = 0;
    for (const query of vectors) {
      const coded = new CodedQuery(unit(query));
      for (const [i, vector] of vectors.entries()) {
        const over = coded.bound(codes[i]!) - cosine(query, vector);
        expect(over).toBeGreaterThan(-BOUND_SLACK);
        slack += over / vectors.length ** 2;
      }
    }
    expect(slack).toBeLessThan(0.12 * 5 / Math.sqrt(Math.max(32, dimensions)));
  });

  it("VS-3.1 give the same bounds in WebAssembly as in JavaScript", () => {
    const kernel = new ScanKernel();
    const stride = codeBytes(dimensions) + 4;
    kernel.memory.grow(Math.ceil((vectors.length * stride) / PAGE_BYTES));
    codes.forEach((code, row) => new Uint8Array(kernel.memory.buffer, CODES_AT + row * stride, stride).set(code));
    const rows = Uint32Array.from(vectors.keys()).reverse();
    for (const query of vectors.slice(0, 8)) {
      const coded = new CodedQuery(unit(query));
      kernel.load(coded);
      const bounds = kernel.bounds(coded, rows, stride, codeBytes(dimensions));
      rows.forEach((row, i) => expect(Math.abs(bounds[i]! - coded.bound(codes[row]!))).toBeLessThan(BOUND_SLACK / 2));
    }
  });
});

describe("vectors of zeros", () => {
  it("VS-2.4 are similar to nothing", () => {
    const zeros = encodeVector(unit([0, 0, 0]));
    expect(new CodedQuery(unit([1, 2, 3])).bound(zeros)).toBe(0);
    expect(new CodedQuery(unit([0, 0, 0])).bound(encodeVector(unit([1, 2, 3])))).toBeGreaterThanOrEqual(0);
  });
});
