/** Processes of actions, seen from outside. Linux only, as `/proc` is. */
import { readFileSync } from "node:fs";

/** One that has ended and that nobody has asked about yet is not alive. */
export function isAlive(pid: number): boolean {
  try {
    return !/^\S+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}
