/** VS-3.1, VS-3.5, VS-6.3: the best of candidates with bounds, and what that depended on. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BOUND_SLACK, kthLargest, rank, type Candidates, type Match } from "./candidates.js";

interface Candidate {
  readonly id: string;
  readonly score: number;
  readonly over: number;
  readonly isMatch: boolean;
}

const candidate: fc.Arbitrary<Candidate> = fc.record({
  id: fc.uuid(),
  score: fc.integer({ min: -20, max: 20 }).map((n) => n / 20),
  over: fc.integer({ min: 0, max: 10 }).map((n) => n / 20),
  isMatch: fc.boolean(),
});

function candidatesOf(all: readonly Candidate[]): Candidates {
  return { bounds: Float32Array.from(all, ({ score, over }) => score + over), idOf: (i) => all[i]!.id, scoreOf: (i) => (all[i]!.isMatch ? all[i]!.score : null) };
}

function exactly(all: readonly Candidate[], limit: number): Match[] {
  const matches = all.filter(({ isMatch }) => isMatch).map(({ id, score }) => ({ id, score }));
  return matches.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)).slice(0, limit);
}

describe("rank", () => {
  it("VS-3.1 finds the best, and nothing below its threshold could change that", () => {
    fc.assert(
      fc.property(fc.uniqueArray(candidate, { selector: ({ id }) => id, maxLength: 60 }), fc.integer({ min: 1, max: 12 }), (all, limit) => {
        const { matches, threshold } = rank(candidatesOf(all), limit);
        expect(matches).toEqual(exactly(all, limit));
        const reachable = all.filter(({ score, over }) => Math.fround(score + over) >= threshold - BOUND_SLACK);
        expect(rank(candidatesOf(reachable), limit).matches).toEqual(matches);
      }),
    );
  });

  it("VS-3.1 looks at few", () => {
    const all = Array.from({ length: 10_000 }, (_, i) => ({ id: `${i}`, score: Math.sin(i), over: 0.001, isMatch: true }));
    let looked = 0;
    const candidates = candidatesOf(all);
    rank({ ...candidates, scoreOf: (i) => (looked++, candidates.scoreOf(i)) }, 10);
    expect(looked).toBeLessThan(400);
  });

  it("VS-3.5 looks at 2,000 where bounds tell nothing", () => {
    const all = Array.from({ length: 5_000 }, (_, i) => ({ id: `${i}`, score: 0.5, over: 0.1 + i / 1e6, isMatch: true }));
    let looked = 0;
    const candidates = candidatesOf(all);
    const { matches, threshold } = rank({ ...candidates, scoreOf: (i) => (looked++, candidates.scoreOf(i)) }, 3);
    expect(matches).toHaveLength(3);
    expect(looked).toBe(2_000);
    expect(threshold).toBeCloseTo(0.603, 4);
  });
});

describe("kthLargest", () => {
  it("is what sorting gives, and nothing where there are no more", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 })), fc.integer({ min: 1, max: 20 }), (values, k) => {
        const sorted = [...values].sort((a, b) => b - a);
        expect(kthLargest(Float32Array.from(values), k)).toBe(values.length <= k ? -Infinity : sorted[k - 1]);
      }),
    );
  });
});
