/**
 * esbuild's helper process: started by the first use, and stopped when it has not been used for a while, since a server
 * compiles only when somebody pushes and the process holds tens of megabytes.
 */
import * as esbuild from "esbuild";

const IDLE_MS_MAX = 5_000;

let running = 0;
let idleTimer: NodeJS.Timeout | null = null;

/** As esbuild's own `transform`. */
export async function transform(source: string, options: esbuild.TransformOptions): Promise<esbuild.TransformResult> {
  if (idleTimer !== null) clearTimeout(idleTimer);
  running++;
  try {
    return await esbuild.transform(source, options);
  } finally {
    running--;
    if (running === 0) stopWhenIdle();
  }
}

function stopWhenIdle(): void {
  if (idleTimer !== null) clearTimeout(idleTimer);
  idleTimer = setTimeout(() => void (running === 0 ? esbuild.stop() : undefined), IDLE_MS_MAX);
  idleTimer.unref();
}
