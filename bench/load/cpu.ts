/**
 * CPU time of processes and of the machine as Linux counts it, in ticks of 10 ms: over a window of seconds it is exact
 * to a percent. Elsewhere there is nothing to read, and the figures are null.
 */
import { readdirSync, readFileSync } from "node:fs";

const TICK_MICROS = 10_000;
/** Fields of /proc/PID/stat after the command's name: state is the first. */
const PARENT_FIELD = 1;
const USER_TICKS_FIELD = 11;
const SYSTEM_TICKS_FIELD = 12;
/** Of children that have ended and were waited for. */
const CHILDREN_USER_TICKS_FIELD = 13;
const CHILDREN_SYSTEM_TICKS_FIELD = 14;

export interface CpuReading {
  /** Of the processes, all threads, and of all processes that they started, ended ones as well. */
  readonly processMicros: number;
  readonly microsByThread: ReadonlyMap<string, number>;
  /** Of the whole machine, whoever used it. */
  readonly machineMicros: number;
}

/** Of these processes and all below them: a database's backends are processes of their own. */
export function readCpu(...pids: readonly number[]): CpuReading | null {
  try {
    return readTrees(pids);
  } catch (error) {
    if (process.platform !== "linux") return null;
    throw error;
  }
}

/** Of processes that this one started and that have ended. 0 where the system does not tell. */
export function endedChildrenMicros(): number {
  return process.platform === "linux" ? childrenMicrosOf(statFields("/proc/self/stat")) : 0;
}

function readTrees(roots: readonly number[]): CpuReading {
  const microsByThread = new Map<string, number>();
  let processMicros = 0;
  for (const [pid, fields] of processesBelow(roots)) {
    processMicros += microsOf(fields) + childrenMicrosOf(fields);
    for (const [thread, micros] of readThreads(pid)) microsByThread.set(thread, micros);
  }
  return { processMicros, microsByThread, machineMicros: machineMicros() };
}

/** Throws where a root has ended. */
function processesBelow(roots: readonly number[]): ReadonlyMap<number, readonly string[]> {
  const found = new Map(roots.map((pid) => [pid, statFields(`/proc/${pid}/stat`)]));
  const others = new Map<number, readonly string[]>();
  for (const name of readdirSync("/proc")) {
    const fields = /^\d+$/.test(name) ? unlessEnded(() => statFields(`/proc/${name}/stat`)) : null;
    if (fields !== null && !found.has(Number(name))) others.set(Number(name), fields);
  }
  for (let isGrowing = true; isGrowing; ) {
    const children = [...others].filter(([, fields]) => found.has(Number(fields[PARENT_FIELD])));
    for (const [pid, fields] of children) {
      found.set(pid, fields);
      others.delete(pid);
    }
    isGrowing = children.length > 0;
  }
  return found;
}

function readThreads(pid: number): ReadonlyMap<string, number> {
  const micros = new Map<string, number>();
  for (const thread of unlessEnded(() => readdirSync(`/proc/${pid}/task`)) ?? []) {
    const fields = unlessEnded(() => statFields(`/proc/${pid}/task/${thread}/stat`));
    if (fields !== null) micros.set(thread, microsOf(fields));
  }
  return micros;
}

/** Processes and threads may end between being listed and being read. */
function unlessEnded<Result>(read: () => Result): Result | null {
  try {
    return read();
  } catch (error) {
    if (hasEnded(error)) return null;
    throw error;
  }
}

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

function statFields(statPath: string): readonly string[] {
  const text = readFileSync(statPath, "utf8");
  // The command's name stands in parentheses and may hold spaces and parentheses itself.
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

function microsOf(fields: readonly string[]): number {
  return (Number(fields[USER_TICKS_FIELD]) + Number(fields[SYSTEM_TICKS_FIELD])) * TICK_MICROS;
}

function childrenMicrosOf(fields: readonly string[]): number {
  return (Number(fields[CHILDREN_USER_TICKS_FIELD]) + Number(fields[CHILDREN_SYSTEM_TICKS_FIELD])) * TICK_MICROS;
}

/** "cpu  user nice system idle iowait irq softirq steal …": all but idle and iowait. */
function machineMicros(): number {
  const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n");
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line.trim().split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softirq + steal) * TICK_MICROS;
}
