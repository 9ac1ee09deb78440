/** Process groups: a child process that leads one is ended together with all that it has started. */
import type { ChildProcess } from "node:child_process";

/** To be given as `detached`. */
export const HAS_GROUPS = process.platform !== "win32";

/** Nothing happens where all of it is gone. */
export function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(HAS_GROUPS ? -pid : pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
