/** Each socket is an open file, on both sides. */
import { readFileSync } from "node:fs";

/** What a process has open besides its sockets. */
const OTHERS = 200;
const LIMIT = /^Max open files\s+(\d+)/m;

/** Throws where this process, and with it the server that was started the same way, may not have so many sockets. Linux only. */
export function requireOpenFiles(sockets: number): void {
  if (process.platform !== "linux") return;
  const max = LIMIT.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
  if (max === undefined || Number(max) >= sockets + OTHERS) return;
  throw new Error(`${sockets} sockets need as many open files, and a process may have ${max} here. Raise the limit before the start: ulimit -n ${sockets + OTHERS}`);
}
