/**
 * Where actions of the default runtime run: the realm of a worker thread that runs nothing else, one action at a time. The
 * realm is the thread's own, not a context within it, so that what comes from fetch, crypto and streams is of the same
 * classes as what user code makes. It stays warm from action to action; what one leaves unfinished is stopped.
 */
// The global of this name is user code's.
import process from "node:process";
import { PlainText, formatLogLine, type LogLevel } from "../sandbox/console.js";
import { describeError, formatError, isErrorLike } from "../sandbox/errors.js";
import type { ModuleCode } from "../sandbox/module-code.js";
import { ModuleLoader, type ModuleExports } from "../sandbox/module-loader.js";
import { createOwnRealm, type Realm, type RealmInternals } from "../sandbox/realm.js";
import { CONSOLE_METHODS, SandboxConsole } from "../sandbox/sandbox-console.js";
import { SourceMaps } from "../sandbox/source-maps.js";
import type { FunctionFailure } from "../errors.js";
import { installActionGlobals } from "./action-globals.js";
import { operationName } from "./unawaited.js";
import { Operations } from "./operations.js";

export interface ActionSandboxOptions {
  readonly modules: ReadonlyMap<string, ModuleCode>;
  readonly environmentVariables: Readonly<Record<string, string>>;
  /** Answers `Convex.*` of the action that runs. */
  readonly host: ActionHost;
}

export interface ActionHost {
  /** Rejects with an Error whose message is shown; with `data` (JSON value) for a ConvexError. */
  asyncSyscall(op: string, jsonArgs: string): Promise<string>;
  syscall(op: string, jsonArgs: string): string;
  jsSyscall(op: string, args: unknown): unknown;
  /** A finished line as queries print it: "[LOG] 'hello'". */
  log(line: string): void;
}

export class ActionSandbox {
  readonly realm: Realm;
  readonly #host: ActionHost;
  readonly #loader: ModuleLoader;
  readonly #sourceMaps: SourceMaps;
  #operations = new Operations();
  #console: SandboxConsole;

  /** At most one in a thread: it changes the thread's globals for good. */
  constructor({ modules, environmentVariables, host }: ActionSandboxOptions) {
    this.#host = host;
    this.#sourceMaps = new SourceMaps(modules);
    this.#console = this.#newConsole();
    installActionGlobals({ environmentVariables, operations: () => this.#operations, console: this.#consoleMethods(), convex: this.#syscalls() });
    const realm: RealmInternals = createOwnRealm();
    this.realm = realm;
    this.#loader = new ModuleLoader({ modules, context: undefined, realm, onEnter: ignore, onLeave: ignore });
    process.on("unhandledRejection", (error) => this.#print("ERROR", [new PlainText("Unhandled rejection:"), error]));
    process.on("uncaughtException", (error) => this.#print("ERROR", [new PlainText("Uncaught in a callback:"), error]));
  }

  /** What a module exports; throws what the module threw. */
  load(path: string): ModuleExports {
    return this.#loader.load(path);
  }

  /** An action is about to run: what it begins is counted from here. */
  begin(): void {
    this.#operations = new Operations();
    this.#console = this.#newConsole();
  }

  /** It has answered: what it left unfinished is stopped. Returns what that was, by name. */
  end(): readonly string[] {
    return this.#operations.end();
  }

  /** An error as developer and client see it. */
  describe(error: unknown): FunctionFailure {
    const { message, data } = describeError(error, { mapStack: (thrown) => this.#mapStack(thrown) });
    return { message, data: data === undefined ? null : dataText(data) };
  }

  #mapStack(error: unknown): string {
    return formatError(error, (position) => this.#sourceMaps.locate(position));
  }

  #newConsole(): SandboxConsole {
    return new SandboxConsole((level, args) => this.#print(level, args), () => performance.now());
  }

  #consoleMethods(): Record<string, (...args: unknown[]) => void> {
    return Object.fromEntries(CONSOLE_METHODS.map((name) => [name, (...args: unknown[]) => this.#console.call(name, args)]));
  }

  #print(level: LogLevel, args: readonly unknown[]): void {
    if (this.#operations.isOver) return; // of an action that has answered
    this.#host.log(formatLogLine(level, args.map((arg) => (isErrorLike(arg) ? new PlainText(this.#mapStack(arg)) : arg))));
  }

  #syscalls(): object {
    return {
      syscall: (op: string, args: string) => this.#host.syscall(op, args),
      asyncSyscall: (op: string, args: string) => this.#operations.track(operationName(op), this.#host.asyncSyscall(op, args)),
      jsSyscall: (op: string, args: unknown) => {
        const result = this.#host.jsSyscall(op, args);
        return result instanceof Promise ? this.#operations.track(operationName(op), result) : result;
      },
    };
  }
}

const ignore = (): void => undefined;

/** The `convex` package has made text of a ConvexError's data by the time it comes out of an action. */
function dataText(data: unknown): string {
  return typeof data === "string" ? data : "null";
}
