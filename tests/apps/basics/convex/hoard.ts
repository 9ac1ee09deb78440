import { mutation, query } from "./_generated/server";

/** Fills the heap faster than the watchdog stops it. */
function hoard(): never {
  const kept: unknown[] = [];
  for (;;) kept.push(new Array(100_000).fill(kept.length + 0.5));
}

export const inMutation = mutation({ args: {}, handler: async (): Promise<null> => hoard() });
export const inQuery = query({ args: {}, handler: async (): Promise<null> => hoard() });
