/** What was measured, held against its goal, and how that is shown. */

export interface Figure {
  readonly name: string;
  readonly goal: string;
  readonly measured: string;
  readonly isReached: boolean;
}

/** Times of one kind of event, in milliseconds, and how many of them failed. */
export class Samples {
  readonly #times: number[] = [];
  failed = 0;

  static of(times: readonly Float64Array[]): Samples {
    const samples = new Samples();
    for (const some of times) for (const ms of some) samples.add(ms);
    return samples;
  }

  add(ms: number): void {
    this.#times.push(ms);
  }

  get count(): number {
    return this.#times.length;
  }

  /** Nearest rank; NaN where nothing was measured, which reaches no goal. */
  percentile(part: number): number {
    const sorted = this.#times.toSorted((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
  }

  get max(): number {
    return this.percentile(1);
  }

  get errorRate(): number {
    return this.failed / Math.max(1, this.count + this.failed);
  }
}

/** Every single one must be under the goal. */
export function maxUnder(name: string, samples: Samples, goalMs: number): Figure {
  return {
    name,
    goal: `< ${duration(goalMs)}, none lost`,
    measured: `${spread(samples)}${samples.failed === 0 ? "" : `, ${samples.failed} lost`}`,
    isReached: samples.max < goalMs && samples.failed === 0,
  };
}

/** For what is repeated ten times a second: who misses one sees the next. */
export function p95Under(name: string, samples: Samples, goalMs: number): Figure {
  return { name, goal: `p95 < ${duration(goalMs)}`, measured: spread(samples), isReached: samples.percentile(0.95) < goalMs };
}

/** A 99th percentile under the goal: the slowest of thousands may be the machine's own doing. */
export function p99Under(name: string, samples: Samples, goalMs: number): Figure {
  return { name, goal: `p99 < ${duration(goalMs)}`, measured: spread(samples), isReached: samples.percentile(0.99) < goalMs };
}

export function errorRateUnder(name: string, samples: Samples, goal: number): Figure {
  const rate = samples.errorRate;
  return { name, goal: `< ${percent(goal)}`, measured: `${percent(rate)} (${samples.failed} of ${samples.count + samples.failed})`, isReached: rate < goal && samples.count > 0 };
}

export function held(name: string, goal: string, measured: string, isReached: boolean): Figure {
  return { name, goal, measured, isReached };
}

export function tableText(figures: readonly Figure[]): string {
  const rows = [["figure", "goal", "measured", ""], ...figures.map(({ name, goal, measured, isReached }) => [name, goal, measured, isReached ? "reached" : "MISSED"])];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()).join("\n");
}

function spread(samples: Samples): string {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((part) => duration(samples.percentile(part)));
  return samples.count < 20 ? `max ${duration(samples.max)} of ${samples.count}` : `p50 ${p50}, p95 ${p95}, p99 ${p99}, max ${duration(samples.max)} of ${samples.count}`;
}

function duration(ms: number): string {
  if (Number.isNaN(ms)) return "none";
  return ms < 1_000 ? `${ms < 100 ? ms.toFixed(1) : ms.toFixed(0)} ms` : `${(ms / 1_000).toFixed(2)} s`;
}

function percent(part: number): string {
  return `${(100 * part).toFixed(part === 0 || part >= 0.01 ? 0 : 2)} %`;
}
