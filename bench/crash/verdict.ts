/**
 * Compares what the database holds with what its clients were told. Three ways to be wrong:
 *
 *     lost        acknowledged, and not there
 *     torn        one half without the other, or a counter that is not the number of pairs
 *     duplicated  there more than once, though it was one mutation however often it was sent
 */

export interface Audit {
  /** Keys of the halves that are there, separated by spaces. */
  readonly left: string;
  readonly right: string;
  /** What the counter says. */
  readonly counted: number;
}

export interface Verdict {
  readonly lost: readonly string[];
  readonly torn: readonly string[];
  readonly duplicated: readonly string[];
}

/** `acknowledged`: what clients had an answer for before the audit was asked for. */
export function judge(acknowledged: Iterable<string>, audit: Audit): Verdict {
  const left = countByKey(audit.left);
  const right = countByKey(audit.right);
  const keys = new Set([...left.keys(), ...right.keys()]);
  const halved = [...keys].filter((key) => left.get(key) !== right.get(key));
  const pairs = sum(left.values());
  const miscounted = pairs === audit.counted ? [] : [`the counter says ${audit.counted}, there are ${pairs} pairs`];
  return {
    lost: [...acknowledged].filter((key) => !keys.has(key)),
    torn: [...halved, ...miscounted],
    duplicated: [...keys].filter((key) => Math.max(left.get(key) ?? 0, right.get(key) ?? 0) > 1),
  };
}

function countByKey(words: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of words.split(" ")) if (key !== "") counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
