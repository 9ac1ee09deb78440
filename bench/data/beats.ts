/**
 * Mutations that are made one after another all the time, by a process of its own: how long each waits is measured there, so that
 * what the command itself is busy with does not count.
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface Waits {
  readonly count: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export class Beats implements AsyncDisposable {
  readonly #child: ChildProcess;

  constructor(url: string) {
    this.#child = fork(fileURLToPath(new URL("./beating.ts", import.meta.url)), [url], { execArgv: ["--import", "tsx"] });
  }

  /** Of those that were answered since the last call. */
  async take(): Promise<Waits> {
    this.#child.send("take");
    const [times] = (await once(this.#child, "message")) as [number[]];
    const sorted = times.sort((a, b) => a - b);
    const at = (part: number): number => sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
    return { count: sorted.length, p99Ms: at(0.99), maxMs: at(1) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#child.disconnect();
    await exited;
  }
}
