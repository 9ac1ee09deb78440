/**
 * Ends a child process that has grown beyond its limit. V8 holds the limit of the JavaScript heap by itself; buffers and
 * the memory of native packages are seen only from outside, by what the system says of the process. On Linux; elsewhere
 * nothing tells it as cheaply, and only the heap is limited.
 */
import { readFileSync } from "node:fs";

const INTERVAL_MS = 100;
/** What Node takes for itself beside the heap, and what the heap takes on its way to its limit. */
const OWN_MB = 192;
const PAGE_BYTES = 4096;

/** Calls `onExceeded` once. Returns what stops it. */
export function watchMemory(pid: number, memoryMbMax: number, onExceeded: () => void): () => void {
  if (process.platform !== "linux") return () => undefined;
  const bytesMax = (memoryMbMax + OWN_MB) * 1024 * 1024;
  const timer = setInterval(() => {
    if (residentBytes(pid) <= bytesMax) return;
    clearInterval(timer);
    onExceeded();
  }, INTERVAL_MS).unref();
  return () => clearInterval(timer);
}

/** 0 where it is gone. */
function residentBytes(pid: number): number {
  try {
    const [, residentPages] = readFileSync(`/proc/${pid}/statm`, "latin1").split(" ");
    return Number(residentPages) * PAGE_BYTES;
  } catch {
    return 0; // its end is told elsewhere
  }
}
