/**
 * A child process of Node that runs a deployment's code, seen from the engine: its start, its channel, its end. It is the
 * leader of a process group of its own, so that whatever it has started ends with it.
 */
import { fork } from "node:child_process";
import { tmpdir } from "node:os";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { childEnvironment } from "./child-environment.js";
import { exitCause } from "./exit-cause.js";
import { STARTED } from "./process-channel.js";
import { HAS_GROUPS, killGroup } from "./process-group.js";

export interface NodeProcessOptions {
  /** Name of the entry, a file beside this one: "executor-process". */
  readonly entry: string;
  /** Handed to the entry as JSON. */
  readonly data: object | null;
  /** Of JavaScript heap. */
  readonly memoryMbMax: number;
}

export interface NodeProcessEvents {
  readonly onMessage: (message: unknown) => void;
  /** Once, after the last message: it is gone. The cause has no full stop. */
  readonly onExit: (cause: string) => void;
}

export interface NodeProcess {
  readonly pid: number | undefined;
  /** Nothing happens where it is gone already. */
  post(message: object): void;
  /** Ends it whatever it is doing, and all that it has started; resolves when it is gone. */
  end(): Promise<void>;
}

/** Where the sources themselves run, as in tests, the entry is TypeScript too. */
const IS_SOURCE = import.meta.url.endsWith(".ts");
const LOADER = IS_SOURCE ? ["--import", pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href] : [];
const STDERR_CHARS_MAX = 16 * 1024;
/** A process that left its group and holds on to the error stream must not keep the end from being told. */
const CLOSE_MS_MAX = 1_000;

export function startNodeProcess({ entry, data, memoryMbMax }: NodeProcessOptions, events: NodeProcessEvents): NodeProcess {
  const child = fork(fileURLToPath(new URL(`./${entry}${IS_SOURCE ? ".ts" : ".js"}`, import.meta.url)), [JSON.stringify(data)], {
    // Not those of the server: its debugger's port, for example, is taken.
    execArgv: [...LOADER, "--no-warnings", `--max-old-space-size=${memoryMbMax}`],
    cwd: tmpdir(),
    env: { ...childEnvironment(process.env) },
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    detached: HAS_GROUPS,
  });
  let stderr = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => (stderr = (stderr + text).slice(-STDERR_CHARS_MAX)));
  let isStarted = false;
  child.on("message", (message) => {
    if (message === STARTED) isStarted = true;
    else events.onMessage(message);
  });
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(notStarted(error.message)));
    child.once("exit", (code, signal) => {
      killGroup(child);
      const done = (): void => resolve(isStarted || code === null ? exitCause({ code, signal, stderr }, memoryMbMax) : notStarted(stderr.trim()));
      const timer = setTimeout(done, CLOSE_MS_MAX).unref();
      child.once("close", () => {
        clearTimeout(timer);
        done();
      });
    });
  });
  const gone = ended.then(events.onExit);
  return {
    pid: child.pid,
    post: (message) => {
      // Where the channel closes under it, the end is told by onExit.
      if (child.connected) child.send(message, () => undefined);
    },
    end: async () => {
      if (child.exitCode === null && child.signalCode === null) killGroup(child);
      await gone;
    },
  };
}

function notStarted(reason: string): string {
  return `its process could not be started (${reason})`;
}
