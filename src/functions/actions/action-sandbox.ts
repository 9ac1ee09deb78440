/**
 * Where actions of the default runtime run: a `node:vm` context on the event loop of its thread, with a real clock, real
 * randomness and the network. The sibling of {@link Sandbox}, in which queries and mutations run.
 *
 *     begin()                              operations belong to this action from here
 *     │  load("messages.js").send          its modules, evaluated when first needed, stay for the next action
 *     │  .invokeAction(requestId, args)    promises of the realm; whoever runs the action awaits them
 *     end()                                what it left unfinished is stopped, and named
 *
 * One action runs at a time. It owns the realm and what crosses its border; the thread, limits of time and memory, and the
 * answers to syscalls are others'. It contains faults; it is no border against hostile code.
 */
import type { Context } from "node:vm";
import { encodeErrorData, type FunctionFailure } from "../errors.js";
import { environmentHooks, installCommonGlobals, type ModuleScope, type ScopeHooks } from "../sandbox/common-globals.js";
import { formatLogLine, PlainText, type LogLevel } from "../sandbox/console.js";
import { describeError, formatError, withMappedStack } from "../sandbox/errors.js";
import type { ModuleCode } from "../sandbox/module-code.js";
import { ModuleLoader, type ModuleExports } from "../sandbox/module-loader.js";
import { createRealm, newContext, type Realm, type RealmInternals } from "../sandbox/realm.js";
import { SandboxConsole } from "../sandbox/sandbox-console.js";
import { SourceMaps } from "../sandbox/source-maps.js";
import { onUnhandledRejectionOf } from "../sandbox/unhandled-rejections.js";
import { installActionGlobals } from "./action-globals.js";
import { ActionOperations } from "./action-operations.js";
import { createMembrane, type Membrane } from "./membrane.js";
import { operationName } from "./unawaited.js";

export interface ActionSandboxOptions {
  /** By path; `import` between modules finds them here. Not copied. */
  readonly modules: ReadonlyMap<string, ModuleCode>;
  readonly environmentVariables: Readonly<Record<string, string>>;
  /** What the modules of a component see as their environment. None by default. */
  readonly componentEnvironment?: (componentPath: string) => Readonly<Record<string, string>>;
  /** Answers `Convex.*` of the action that runs. */
  readonly host: ActionHost;
}

export interface ActionHost {
  /** JSON text. Rejects with an Error whose message is shown; with `data` (JSON value) for a ConvexError. */
  asyncSyscall(op: string, jsonArgs: string): Promise<string>;
  /** JSON text. Throws as `asyncSyscall` rejects. */
  syscall(op: string, jsonArgs: string): string;
  /** Objects instead of JSON text, such as Blobs; also a promise of one. */
  jsSyscall(op: string, args: unknown): unknown;
  /** A finished line as queries print it: "[LOG] 'hello'". */
  log(line: string): void;
}

export class ActionSandbox {
  readonly realm: Realm;
  readonly #options: ActionSandboxOptions;
  readonly #context: Context;
  readonly #internals: RealmInternals;
  readonly #membrane: Membrane;
  readonly #loader: ModuleLoader;
  readonly #operations = new ActionOperations();
  readonly #sourceMaps: SourceMaps;
  #console: SandboxConsole;
  /** Modules that are being evaluated, one within the other. */
  #importing = 0;
  #isSpent = false;

