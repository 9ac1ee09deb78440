/**
 * What is measured of a load: its operations within a window of time, how long each took, and the CPU time that both ends
 * spent meanwhile. Warm-up before the window and what is answered after it do not count.
 */
import { cpuBetween, readCpu, type CpuReading, type CpuUse } from "./cpu.js";

export interface Measurement {
  readonly ops: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Null where the system does not tell. */
  readonly server: CpuUse | null;
  /** 0 where the server is the measuring process itself. */
  readonly generatorMicros: number;
  /** When the window was, in microseconds of the system's monotonic clock, as in CPU profiles. */
  readonly window: Window;
}

export interface Window {
  readonly startMicros: number;
  readonly endMicros: number;
}

export class Meter {
  #isMeasuring = false;
  #latencies: number[] = [];
  #startMicros = 0;
  #serverStart: CpuReading | null = null;
  #ownStart = process.cpuUsage();

  readonly #serverPids: readonly number[];

  /** `serverPid` may be that of this process; `companionPids` are those of processes that belong to the server, such as its database. */
  constructor(
    private readonly serverPid: number,
    companionPids: readonly number[] = [],
  ) {
    this.#serverPids = [serverPid, ...companionPids];
  }

  start(): void {
    this.#serverStart = readCpu(...this.#serverPids);
    this.#ownStart = process.cpuUsage();
    this.#startMicros = monotonicMicros();
    this.#latencies = [];
    this.#isMeasuring = true;
  }

  record(latencyMs: number): void {
    if (this.#isMeasuring) this.#latencies.push(latencyMs);
  }

  stop(): Measurement {
    this.#isMeasuring = false;
    const endMicros = monotonicMicros();
    const own = process.cpuUsage(this.#ownStart);
    const server = cpuBetween(this.#serverStart, readCpu(...this.#serverPids));
    return {
      ops: this.#latencies.length,
      seconds: (endMicros - this.#startMicros) / 1e6,
      ...percentiles(this.#latencies),
      server,
      generatorMicros: this.serverPid === process.pid ? 0 : own.user + own.system,
      window: { startMicros: this.#startMicros, endMicros },
    };
  }
}

export function percentiles(latenciesMs: readonly number[]): { readonly p50Ms: number; readonly p99Ms: number } {
  const sorted = Float64Array.from(latenciesMs).sort();
  return { p50Ms: at(sorted, 0.5), p99Ms: at(sorted, 0.99) };
}

/** Nearest rank: the smallest value that at least this part of all values does not exceed. */
function at(sorted: Float64Array, part: number): number {
  if (sorted.length === 0) throw new Error("Nothing was measured: no operation ended within the window. Measure for longer (--seconds).");
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)]!;
}

export function monotonicMicros(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
