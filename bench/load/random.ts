/** Random choices that a seed repeats: uniform, and skewed as Zipf's law has it. */

export type Random = () => number;

/** Mulberry32: 32 bits of state, evenly spread in [0, 1). Good enough to choose accounts and moments, not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from `min` to `max`, both included. */
export function between(random: Random, min: number, max: number): number {
  return min + Math.floor(random() * (max - min + 1));
}

/**
 * Chooses an index below `count`, index i with a weight of 1 / (i + 1)^alpha. An alpha of 0 is uniform; at 1.5 the first
 * index is chosen 38 times of 100, which makes it a hot record.
 */
export function zipf(random: Random, count: number, alpha: number): () => number {
  if (alpha === 0) return () => Math.floor(random() * count);
  const cumulative = new Float64Array(count);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum += (i + 1) ** -alpha;
    cumulative[i] = sum;
  }
  return () => firstAbove(cumulative, random() * sum);
}

function firstAbove(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