  constructor(options: ActionSandboxOptions) {
    this.#options = options;
    this.#context = newContext({ name: "rivulet actions" });
    this.#internals = createRealm(this.#context);
    this.realm = this.#internals;
    this.#sourceMaps = new SourceMaps(options.modules);
    this.#console = this.#newConsole();
    this.#membrane = createMembrane(this.#context, { liveness: this.#liveness, track: this.#track, report: this.#report });
    const makeScope = this.#installGlobals();
    this.#loader = this.#newLoader(makeScope);
    onUnhandledRejectionOf(this.#internals.Promise.prototype, this.#report);
  }

  /** Exports of a module; throws what the module threw, and an Error of the realm if there is no such module. */
  load(path: string): ModuleExports {
    return this.#loader.load(path);
  }

  /** The action that is about to run: operations are counted from here. */
  begin(): void {
    this.#operations.begin();
    this.#console = this.#newConsole();
  }

  /**
   * It has answered: what it left unfinished is stopped. Timers are cleared, requests and the bodies of their answers
   * aborted, streams stand still, answers to syscalls are dropped, and further operations are refused.
   * Returns what that was, by name: ["fetch", "setTimeout", "mutation"].
   *
   * Node tells of rejections that nobody awaits after the microtasks of its turn: let one turn pass (`setImmediate`) before,
   * for them to be logged. A response whose body is still being read needs its action not to have ended.
   */
  end(): readonly string[] {
    const { names, isSpent } = this.#operations.end();
    this.#isSpent ||= isSpent;
    return names;
  }

  /**
   * An action has ended before promises that it began were settled. They never will be: where modules keep one of them, the
   * next action would wait for ever. A new sandbox is to take the place of this one.
   */
  get isSpent(): boolean {
    return this.#isSpent;
  }

  /** Whether the action that runs has nothing on its way: no request, call, timer, or promise that it could await. */
  get isQuiet(): boolean {
    return this.#operations.isQuiet;
  }

  /** Makes an object of the server one of user code's, in place: a Request for an HTTP action. A promise is answered by another. */
  adopt<T>(value: T): T {
    return this.#membrane.adopt(value);
  }

  /** An error as its developer and its clients see it. */
  describe(error: unknown): FunctionFailure {
    const { message, data } = describeError(error, this);
    return { message, data: isEncoded(error, data) ? data : encodeErrorData(data) };
  }

  /** `<Name>: <message>` and the frames of user code, in the developer's files. */
  mapStack(error: unknown): string {
    return formatError(error, (position) => this.#sourceMaps.locate(position));
  }

  /** Lets go of the modules. The context itself ends when nobody holds any object of it. */
  dispose(): void {
    this.#loader.clear();
  }

  #installGlobals(): (hooks: ScopeHooks) => ModuleScope {
    const makeScope = installCommonGlobals(this.#context, this.realm, {
      console: (method, args) => this.#console.call(method, args),
      ...this.#scopeHooks(this.#options.environmentVariables),
    });
    installActionGlobals(this.#context, { membrane: this.#membrane, operations: this.#operations, assertRunning: this.#assertRunning, report: this.#report });
    return makeScope;
  }

  /** One action runs at a time, so the host knows which component asks. */
  #scopeHooks(environmentVariables: Readonly<Record<string, string>>): ScopeHooks {
    const { host } = this.#options;
    return {
      ...environmentHooks(environmentVariables),
      syscall: (op, args) => this.#ask(op, () => host.syscall(op, args)),
      asyncSyscall: (op, args) => this.#ask(op, async () => await host.asyncSyscall(op, args)),
      jsSyscall: (op, args) => this.#ask(op, () => host.jsSyscall(op, args)),
    };
  }

  /** Does what a syscall asks for, as an operation of the action: until its promise has settled, where it answers with one. */
  #ask<T>(op: string, syscall: () => T): T {
    return this.#membrane.call(() => {
      this.#assertRunning(op);
      const finish = this.#operations.start(operationName(op));
      try {
        const answer = syscall();
        if (!(answer instanceof Promise)) {
          finish();
          return answer;
        }
        return answer.finally(finish);
      } catch (error) {
        finish();
        throw error;
      }
    }, undefined, []) as T;
  }

  readonly #assertRunning = (what: string): void => {
    if (this.#importing > 0) throw new Error(`Can't use ${what} at import time. Move the call into a function; see https://docs.convex.dev/functions/actions for what actions can do.`);
  };

  readonly #liveness = (): (() => boolean) => (this.#importing > 0 ? always : this.#operations.liveness());

  readonly #track = (): (() => boolean) => (this.#importing > 0 ? always : this.#operations.track());

  readonly #report = (error: unknown): void => {
    this.#print("ERROR", [new PlainText(this.describe(error).message)]);
  };

  #newConsole(): SandboxConsole {
    return new SandboxConsole((level, args) => this.#print(level, args), () => performance.now());
  }

  #print(level: LogLevel, args: unknown[]): void {
    this.#options.host.log(formatLogLine(level, args.map((arg) => withMappedStack(arg, this))));
  }

  #newLoader(makeScope: (hooks: ScopeHooks) => ModuleScope): ModuleLoader {
    const { componentEnvironment } = this.#options;
    return new ModuleLoader({
      scopeOf: (componentPath) => makeScope(this.#scopeHooks(componentEnvironment?.(componentPath) ?? {})),
      modules: this.#options.modules,
      context: this.#context,
      realm: this.#internals,
      onEnter: () => void this.#importing++,
      onLeave: () => void this.#importing--,
    });
  }
}

const always = (): boolean => true;

/** `invokeAction` of the `convex` package makes the data of a ConvexError JSON text, and says so by a property. */
function isEncoded(error: unknown, data: unknown): data is string {
  return typeof data === "string" && (error as { readonly ConvexErrorSymbol?: unknown }).ConvexErrorSymbol === Symbol.for("ConvexError");
}
