/** State of a process that one action could leave to the next: put back before each, and looked for after it. */
import type { Environment } from "./child-environment.js";

/** Makes `process.env` hold exactly these. */
export function setEnvironment(variables: Environment): void {
  for (const name of Object.keys(process.env)) if (!Object.hasOwn(variables, name)) delete process.env[name];
  for (const [name, value] of Object.entries(variables)) if (process.env[name] !== value) process.env[name] = value;
}

export function setWorkingFolder(folder: string): void {
  if (workingFolder() !== folder) process.chdir(folder);
}

/** Null where it was deleted. */
function workingFolder(): string | null {
  try {
    return process.cwd();
  } catch {
    return null;
  }
}

/** Node opens these at their first use, and the first `fetch` is one: opened beforehand, they are nothing that an action left open. */
export function openStandardStreams(): void {
  void [process.stdout, process.stderr];
}

/** Timers, sockets, requests and such that keep the event loop going, counted by their kind. */
export type Resources = ReadonlyMap<string, number>;

export function activeResources(): Resources {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** Whether there is something now that was not there before. */
export function hasLeftovers(before: Resources, now: Resources): boolean {
  return [...now].some(([kind, count]) => count > (before.get(kind) ?? 0));
}
