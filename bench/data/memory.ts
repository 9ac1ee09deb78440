/**
 * The memory of a process, sampled. Its own pages (`RssAnon`) are what it takes from the machine; pages of files that it has
 * mapped, such as the store's, belong to the page cache and give way whenever somebody wants the memory.
 */
import { readFile } from "node:fs/promises";

export interface Memory {
  readonly ownMb: number;
  /** With the pages of files. */
  readonly residentMb: number;
}

const SAMPLE_MS = 50;

export async function memoryOf(pid: number): Promise<Memory> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const megabytes = (name: string): number => Math.round((Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1024) / 1e6);
  return { ownMb: megabytes("RssAnon"), residentMb: megabytes("VmRSS") };
}

/** The highest of each while `work` goes on. */
export async function peakWhile<T>(pid: number, work: () => Promise<T>): Promise<{ readonly result: T; readonly peak: Memory }> {
  let peak = await memoryOf(pid);
  const sample = async (): Promise<void> => {
    const { ownMb, residentMb } = await memoryOf(pid);
    peak = { ownMb: Math.max(peak.ownMb, ownMb), residentMb: Math.max(peak.residentMb, residentMb) };
  };
  const timer = setInterval(() => void sample(), SAMPLE_MS);
  try {
    const result = await work();
    await sample();
    return { result, peak };
  } finally {
    clearInterval(timer);
  }
}
