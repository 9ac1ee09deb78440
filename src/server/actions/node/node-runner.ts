/**
 * Runs actions within a process of Node, one at a time: loads the module from the folder, calls the handler through the
 * app's own `convex` package, and ends the run with whatever comes first: its result, its error, or an error that nothing
 * in it caught.
 *
 * What an action leaves behind (timers, sockets, promises) is told by `isSpent`; until the process is ended, it is kept from
 * the next action by the async context in which it began.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { APP_COMPONENT_PATH, componentOfModule } from "../../../functions/component-path.js";
import type { ActionJob, ActionOutcome, ExecutorJob, FromExecutor, NodeCode, SyscallReply } from "../../../functions/actions/executor-messages.js";
import type { StorageSyscalls } from "../../../functions/actions/storage-syscalls.js";
import { SyscallChannel } from "../../../functions/actions/syscall-channel.js";
import { ActionRun } from "./action-run.js";
import type { Environment } from "./child-environment.js";
import { DeveloperStacks } from "./developer-stacks.js";
import { installCommonJs, installConsole, installConvex } from "./node-globals.js";
import { activeResources, hasLeftovers, openStandardStreams, setEnvironment, setWorkingFolder } from "./process-state.js";

export interface NodeRunnerOptions {
  readonly post: (message: FromExecutor) => void;
  /** Operations that exchange objects instead of JSON text, such as Blobs. */
  readonly jsSyscall: StorageSyscalls;
}

/** What `action()` and `internalAction()` of `convex/server` return. */
interface ExportedAction {
  readonly invokeAction?: (requestId: string, argsText: string) => Promise<string>;
}

/** A process that has grown this large is not used again, in bytes: memory that packages hold on to goes back to the machine. */
const RESIDENT_BYTES_MAX = 256 * 1024 * 1024;

export class NodeRunner {
  readonly #options: NodeRunnerOptions;
  readonly #channel: SyscallChannel;
  readonly #scope = new AsyncLocalStorage<ActionRun>();
  readonly #baseEnvironment: Environment;
  readonly #workingFolder = process.cwd();
  #code: NodeCode | null = null;
  #stacks: DeveloperStacks | null = null;
  #current: ActionRun | null = null;
  /** Something went wrong that belongs to no run. */
  #isTainted = false;

  constructor(options: NodeRunnerOptions) {
    this.#options = options;
    this.#channel = new SyscallChannel(options.post);
    this.#baseEnvironment = { ...process.env } as Environment;
    openStandardStreams();
    installConsole((method, args) => this.#run()?.console.call(method, args));
    installConvex({
      asyncSyscall: async (op, args) => await this.#runOrThrow(op).track(op, () => this.#channel.call(op, args)),
      jsSyscall: async (op, args) => await this.#runOrThrow(op).track(op, () => options.jsSyscall(op, args, (asked, jsonArgs) => this.#channel.call(asked, jsonArgs))),
    });
    process.on("uncaughtException", (error) => this.#uncaught(error));
    process.on("unhandledRejection", (error) => this.#uncaught(error));
  }

  use(code: NodeCode): void {
    this.#code = code;
    this.#stacks = new DeveloperStacks(code.folder);
    installCommonJs(code.folder);
  }

  settleSyscall(id: number, reply: SyscallReply): void {
    this.#channel.settle(id, reply);
  }

  /** Resolves when the outcome has been posted. */
  async run(job: ExecutorJob): Promise<void> {
    if (this.#code === null || this.#stacks === null) throw new Error("Rivulet bug: an executor was to run an action without code");
    setEnvironment({ ...this.#baseEnvironment, ...this.#environmentOf(job, this.#code) });
    setWorkingFolder(this.#workingFolder);
    const before = activeResources();
    const run = new ActionRun({ post: this.#options.post, stacks: this.#stacks });
    this.#current = run;
    const outcome = await this.#outcomeOf(run, job, this.#stacks);
    // What is being closed gets a turn to be so.
    await new Promise((resolve) => setImmediate(resolve));
    const unfinished = run.end();
    this.#current = null;
    this.#channel.forget();
    const isSpent = this.#isTainted || unfinished.length > 0 || process.memoryUsage.rss() > RESIDENT_BYTES_MAX || hasLeftovers(before, activeResources());
    this.#options.post({ type: "done", outcome, isSpent });
  }

  async #outcomeOf(run: ActionRun, job: ExecutorJob, stacks: DeveloperStacks): Promise<ActionOutcome> {
    try {
      const value = await run.outcome(() => this.#scope.run(run, () => this.#invoke(job)));
      return { ok: true, value };
    } catch (error) {
      const { message, data } = stacks.describe(error);
      return { ok: false, failure: { message, data: isJson(data) ? data : null } };
    }
  }

  #environmentOf(job: ExecutorJob, { environmentVariables, componentEnvironments }: NodeCode): Environment {
    const componentPath = job.type === "action" ? componentOfModule(job.module) : APP_COMPONENT_PATH;
    return componentPath === APP_COMPONENT_PATH ? environmentVariables : (componentEnvironments.get(componentPath) ?? {});
  }

  async #invoke(job: ExecutorJob): Promise<string> {
    if (job.type !== "action") throw new Error('HTTP actions run in the default runtime only: move http.ts out of "use node" files.');
    const action = await this.#load(job);
    return await action(job.requestId, `[${job.args}]`);
  }

  async #load({ module, name }: ActionJob): Promise<NonNullable<ExportedAction["invokeAction"]>> {
    let exported: Readonly<Record<string, ExportedAction | undefined>>;
    try {
      exported = (await import(pathToFileURL(join(this.#code!.folder, module)).href)) as typeof exported;
    } catch (error) {
      // Node keeps the failure of a module for ever.
      this.#isTainted = true;
      throw error;
    }
    const action = exported[name]?.invokeAction;
    if (typeof action !== "function") throw new Error(`${module}:${name} is no action. Push the code again.`);
    return action;
  }

  /** What printed, asked or failed belongs to the run that began it, also where that has ended; otherwise to the current one. */
  #run(): ActionRun | null {
    return this.#scope.getStore() ?? this.#current;
  }

  #runOrThrow(op: string): ActionRun {
    const run = this.#run();
    if (run === null) throw new Error(`${op} can't be called outside of a function.`);
    return run;
  }

  #uncaught(error: unknown): void {
    this.#isTainted = true;
    this.#run()?.fail(error);
  }
}

/** `invokeAction` makes the data of a ConvexError a JSON text; that of an error that nothing caught is still a value. */
function isJson(data: unknown): data is string {
  if (typeof data !== "string") return false;
  try {
    JSON.parse(data);
    return true;
  } catch {
    return false;
  }
}
