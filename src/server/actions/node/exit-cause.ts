/** Why a child process of Node has ended, in words that follow "The action failed: ". */

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to its error stream. */
  readonly stderr: string;
}

/** What V8 writes before it aborts. */
const OUT_OF_MEMORY = /heap out of memory|Array buffer allocation failed|OOM error/;

export function exitCause({ code, signal, stderr }: ProcessEnd, memoryMbMax: number): string {
  if (OUT_OF_MEMORY.test(stderr)) return outOfMemory(memoryMbMax);
  if (signal === "SIGABRT") return "it called process.abort(), or crashed (SIGABRT)";
  if (signal === "SIGKILL") return "it was ended by SIGKILL, as systems do when they run out of memory";
  if (signal !== null) return `it was ended by ${signal}`;
  // Its channel to the engine keeps it alive: left alone it never ends by itself.
  return `it called process.exit(${code ?? 0})`;
}

export function outOfMemory(memoryMbMax: number): string {
  return `it ran out of memory (limit ${memoryMbMax} MB)`;
}

export function notStarted(reason: string): string {
  return `its process could not be started (${reason})`;
}
