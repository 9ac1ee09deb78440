/**
 * esbuild's helper process: started by the first use, and stopped when it has not been used for a while, since a server
 * compiles only when somebody pushes and the process holds tens of megabytes. The library too is loaded by the first use.
 */
import type * as esbuild from "esbuild";

const IDLE_MS_MAX = 5_000;

let running = 0;
let idleTimer: NodeJS.Timeout | null = null;

/** The process lives at least until `use` has settled. Use esbuild through this only: stopping it fails whatever runs in it. */
export async function withEsbuild<T>(use: (service: typeof esbuild) => Promise<T>): Promise<T> {
  const service = await import("esbuild");
  running++;
  if (idleTimer !== null) clearTimeout(idleTimer);
  try {
    return await use(service);
  } finally {
    running--;
    if (running === 0) idleTimer = setTimeout(() => void service.stop(), IDLE_MS_MAX).unref();
  }
}
