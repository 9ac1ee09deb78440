/**
 * Runs actions within an executor of the default runtime, one at a time: calls the handler through the app's own
 * `convex` package, and turns what it asks of the deployment into messages to the engine.
 */
import type { MessagePort } from "node:worker_threads";
import { formatLogLine } from "../sandbox/console.js";
import { ActionSandbox, type ActionHost } from "./action-sandbox.js";
import type { ActionJob, ActionOutcome, ExecutorJob, FromExecutor, HttpActionJob, SyscallReply, WorkerCode } from "./executor-messages.js";
import { LineQuota } from "./line-quota.js";
import { SyscallChannel } from "./syscall-channel.js";
import { unawaitedWarning } from "./unawaited.js";

/** Serves operations that exchange objects instead of JSON text, such as Blobs. */
export type JsSyscalls = (op: string, args: unknown, channel: SyscallChannel) => unknown;

export type RunHttpAction = (sandbox: ActionSandbox, job: HttpActionJob, port: MessagePort) => Promise<ActionOutcome>;

export interface ActionRunnerOptions {
  readonly post: (message: FromExecutor) => void;
  readonly jsSyscalls: JsSyscalls;
  readonly runHttpAction: RunHttpAction;
}

/** What `action()` and `internalAction()` of `convex/server` return. */
interface ExportedAction {
  readonly invokeAction?: (requestId: string, argsText: string) => Promise<string>;
}

export class ActionRunner {
  readonly #options: ActionRunnerOptions;
  readonly #channel: SyscallChannel;
  #code: WorkerCode | null = null;
  #sandbox: ActionSandbox | null = null;
  #quota = new LineQuota();

  constructor(options: ActionRunnerOptions) {
    this.#options = options;
    this.#channel = new SyscallChannel(options.post);
  }

  use(code: WorkerCode): void {
    this.#code = code;
    this.#sandbox = null;
  }

  /** Resolves when the outcome has been posted. */
  async run(job: ExecutorJob, port: MessagePort | null): Promise<void> {
    const sandbox = (this.#sandbox ??= this.#newSandbox());
    this.#quota = new LineQuota();
    sandbox.begin();
    const outcome = job.type === "action" ? await this.#runAction(sandbox, job) : await this.#options.runHttpAction(sandbox, job, port!);
    // Rejections that nobody awaits are told at the end of this turn.
    await new Promise((resolve) => setImmediate(resolve));
    const unfinished = sandbox.end();
    this.#channel.forget();
    if (unfinished.length > 0) this.#log(formatLogLine("WARN", [unawaitedWarning(unfinished)]));
    if (this.#quota.withheld > 0) this.#options.post({ type: "withheld", lines: this.#quota.withheld });
    this.#options.post({ type: "done", outcome, isSpent: unfinished.length > 0 || sandbox.isSpent });
  }

  settleSyscall(id: number, reply: SyscallReply): void {
    this.#channel.settle(id, reply);
  }

  async #runAction(sandbox: ActionSandbox, { module, name, args, requestId }: ActionJob): Promise<ActionOutcome> {
    try {
      const exported = sandbox.load(module)[name] as ExportedAction | undefined;
      if (typeof exported?.invokeAction !== "function") throw new Error(`${module}:${name} is no action. Push the code again.`);
      const value = await exported.invokeAction(requestId, `[${args}]`);
      return { ok: true, value };
    } catch (error) {
      return { ok: false, failure: sandbox.describe(error) };
    }
  }

  #newSandbox(): ActionSandbox {
    if (this.#code === null) throw new Error("Rivulet bug: an executor was to run an action without code");
    const { componentEnvironments, ...code } = this.#code;
    return new ActionSandbox({ ...code, componentEnvironment: (path) => componentEnvironments.get(path) ?? {}, host: this.#host() });
  }

  #host(): ActionHost {
    return {
      asyncSyscall: (op, jsonArgs) => this.#channel.call(op, jsonArgs),
      syscall: (op) => {
        throw new Error(`Unknown operation ${op}: actions have no direct access to the database. Use ctx.runQuery and ctx.runMutation.`);
      },
      jsSyscall: (op, args) => this.#options.jsSyscalls(op, args, this.#channel),
      log: (line) => this.#log(line),
    };
  }

  #log(line: string): void {
    if (this.#quota.admit(line)) this.#options.post({ type: "log", lines: [line] });
  }
}
