/**
 * A child process of Node that runs a deployment's code, seen from the engine: its start, its channel, its end. It is the
 * leader of a process group of its own, so that whatever it has started ends with it; and it ends with the engine.
 */
import { fork, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";
import { childEnvironment } from "./child-environment.js";
import { exitCause, notStarted, outOfMemory } from "./exit-cause.js";
import { watchMemory } from "./memory-watch.js";
import { OrphanReaper } from "./orphan-reaper.js";
import { STARTED } from "./process-channel.js";
import { HAS_GROUPS, killGroup } from "./process-group.js";

export interface NodeProcessOptions {
  /** Name of the entry, a file beside this one: "executor-process". */
  readonly entry: string;
  /** Handed to the entry as JSON. */
  readonly data: object | null;
  /** Of JavaScript heap and of everything else, each. */
  readonly memoryMbMax: number;
}

export interface NodeProcessEvents {
  readonly onMessage: (message: unknown) => void;
  /** Once, after the last message: it is gone. The cause has no full stop. */
  readonly onExit: (cause: string) => void;
}

/** Where the sources themselves run, as in tests, the entry is TypeScript too. */
const IS_SOURCE = import.meta.url.endsWith(".ts");
const LOADER = IS_SOURCE ? ["--import", pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href] : [];
const STDERR_CHARS_MAX = 16 * 1024;
/** A process that left its group and holds on to the error stream must not keep the end from being told. */
const CLOSE_MS_MAX = 1_000;

const reaper = new OrphanReaper();

export class NodeProcess {
  readonly #child: ChildProcess;
  readonly #memoryMbMax: number;
  readonly #gone: Promise<void>;
  #stderr = "";
  #isStarted = false;
  #isTooLarge = false;

  constructor({ entry, data, memoryMbMax }: NodeProcessOptions, events: NodeProcessEvents) {
    this.#memoryMbMax = memoryMbMax;
    this.#child = fork(fileURLToPath(new URL(`./${entry}${IS_SOURCE ? ".ts" : ".js"}`, import.meta.url)), [JSON.stringify(data)], {
      // Not those of the server: its debugger's port, for example, is taken.
      execArgv: [...LOADER, "--no-warnings", `--max-old-space-size=${memoryMbMax}`],
      cwd: tmpdir(),
      env: { ...childEnvironment(process.env) },
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      detached: HAS_GROUPS,
    });
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => (this.#stderr = (this.#stderr + text).slice(-STDERR_CHARS_MAX)));
    this.#child.on("message", (message) => {
      if (message === STARTED) this.#isStarted = true;
      else events.onMessage(message);
    });
    this.#gone = this.#watch().then(events.onExit);
  }

  /** Nothing happens where it is gone already. */
  post(message: object): void {
    // Where the channel closes under it, the end is told by onExit.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  /** Ends it whatever it is doing, and all that it has started; resolves when it is gone. */
  async end(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) killGroup(this.#child);
    await this.#gone;
  }

  /** Resolves with the cause of its end. */
  #watch(): Promise<string> {
    const child = this.#child;
    const { pid } = child;
    if (pid === undefined) return new Promise((resolve) => child.once("error", (error) => resolve(notStarted(error.message))));
    reaper.add(pid);
    const stopWatching = watchMemory(pid, this.#memoryMbMax, () => {
      this.#isTooLarge = true;
      killGroup(child);
    });
    return new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        stopWatching();
        killGroup(child);
        reaper.drop(pid);
        const closed = (): void => resolve(this.#cause(code, signal));
        const timer = setTimeout(closed, CLOSE_MS_MAX).unref();
        child.once("close", () => {
          clearTimeout(timer);
          closed();
        });
      });
    });
  }

  #cause(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.#isTooLarge) return outOfMemory(this.#memoryMbMax);
    if (!this.#isStarted && code !== null) return notStarted(this.#stderr.trim());
    return exitCause({ code, signal, stderr: this.#stderr }, this.#memoryMbMax);
  }
}
