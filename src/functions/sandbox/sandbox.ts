/**
 * Where an app's functions run: a `node:vm` context with a microtask queue of its own, its modules, and a watchdog.
 *
 *     drive(start)                         one evaluation in the context; never nested
 *     ├─ start()                           outer code: calls handlers with call(), loads modules with load()
 *     ├─ microtasks of the context         handlers go on; their callbacks may call() more handlers
 *     └─ the queue is empty                whatever has not settled by now never will
 *
 * Nothing that a handler awaits needs the event loop, so all of that happens before drive() returns, and the time limit
 * holds for all of it: endless loops as well as microtasks that make microtasks. When the limit is reached V8 drops what
 * is queued, and the sandbox can be used again; state that user code keeps in its modules stays as it was.
 *
 * This gives determinism and contains faults. It is no border against hostile code.
 */
import { randomInt } from "node:crypto";
import * as vm from "node:vm";
import type { LogLevel } from "./console.js";
import { formatError, withMappedStack } from "./errors.js";
import { findFunction } from "./find-function.js";
import { createBlobs, type Blobs } from "./blobs.js";
import { environmentHooks, type ModuleScope, type ScopeHooks } from "./common-globals.js";
import { installGlobals, syscallHooks } from "./globals.js";
import type { SandboxHost } from "./host.js";
import { ImportHost } from "./import-host.js";
import type { ModuleCode } from "./module-code.js";
import { ModuleLoader, type ModuleExports } from "./module-loader.js";
import { createRealm, newContext, type Realm, type RealmInternals, type SandboxFunction } from "./realm.js";
import { watchGlobals, type ReplacedGlobals, type Replacements } from "./replaced-globals.js";
import { SandboxConsole } from "./sandbox-console.js";
import { SourceMaps, type SourcePosition } from "./source-maps.js";
import { onUnhandledRejectionOf } from "./unhandled-rejections.js";

export type { SandboxHost } from "./host.js";
export type { Realm, SandboxFunction } from "./realm.js";

export interface SandboxOptions {
  /** By path; `import` between modules finds them here. Not copied. */
  readonly modules: ReadonlyMap<string, ModuleCode>;
  /** The execution that runs now; null while there is none. */
  readonly host: () => SandboxHost | null;
  /** Seen by modules while they are evaluated; an execution's are asked of its host. */
  readonly environmentVariables?: Readonly<Record<string, string>>;
  /** What the modules of a component see as their environment, always. None by default. */
  readonly componentEnvironment?: (componentPath: string) => Readonly<Record<string, string>>;
  /** What modules take for now while they are evaluated; the time when the sandbox is made by default. */
  readonly importNowMs?: number;
  /** 32 bits that the randomness of modules' evaluation follows from; random by default. */
  readonly importSeed?: number;
  /** How long loading a module may take, where it is not loaded within drive(). */
  readonly importMsMax?: number;
  /** What modules print while they are evaluated; dropped by default. */
  readonly onImportLog?: (level: LogLevel, args: unknown[]) => void;
  /** A promise of the sandbox was rejected and nothing awaits it. Told after the evaluation, when its function has ended. */
  readonly onUnhandledRejection?: (error: unknown) => void;
}

const IMPORT_MS_MAX = 10_000;
const RUN = "__rivuletRun";
const runScript = new vm.Script(`globalThis.${RUN}()`, { filename: "rivulet:run" });
const globalScript = new vm.Script("globalThis", { filename: "rivulet:global" });
const ignore = (): void => undefined;

export class Sandbox {
  readonly realm: Realm;
  readonly blobs: Blobs;
  /** Whoever calls functions sets aside what one of them has replaced when another begins. */
  readonly globals: ReplacedGlobals;
  readonly #options: SandboxOptions;
  readonly #context: vm.Context;
  readonly #internals: RealmInternals;
  readonly #loader: ModuleLoader;
  readonly #importHost: ImportHost;
  readonly #consoles = new WeakMap<SandboxHost, SandboxConsole>();
  readonly #sourceMaps: SourceMaps;
  /** Modules that are being evaluated, one within the other. */
  #importing = 0;
  /** Of the function during which the outermost of those modules is loaded. */
  #replacedBeforeImport: Replacements | null = null;
  #isDriving = false;
  /** What the evaluation is to begin with. */
  #pending: (() => void) | null = null;
  /** Counts evaluations. A call belongs to the one it was made in: what settles later is not delivered. */
  #evaluation = 0;
  #crash: { readonly error: unknown } | null = null;

