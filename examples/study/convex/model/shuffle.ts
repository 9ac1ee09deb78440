/** An order that follows from a seed alone: the same on the server and on the page, now and later. */

/** Mulberry32, a generator of 32 bits of state that is in the public domain. @returns numbers from 0 up to, not including, 1 */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Fisher and Yates: every order is as likely as any other. @param seed a whole number from 0 to 2³² - 1 */
export function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const random = generator(seed);
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const chosen = Math.floor(random() * (last + 1));
    [order[last], order[chosen]] = [order[chosen]!, order[last]!];
  }
  return order;
}

export const SEEDS = 2 ** 32;

export const isSeed = (seed: number): boolean => Number.isInteger(seed) && seed >= 0 && seed < SEEDS;
