/** Memory of a process and of all that it has started, as Linux tells it. */
import { readdirSync, readFileSync } from "node:fs";

export interface TreeMemory {
  readonly processes: number;
  /** Resident memory of all of them together; pages that they share count once for each. */
  readonly residentMb: number;
}

const PAGE_BYTES = 4096;

export function memoryOfTree(root: number): TreeMemory {
  const all = allProcesses();
  let processes = 0;
  let bytes = 0;
  const visit = (pid: number): void => {
    processes++;
    bytes += residentBytes(pid);
    for (const child of all) if (child.parent === pid) visit(child.pid);
  };
  visit(root);
  return { processes, residentMb: Math.round(bytes / 2 ** 20) };
}

function allProcesses(): { readonly pid: number; readonly parent: number }[] {
  return readdirSync("/proc").flatMap((name) => {
    const stat = /^\d+$/.test(name) ? readIfThere(`/proc/${name}/stat`) : null;
    const parent = stat === null ? undefined : /\) \S (\d+) /.exec(stat)?.[1];
    return parent === undefined ? [] : [{ pid: Number(name), parent: Number(parent) }];
  });
}

function residentBytes(pid: number): number {
  return Number(readIfThere(`/proc/${pid}/statm`)?.split(" ")[1] ?? 0) * PAGE_BYTES;
}

/** Null for a process that has ended meanwhile. */
function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return null;
  }
}
