/** A process that belongs to this one: its lines come out through a callback, and it ends when we do. */
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

export interface ChildOptions {
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly onLine: (line: string) => void;
}

/** Time between SIGTERM and SIGKILL. */
const STOP_MS_MAX = 3_000;
/** As shells number the end by a signal. */
const EXIT_BY_SIGNAL = 128;

export class Child {
  readonly #process: ChildProcess;
  /** Exit code, after its last line came out. */
  readonly exited: Promise<number>;

  constructor(script: string, args: readonly string[], { cwd, environment, onLine }: ChildOptions) {
    this.#process = spawn(process.execPath, [script, ...args], { cwd, env: environment, stdio: ["ignore", "pipe", "pipe"] });
    forwardLines(this.#process.stdout!, onLine);
    forwardLines(this.#process.stderr!, onLine);
    this.exited = new Promise((resolve, reject) => {
      this.#process.once("error", reject);
      this.#process.once("close", (code) => resolve(code ?? EXIT_BY_SIGNAL));
    });
  }

  async stop(): Promise<void> {
    this.#process.kill("SIGTERM");
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), STOP_MS_MAX);
    await this.exited;
    clearTimeout(timer);
  }
}

function forwardLines(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Infinity }).on("line", onLine);
}
