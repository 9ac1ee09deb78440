/** A part of the benchmarks: a name, what it measures, and how it is run against what all parts share. */
import type { BenchServer } from "../bench-server.js";
import type { LoopTimes } from "../load/closed-loop.js";
import type { Job, ResultOf } from "../load/job.js";
import type { Row } from "../report.js";

/** "large": takes minutes, and is run when it, or what it belongs to, is named, or with `--all`. "huge": only when it is named itself. */
export type PartSize = "usual" | "large" | "huge";

/** Thrown by a part that cannot run on this machine; the message says what is missing and how to get it. */
export class SkippedError extends Error {
  override readonly name = "SkippedError";
}

export interface Part {
  readonly name: string;
  readonly about: string;
  /** "usual" where none is given. */
  readonly size?: PartSize;
  readonly run: (bench: Bench) => Promise<Row>;
}

export interface Bench {
  readonly times: LoopTimes;
  /** Started when it is first asked for, and again when a part stopped it. */
  server(): Promise<BenchServer>;
  readonly accountCount: number;
  /** Ids of the accounts that transfers choose from. */
  accounts(): Promise<readonly string[]>;
  /** Runs a job of the part of this name in a generator process. */
  run<J extends Job>(part: string, job: J): Promise<ResultOf<J>>;
}
