/** A command that runs until it is ended, with what it has printed so far. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { stripVTControlCharacters } from "node:util";
import { existsSync, readFileSync } from "node:fs";
import { until } from "../harness.js";

export interface RunningCommandOptions {
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A type check on a busy machine takes a while. */
const SAYING_MS_MAX = 40_000;

export class RunningCommand implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;
  #output = "";

  constructor(script: string, args: readonly string[], { folder, environment = {} }: RunningCommandOptions) {
    this.#process = spawn(process.execPath, [script, ...args], { cwd: folder, env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
    this.#process.stdout!.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    this.#process.stderr!.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    this.#closed = once(this.#process, "close");
  }

  /** Of both streams, in the order of arrival, without colours. */
  get output(): string {
    return stripVTControlCharacters(this.#output);
  }

  get pid(): number {
    return this.#process.pid!;
  }

  /** Resolves once the output has the text; throws when the command ends without it. */
  async says(text: string | RegExp): Promise<void> {
    const matches = () => (typeof text === "string" ? this.output.includes(text) : text.test(this.output));
    await until(() => matches() || this.#hasEnded(), `the command to say ${String(text)}`, SAYING_MS_MAX).catch((error: Error) => {
      throw new Error(`${error.message}; it said:\n${this.output}`, { cause: error });
    });
    if (!matches()) throw new Error(`The command ended without saying ${String(text)}; it said:\n${this.output}`);
  }

  /** Exit code; null where a signal ended it. */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    if (!this.#hasEnded()) this.#process.kill(signal);
    return this.ended();
  }

  async ended(): Promise<number | null> {
    await this.#closed;
    return this.#process.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  #hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }
}

/** Whether a process of this id runs; one that has ended and that nobody has asked about does not count. */
export function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}/stat`) && !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
}

/** Ids of the process's children and of theirs; empty where the system has no /proc. */
export function descendantsOf(pid: number): readonly number[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(path)) return [];
  const children = readFileSync(path, "utf8").split(" ").filter((text) => text !== "").map(Number);
  return [...children, ...children.flatMap(descendantsOf)];
}
