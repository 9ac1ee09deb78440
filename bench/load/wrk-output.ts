/** What `wrk` prints with our script (wrk-transfer.lua): its own report, then a line with the result. */

export interface WrkResult {
  readonly ops: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers that are no success, and connections that could not be made, were cut or stood still. */
  readonly failed: number;
  /** Status and begin of the first answer that was no success; empty where there is none. */
  readonly firstFailure: string;
}

const RESULT = /^RESULT requests=(\d+) micros=(\d+) p50=(\d+) p99=(\d+) failed=(\d+) connect=(\d+) read=(\d+) write=(\d+) timeout=(\d+) first=(.*)$/m;

export function readWrkOutput(output: string): WrkResult {
  const match = RESULT.exec(output);
  if (match === null) throw new Error(`wrk printed no result:\n${output.slice(-2_000)}`);
  const [ops = 0, micros = 0, p50Micros = 0, p99Micros = 0, ...failures] = match.slice(1, -1).map(Number);
  if (ops === 0) throw new Error(`wrk had no answer at all:\n${output.slice(-2_000)}`);
  return {
    ops,
    seconds: micros / 1e6,
    p50Ms: p50Micros / 1e3,
    p99Ms: p99Micros / 1e3,
    failed: failures.reduce((sum, count) => sum + count, 0),
    firstFailure: match.at(-1)!.trim(),
  };
}