  constructor(options: SandboxOptions) {
    this.#options = options;
    this.#context = newContext({ name: "rivulet sandbox", microtaskMode: "afterEvaluate" });
    this.#internals = createRealm(this.#context);
    this.realm = this.#internals;
    const nowMs = options.importNowMs ?? Date.now();
    this.#importHost = this.#newImportHost(nowMs);
    this.#sourceMaps = new SourceMaps(options.modules);
    this.blobs = createBlobs(this.#context, this.realm);
    const makeScope = installGlobals(this.#context, {
      realm: this.realm,
      blobs: this.blobs,
      currentHost: this.#currentHost,
      isImporting: () => this.#importing > 0,
      console: (method, args) => this.#consoleOf(this.#currentHost()).call(method, args),
      timeOriginMs: nowMs,
    });
    this.globals = watchGlobals(this.#context);
    this.#loader = this.#newLoader(makeScope);
    this.#installRun();
    onUnhandledRejectionOf(this.#internals.Promise.prototype, options.onUnhandledRejection ?? ignore);
  }

  /**
   * What a module exports, evaluating it if it has not been. Within drive() its time limit holds, otherwise one of its own.
   * Throws what the module throws, and an Error of the realm if there is no such module.
   */
  load(path: string): ModuleExports {
    if (this.#isDriving) return this.#loader.load(path);
    let loaded: ModuleExports | null = null;
    const msMax = this.#options.importMsMax ?? IMPORT_MS_MAX;
    const result = this.#evaluate(() => (loaded = this.#loader.load(path)), msMax);
    if (result === "timedOut" || loaded === null) {
      throw this.realm.makeError(`Loading module "${path}" took longer than ${msMax / 1000} s. Do less outside of functions.`);
    }
    return loaded;
  }

  /**
   * Runs `start`, then everything that follows from it in microtasks; after `timeoutMs` all of that is stopped at whatever
   * it was doing, `start` and callbacks of call() included, without running their `finally` blocks. Throws what `start` or a
   * callback threw. Must not be called from within itself.
   */
  drive(start: () => void, timeoutMs: number): "done" | "timedOut" {
    return this.#evaluate(start, timeoutMs);
  }

  /**
   * Calls a function of the realm, within drive(). Exactly one of the callbacks is called, from a microtask, unless the
   * function has not settled when drive() returns: then none ever is.
   */
  call(handler: SandboxFunction, args: readonly unknown[], onOk: (value: unknown) => void, onError: (error: unknown) => void): void {
    if (!this.#isDriving) throw new Error("Rivulet bug: a function was called outside of drive()");
    const evaluation = this.#evaluation;
    this.#internals.call(
      handler,
      args,
      (value) => this.#deliver(evaluation, onOk, value),
      (error) => this.#deliver(evaluation, onError, error),
    );
  }

  /** `<Name>: <message>` and the frames of user code, in the developer's files. */
  mapStack(error: unknown): string {
    return formatError(error, (position) => this.#sourceMaps.locate(position));
  }

  /** Where a function of user code stands in the developer's files; null where that can't be told. */
  positionOf(userFunction: SandboxFunction): SourcePosition | null {
    const position = findFunction(this.#options.modules.values(), userFunction);
    return position === null ? null : this.#sourceMaps.locate(position);
  }

  /** Lets go of the modules. The context itself ends when nobody holds any object of it. */
  dispose(): void {
    this.#loader.clear();
  }

  #evaluate(start: () => void, timeoutMs: number): "done" | "timedOut" {
    if (this.#isDriving) throw new Error("Rivulet bug: drive() was called from within itself");
    this.#isDriving = true;
    this.#pending = start;
    this.#crash = null;
    const result = this.#run(timeoutMs);
    this.#isDriving = false;
    this.#evaluation++;
    if (result === "timedOut") {
      this.#importing = 0;
      this.#loader.forgetUnfinished();
    }
    const crash = this.#crash as { readonly error: unknown } | null;
    if (crash !== null) throw crash.error;
    return result;
  }

  #run(timeoutMs: number): "done" | "timedOut" {
    try {
      runScript.runInContext(this.#context, { timeout: Math.max(1, Math.ceil(timeoutMs)) });
      return "done";
    } catch (error) {
      // Nothing of user code comes out here: guard() keeps what `start` throws, and the rest are promises.
      if ((error as { code?: unknown }).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return "timedOut";
      throw error;
    }
  }

  /** The script that drives can reach nothing but globals. User code that finds this one calls it to no effect. */
  #installRun(): void {
    const run = (): void => {
      const start = this.#pending;
      this.#pending = null;
      if (start !== null) this.#guard(start);
    };
    Object.defineProperty(globalScript.runInContext(this.#context) as object, RUN, { value: run });
  }

  #deliver(evaluation: number, callback: (value: unknown) => void, value: unknown): void {
    if (evaluation === this.#evaluation) this.#guard(() => callback(value));
  }

  /** An error of ours must not become a rejection in user code's realm: it is kept, and thrown by drive(). */
  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#crash ??= { error };
    }
  }

  readonly #currentHost = (): SandboxHost => (this.#importing > 0 ? this.#importHost : (this.#options.host() ?? this.#importHost));

  #consoleOf(host: SandboxHost): SandboxConsole {
    const known = this.#consoles.get(host);
    if (known !== undefined) return known;
    const made = new SandboxConsole((level, args) => this.#print(host, level, args), () => performance.now());
    this.#consoles.set(host, made);
    return made;
  }

  #print(host: SandboxHost, level: LogLevel, args: unknown[]): void {
    host.log(level, args.map((arg) => withMappedStack(arg, this)));
  }

  #newImportHost(nowMs: number): ImportHost {
    const { importSeed, environmentVariables, onImportLog } = this.#options;
    return new ImportHost({ nowMs, seed: importSeed ?? randomInt(2 ** 32), environmentVariables: environmentVariables ?? {}, log: onImportLog ?? ignore }, this.realm);
  }

  #newLoader(makeScope: (hooks: ScopeHooks) => ModuleScope): ModuleLoader {
    const { componentEnvironment } = this.#options;
    return new ModuleLoader({
      scopeOf: (componentPath) => makeScope({ ...environmentHooks(componentEnvironment?.(componentPath) ?? {}), ...syscallHooks(this.#currentHost, componentPath) }),
      modules: this.#options.modules,
      context: this.#context,
      realm: this.#internals,
      onEnter: () => this.#enterImport(),
      onLeave: () => this.#leaveImport(),
    });
  }

  #enterImport(): void {
    if (this.#importing++ === 0) this.#replacedBeforeImport = this.globals.setAside();
  }

  #leaveImport(): void {
    if (--this.#importing > 0) return;
    this.globals.adopt();
    if (this.#replacedBeforeImport !== null) this.globals.putBack(this.#replacedBeforeImport);
  }
}
