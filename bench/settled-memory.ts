/** The memory of a process when it has come to rest. */
import { setTimeout as delay } from "node:timers/promises";
import { readFile } from "node:fs/promises";

export interface ResidentBytes {
  /** Pages of its own: what it takes from the machine. */
  readonly own: number;
  /** With the pages of files, such as the store's. */
  readonly resident: number;
}

const LOOK_MS = 1_000;
/** What changes by less within a look is at rest. */
const REST_BYTES = 500_000;
const LOOKS_MAX = 20;

/** Reads /proc, so Linux only. */
export async function residentBytes(pid: number): Promise<ResidentBytes> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const bytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1024;
  return { own: bytes("RssAnon"), resident: bytes("VmRSS") };
}

/** Waits until it changes no more, for some time at most. */
export async function settledMemory(pid: number): Promise<ResidentBytes> {
  let last = await residentBytes(pid);
  for (let i = 0; i < LOOKS_MAX; i++) {
    await delay(LOOK_MS);
    const now = await residentBytes(pid);
    if (Math.abs(now.own - last.own) < REST_BYTES) return now;
    last = now;
  }
  return last;
}
