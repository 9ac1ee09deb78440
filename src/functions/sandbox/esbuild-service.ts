/**
 * esbuild's helper process: started by the first use, and stopped when it has not been used for a while, since a server
 * compiles only when somebody pushes and the process holds tens of megabytes.
 */
import * as esbuild from "esbuild";

const IDLE_MS_MAX = 5_000;

let running = 0;
let idleTimer: NodeJS.Timeout | null = null;

/** The process lives at least until `use` has settled. Use esbuild through this only: stopping it fails whatever runs in it. */
export async function withEsbuild<T>(use: (service: typeof esbuild) => Promise<T>): Promise<T> {
  running++;
  if (idleTimer !== null) clearTimeout(idleTimer);
  try {
    return await use(esbuild);
  } finally {
    running--;
    if (running === 0) idleTimer = setTimeout(() => void esbuild.stop(), IDLE_MS_MAX).unref();
  }
}
