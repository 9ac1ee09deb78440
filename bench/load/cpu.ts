/**
 * CPU time of processes and of the machine as Linux counts it, in ticks of 10 ms: over a window of seconds it is exact
 * to a percent. Elsewhere there is nothing to read, and the figures are null.
 */
import { readdirSync, readFileSync } from "node:fs";

const TICK_MICROS = 10_000;
/** Fields of /proc/PID/stat after the command's name: state is the first. */
const USER_TICKS_FIELD = 11;
const SYSTEM_TICKS_FIELD = 12;

export interface CpuReading {
  /** Of the process, all threads. */
  readonly processMicros: number;
  readonly microsByThread: ReadonlyMap<string, number>;
  /** Of the whole machine, whoever used it. */
  readonly machineMicros: number;
}

export function readCpu(pid: number): CpuReading | null {
  try {
    return { processMicros: microsOf(`/proc/${pid}/stat`), microsByThread: readThreads(pid), machineMicros: machineMicros() };
  } catch (error) {
    if (process.platform !== "linux") return null;
    throw error;
  }
}

function readThreads(pid: number): ReadonlyMap<string, number> {
  const micros = new Map<string, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      micros.set(thread, microsOf(`/proc/${pid}/task/${thread}/stat`));
    } catch (error) {
      if (!hasEnded(error)) throw error;
    }
  }
  return micros;
}

/** Threads may end between being listed and being read. */
function hasEnded(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOENT" || code === "ESRCH";
}

/** CPU time between two readings, in microseconds. */
export interface CpuUse {
  readonly processMicros: number;
  readonly busiestThreadMicros: number;
  readonly machineMicros: number;
}

export function cpuBetween(start: CpuReading | null, end: CpuReading | null): CpuUse | null {
  if (start === null || end === null) return null;
  const byThread = [...end.microsByThread].map(([thread, micros]) => micros - (start.microsByThread.get(thread) ?? 0));
  return {
    processMicros: end.processMicros - start.processMicros,
    busiestThreadMicros: Math.max(...byThread),
    machineMicros: end.machineMicros - start.machineMicros,
  };
}

function microsOf(statPath: string): number {
  const text = readFileSync(statPath, "utf8");
  // The command's name stands in parentheses and may hold spaces and parentheses itself.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[USER_TICKS_FIELD]) + Number(fields[SYSTEM_TICKS_FIELD])) * TICK_MICROS;
}

/** "cpu  user nice system idle iowait irq softirq steal …": all but idle and iowait. */
function machineMicros(): number {
  const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n");
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line.trim().split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softirq + steal) * TICK_MICROS;
}
