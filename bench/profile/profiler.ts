/**
 * Profiles of the processes that run an engine, and the windows of the parts that were measured meanwhile. A server writes
 * its profile when it ends, so summaries come last.
 */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Window } from "../load/meter.js";
import { readEngineProfile, summarize, type ProfileSummary } from "./profile.js";

const INTERVAL_MICROS = 250;
const FUNCTIONS_SHOWN = 25;

interface Measured {
  readonly part: string;
  readonly ops: number;
  readonly window: Window;
  readonly folder: string;
}

export class Profiler {
  readonly #measured: Measured[] = [];

  private constructor(readonly folder: string) {}

  static async create(): Promise<Profiler> {
    return new Profiler(await mkdtemp(join(tmpdir(), "rivulet-profile-")));
  }

  /** For a process whose profiles go to a folder of that name. */
  nodeFlags(name: string): string[] {
    return ["--cpu-prof", `--cpu-prof-interval=${INTERVAL_MICROS}`, `--cpu-prof-dir=${join(this.folder, name)}`];
  }

  /** `name` is that of the process which ran the engine. */
  measured(part: string, ops: number, window: Window, name: string): void {
    this.#measured.push({ part, ops, window, folder: join(this.folder, name) });
  }

  /** Once the processes have ended. */
  async report(): Promise<string> {
    const texts: string[] = [];
    for (const { part, ops, window, folder } of this.#measured) {
      const profile = await readEngineProfile(folder, window);
      texts.push(profile === null ? `${part}: no profile of an engine in ${folder}` : summaryText(part, ops, summarize(profile, window)));
    }
    return `${texts.join("\n\n")}\n\nProfiles (open them in Chromium's developer tools): ${this.folder}`;
  }
}

function summaryText(part: string, ops: number, { busyMicros, idleMicros, parts, functions }: ProfileSummary): string {
  const busyPercent = (100 * busyMicros) / (busyMicros + idleMicros);
  const line = ({ name, micros }: { name: string; micros: number }) =>
    `  ${((100 * micros) / busyMicros).toFixed(1).padStart(5)} %  ${(micros / ops).toFixed(2).padStart(8)} µs/op  ${name}`;
  return [
    `${part}: engine thread ${busyPercent.toFixed(0)} % busy, ${(busyMicros / ops).toFixed(1)} µs per operation; self time by part`,
    ...parts.map(line),
    ` by function`,
    ...functions.slice(0, FUNCTIONS_SHOWN).map(line),
  ].join("\n");
}
