/**
 * Reads V8's CPU profiles and adds up self time by part of the server: each sample counts for the function that was
 * running, and functions without a file (natives such as `postMessage`) for whoever called them.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Window } from "../load/meter.js";

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly children?: readonly number[];
}

/** Times in microseconds of the system's monotonic clock. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly startTime: number;
  readonly endTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface SelfTime {
  readonly name: string;
  readonly micros: number;
}

export interface ProfileSummary {
  /** Of all parts, idle time left out. */
  readonly busyMicros: number;
  readonly idleMicros: number;
  readonly parts: readonly SelfTime[];
  readonly functions: readonly SelfTime[];
}

const ENGINE_MODULE = "/dist/server/engine/engine.js";
const IDLE = "(idle)";
const LAYERS = /\/dist\/(values|storage|database|functions|live|server|cli)\//;
const PACKAGE = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//;

/** The profile of the thread that ran the engine during a window, among those of all threads; null where none did. */
export async function readEngineProfile(folder: string, { startMicros, endMicros }: Window): Promise<CpuProfile | null> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith(".cpuprofile")) continue;
    const profile = JSON.parse(await readFile(join(folder, name), "utf8")) as CpuProfile;
    const covers = profile.startTime <= startMicros && profile.endTime >= endMicros;
    if (covers && profile.nodes.some((node) => node.callFrame.url.endsWith(ENGINE_MODULE))) return profile;
  }
  return null;
}

export function summarize(profile: CpuProfile, { startMicros, endMicros }: Window): ProfileSummary {
  const microsByNode = selfTimes(profile, startMicros, endMicros);
  const parts = new Map<string, number>();
  const functions = new Map<string, number>();
  let idleMicros = 0;
  visit(profile, (node, part) => {
    const micros = microsByNode.get(node.id) ?? 0;
    if (node.callFrame.functionName === IDLE) idleMicros += micros;
    else {
      add(parts, part, micros);
      add(functions, describe(node.callFrame), micros);
    }
  });
  const busyMicros = [...parts.values()].reduce((sum, micros) => sum + micros, 0);
  return { busyMicros, idleMicros, parts: byTime(parts), functions: byTime(functions) };
}

/** A sample stands for the time since the one before it. */
function selfTimes({ samples, timeDeltas, startTime }: CpuProfile, startMicros: number, endMicros: number): Map<number, number> {
  const micros = new Map<number, number>();
  let time = startTime;
  samples.forEach((node, i) => {
    time += timeDeltas[i]!;
    if (time >= startMicros && time < endMicros) micros.set(node, (micros.get(node) ?? 0) + timeDeltas[i]!);
  });
  return micros;
}

/** Walks the tree of calls, callers first. */
function visit({ nodes }: CpuProfile, action: (node: ProfileNode, part: string) => void): void {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const [root] = nodes;
  const pending = root === undefined ? [] : [{ node: root, callerPart: "node" }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const part = partOf(next.node.callFrame, next.callerPart);
    action(next.node, part);
    for (const child of next.node.children ?? []) pending.push({ node: byId.get(child)!, callerPart: part });
  }
}

function partOf({ functionName, url }: CallFrame, callerPart: string): string {
  if (functionName === "(garbage collector)") return "garbage collection";
  if (functionName === "(program)") return "native code outside JavaScript";
  if (functionName === "(root)" || url.startsWith("node:")) return "node";
  if (url === "") return callerPart;
  const layer = LAYERS.exec(url)?.[1];
  if (layer !== undefined) return `src/${layer}`;
  const npmPackage = PACKAGE.exec(url)?.[1];
  return npmPackage === undefined ? "the app's functions" : `package ${npmPackage}`;
}

function describe({ functionName, url, lineNumber }: CallFrame): string {
  const name = functionName === "" ? "(anonymous)" : functionName;
  if (url === "") return name;
  const file = url.replace(/^.*\/(?:dist|node_modules)\//, "");
  return `${name}  ${file}:${lineNumber + 1}`;
}

function add(totals: Map<string, number>, name: string, micros: number): void {
  totals.set(name, (totals.get(name) ?? 0) + micros);
}

function byTime(totals: ReadonlyMap<string, number>): SelfTime[] {
  return [...totals].map(([name, micros]) => ({ name, micros })).filter(({ micros }) => micros > 0).sort((a, b) => b.micros - a.micros);
}
